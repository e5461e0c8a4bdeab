"""The ASGI application: reads a request, has a thread of its kind answer it, sends the answer."""

import asyncio
import contextlib
import io
import logging
import threading
from collections.abc import Awaitable, Callable
from functools import partial
from queue import SimpleQueue
from typing import IO, Any, Generic, Protocol, TypeVar, runtime_checkable

from citytools.http.asgi.request import (
    MAX_BODY_BYTES,
    BodyError,
    ClientDisconnectedError,
    Environ,
    Receive,
    Scope,
    build_environ,
    path_info,
    read_body,
)
from citytools.http.asgi.response import (
    PART_BYTES,
    Application,
    FileBody,
    Response,
    call_application,
    text_response,
)

T = TypeVar("T")
_Job = tuple[Callable[[], Any], threading.Event, "asyncio.Future[Any]"]


class PoolFullError(Exception):
    """As many jobs wait as may."""


class ThreadPool:
    """Daemon threads, started when first needed, each with its own database connection.

    Not concurrent.futures: its queue has no bound, it takes twice as long to hand over a job, and
    at exit it waits for its threads. All methods are called on the event loop's thread.
    """

    def __init__(self, name: str, max_threads: int, max_waiting: int) -> None:
        self._name, self._max_threads = name, max_threads
        self._max_jobs = max_threads + max_waiting
        self._jobs: SimpleQueue[_Job] = SimpleQueue()
        self._unfinished = self._threads = 0

    def submit(self, work: Callable[[], T], cancelled: threading.Event) -> "asyncio.Future[T]":
        """Run in a thread; the future is cancelled where `cancelled` is set before one is free."""
        if self._unfinished >= self._max_jobs:
            raise PoolFullError(self._name)
        if self._threads < min(self._unfinished + 1, self._max_threads):
            name = f"{self._name}-{self._threads + 1}"
            threading.Thread(target=self._run_jobs, name=name, daemon=True).start()
            self._threads += 1  # not before: one that could not be started is tried again
        self._unfinished += 1
        future: asyncio.Future[T] = asyncio.get_running_loop().create_future()
        self._jobs.put((work, cancelled, future))
        return future

    def _run_jobs(self) -> None:
        while True:
            work, cancelled, future = self._jobs.get()
            finish: Callable[[], object]
            finish = future.cancel if cancelled.is_set() else _outcome(work, future)
            # A loop that has been closed needs no answer any more
            with contextlib.suppress(RuntimeError):
                future.get_loop().call_soon_threadsafe(self._finish, finish)
            # Else the last answer would stay in memory until the next job
            del work, cancelled, future, finish

    def _finish(self, finish: Callable[[], object]) -> None:
        self._unfinished -= 1
        finish()


def _outcome(work: Callable[[], T], future: "asyncio.Future[T]") -> Callable[[], object]:
    """Do the work; what is left to do on the event loop."""
    try:
        result = work()
    except BaseException as error:  # also SystemExit: the thread goes on
        fault = error
        return lambda: None if future.done() else future.set_exception(fault)
    return lambda: None if future.done() else future.set_result(result)


class BatchedCall(Generic[T]):
    """A function that a thread calls once for everybody who has asked since the last call began.

    So nobody gets a result that may be older than their request. Used on the event loop alone.
    """

    def __init__(self, name: str, function: Callable[[], T]) -> None:
        self._pool = ThreadPool(name, max_threads=1, max_waiting=1)
        self._function = function
        self._next: asyncio.Future[T] | None = None
        self._running = False

    def result(self) -> "asyncio.Future[T]":
        """The result of a call that begins only now, or later."""
        if self._next is None:
            self._next = asyncio.get_running_loop().create_future()
        waiting = self._next
        if not self._running:
            self._begin()
        return waiting

    def _begin(self) -> None:
        if self._next is None:
            return
        waiting, self._next = self._next, None
        try:
            call = self._pool.submit(self._function, threading.Event())
        except Exception as error:  # no thread to be had: the next to ask tries again
            waiting.set_exception(error)
            return
        self._running = True
        call.add_done_callback(lambda done: self._finish(waiting, done))

    def _finish(self, waiting: "asyncio.Future[T]", call: "asyncio.Future[T]") -> None:
        self._running = False
        error = call.exception()
        # One of those who wait for the same future may have cancelled it
        if not waiting.done():
            if error:
                waiting.set_exception(error)
            else:
                waiting.set_result(call.result())
        self._begin()


Send = Callable[[dict[str, Any]], Awaitable[None]]
MAX_SEND_SECONDS = 20
"""In which a client must take a part of its answer, like send_timeout in nginx.conf."""
MIN_SEND_BYTES_PER_SECOND = 20_000
"""The slowest pace, after those seconds, at which a client may take all of it: whoever takes a part
just before its time-out would hold a file for hours."""
_WATCH_AFTER_SECONDS = 0.1
"""Most answers are made sooner, and need no task that watches for the client's leaving."""
_POLL_SECONDS = 0.01
DISCONNECTED = "citytools.disconnected"
"""Key of the environ: a threading.Event, set when the client leaves without its answer."""
_SIGN_IN = ("/admin/login/", "/admin/password_change/", "/admin/auth/user/")
"""Where passwords are hashed, which takes most of a second of a processor."""
_REASONS = {
    408: "The request was not sent in time.",
    413: f"The request is too large: {MAX_BODY_BYTES:,} bytes at most.",
    503: "The server has no room for this request. Try again later.",
}
_log = logging.getLogger(__name__)


class Client:
    """Whoever asked; `disconnected` is set once they have left without their answer."""

    def __init__(self, receive: Receive, send: Send) -> None:
        self.receive, self._send = receive, send
        self.disconnected = threading.Event()
        self._watch: asyncio.Task[None] | None = None
        self._bytes_sent = 0
        self._seconds_sending = 0.0

    async def wait_for(
        self, pool: ThreadPool, work: Callable[[], Response], discard: Callable[[], object]
    ) -> Response:
        """What a thread makes; where the client leaves before one is free, `discard` instead."""
        future = pool.submit(work, self.disconnected)
        watching = future.get_loop().call_later(_WATCH_AFTER_SECONDS, self._start_watching)
        try:
            return await future
        except asyncio.CancelledError:
            discard()
            if self.disconnected.is_set():
                raise ClientDisconnectedError from None
            raise
        finally:
            watching.cancel()

    def _start_watching(self) -> None:
        if self._watch is None:
            self._watch = asyncio.create_task(self._wait_until_gone())

    async def _wait_until_gone(self) -> None:
        while (await self.receive())["type"] != "http.disconnect":
            pass
        self.disconnected.set()

    def stop_watching(self) -> None:
        """Nothing more will be sent."""
        if self._watch is not None:
            self._watch.cancel()

    async def send(self, response: Response) -> None:
        """Send all of it, in parts where it is large.

        Whoever does not take a part in time is left with a broken transfer, as is everybody where
        the reading of the file fails: only the last, empty part says that all was sent.
        """
        start = {"status": response.status, "headers": response.headers}
        await self._send({"type": "http.response.start", **start})
        content = response.content
        if response.file is None and len(content) <= PART_BYTES:
            return await self._send({"type": "http.response.body", "body": content})
        self._start_watching()
        for place in range(0, len(content), PART_BYTES):
            await self._send_part(content[place : place + PART_BYTES])
        while part := await self._next_part(response):
            await self._send_part(part)
        return await self._send({"type": "http.response.body", "body": b""})

    async def _next_part(self, response: Response) -> bytes:
        while (part := response.read_file()) is None:
            self._check_presence()
            await asyncio.sleep(_POLL_SECONDS)
        return part

    async def _send_part(self, part: bytes) -> None:
        self._check_presence()
        self._bytes_sent += len(part)
        # Without the time in which a growing file had nothing to send
        seconds_left = (
            MAX_SEND_SECONDS + self._bytes_sent / MIN_SEND_BYTES_PER_SECOND - self._seconds_sending
        )
        began = asyncio.get_running_loop().time()
        try:
            async with asyncio.timeout(min(MAX_SEND_SECONDS, seconds_left)):
                await self._send({"type": "http.response.body", "body": part, "more_body": True})
        except TimeoutError:
            raise ClientDisconnectedError from None
        self._seconds_sending += asyncio.get_running_loop().time() - began

    def _check_presence(self) -> None:
        if self.disconnected.is_set():
            raise ClientDisconnectedError


@runtime_checkable
class PageStore(Protocol):
    """An application that caches pages: they are then sent without a thread of their own.

    Handing each to a thread took half as long again as sending the cached page.
    """

    def stored_page(self, environ: Environ, /) -> Any:
        """The page, of whatever version; None where there is none. Must not block."""

    def present_version(self) -> str | None:
        """The version that a page must be of, by a query."""

    def send_page(self, page: Any, environ: Environ, start: Any, /) -> list[bytes]:
        """The answer, as from a WSGI application."""


class WsgiToAsgi:
    """A WSGI application as an ASGI one; the pages of a `PageStore` are sent first.

    The pools are those of one worker. Nearly every thread keeps a database connection: all of them,
    and csv_copy's, times the workers must stay well below PostgreSQL's max_connections.
    """

    def __init__(self, application: Application) -> None:
        self._application = application
        store: object = application
        self._page_store = store if isinstance(store, PageStore) else None
        present_version = self._page_store and self._page_store.present_version
        self._version = BatchedCall("version", present_version) if present_version else None
        self._pages = ThreadPool("pages", max_threads=2, max_waiting=100)
        self._files = ThreadPool("files", max_threads=2, max_waiting=50)
        self._static = ThreadPool("static", max_threads=1, max_waiting=200)
        self._sign_in = ThreadPool("sign-in", max_threads=1, max_waiting=10)
        self._health = ThreadPool("health", max_threads=1, max_waiting=200)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request. To return before all was sent breaks the transfer."""
        if scope["type"] != "http":
            return
        client = Client(receive, send)
        response = None
        try:
            response = await self._response(scope, client)
            await client.send(response)
        except ClientDisconnectedError:
            return
        except Exception:
            _log.exception("An answer broke off: %s", scope["path"])
        finally:
            client.stop_watching()
            if response and response.file:
                # In a thread, for to close a file may mean to cancel a query
                asyncio.get_running_loop().run_in_executor(None, response.file.close)

    async def _response(self, scope: Scope, client: Client) -> Response:
        try:
            body, body_length = await _read_body(scope, client.receive)
        except BodyError as error:
            # The rest of the body is not read, so nothing can follow it
            return text_response(error.status, _REASONS[error.status], (b"connection", b"close"))
        path = path_info(scope)
        environ = build_environ(scope, path, body, body_length)
        environ["wsgi.file_wrapper"] = FileBody
        environ[DISCONNECTED] = client.disconnected
        pool = self._pool_for(scope["method"], path)
        try:
            if page := await self._cached_page(environ):
                return page
            return await client.wait_for(pool, partial(self._call, environ, body), body.close)
        except PoolFullError:
            body.close()
            text = "Too many people ask for this at once. Ask again in a few seconds."
            return text_response(503, text, (b"retry-after", b"5"))
        except ClientDisconnectedError:
            raise
        except Exception:
            _log.exception("The application failed: %s", path)
            return text_response(500, "Something went wrong, and was logged.")

    async def _cached_page(self, environ: Environ) -> Response | None:
        store, version = self._page_store, self._version
        page = store and store.stored_page(environ)
        if not page or not store or not version or page.version != await version.result():
            return None
        return call_application(partial(store.send_page, page), environ)

    def _call(self, environ: Environ, body: IO[bytes]) -> Response:
        with body:
            return call_application(self._application, environ)

    def _pool_for(self, method: str, path: str) -> ThreadPool:
        if path == "/healthz":
            return self._health
        if path.startswith("/static/"):
            return self._static
        if method not in {"GET", "HEAD"} and path.startswith(_SIGN_IN):
            return self._sign_in
        return self._files if "." in path.rpartition("/")[2] else self._pages


async def _read_body(scope: Scope, receive: Receive) -> tuple[IO[bytes], int | None]:
    length, chunked = None, False
    for name, value in scope["headers"]:
        if name == b"content-length":
            length = int(value)
        elif name == b"transfer-encoding":
            chunked = True
    if not length and not chunked:
        return io.BytesIO(), length
    return await read_body(receive, None if chunked else length)
