"""The ASGI application: reads a request, has a thread of its kind answer it, sends the answer."""

import asyncio
import io
import logging
from functools import partial
from typing import IO, Any, Protocol, runtime_checkable

from citytools.http.asgi import environ, request_body, responses
from citytools.http.asgi.batched_call import BatchedCall
from citytools.http.asgi.client import Client, Send
from citytools.http.asgi.environ import Environ, Scope
from citytools.http.asgi.request_body import BodyError, ClientDisconnectedError, Receive
from citytools.http.asgi.responses import Application, FileBody, Response, text_response
from citytools.http.asgi.thread_pools import PoolFullError, ThreadPool

DISCONNECTED = "citytools.disconnected"
"""Key of the environ: a threading.Event, set when the client leaves without its answer."""
_SIGN_IN = ("/admin/login/", "/admin/password_change/", "/admin/auth/user/")
"""Where passwords are hashed, which takes most of a second of a processor."""
_REASONS = {
    408: "The request was not sent in time.",
    413: f"The request is too large: {request_body.MAX_BYTES:,} bytes at most.",
    503: "The server has no room for this request. Try again later.",
}
_log = logging.getLogger(__name__)


@runtime_checkable
class PageCache(Protocol):
    """What an application has that keeps pages: they are then sent without a thread of their own.

    A thread for each took a kept page half as long again as the page itself.
    """

    def stored_page(self, environ: Environ, /) -> Any:
        """The page, of whatever version; None where there is none. Must not wait for anything."""

    def present_version(self) -> str | None:
        """The version that a page must be of, by a query."""

    def send_page(self, page: Any, environ: Environ, start: Any, /) -> list[bytes]:
        """The answer, as from a WSGI application."""


class Bridge:
    """A WSGI application as an ASGI one; one that is a `PageCache` too has it asked first.

    The pools are those of one worker. Nearly every thread keeps a database connection: all of them,
    and csv_copy's, times the workers must stay well below PostgreSQL's max_connections.
    """

    def __init__(self, application: Application) -> None:
        self._application = application
        candidate: object = application
        self._page_cache = cache = candidate if isinstance(candidate, PageCache) else None
        self._version = BatchedCall("version", cache.present_version) if cache else None
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
        path = environ.path_info(scope)
        request = environ.build(scope, path, body, body_length)
        request["wsgi.file_wrapper"] = FileBody
        request[DISCONNECTED] = client.disconnected
        pool = self._pool_for(scope["method"], path)
        try:
            if page := await self._kept_page(request):
                return page
            return await client.wait_for(pool, partial(self._call, request, body), body.close)
        except PoolFullError:
            body.close()
            text = "Too many people ask for this at once. Ask again in a few seconds."
            return text_response(503, text, (b"retry-after", b"5"))
        except ClientDisconnectedError:
            raise
        except Exception:
            _log.exception("The application failed: %s", path)
            return text_response(500, "Something went wrong, and was logged.")

    async def _kept_page(self, request: Environ) -> Response | None:
        cache, version = self._page_cache, self._version
        page = cache and cache.stored_page(request)
        if not page or not cache or not version or page.version != await version.result():
            return None
        return responses.call(partial(cache.send_page, page), request)

    def _call(self, request: Environ, body: IO[bytes]) -> Response:
        with body:
            return responses.call(self._application, request)

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
    return await request_body.read(receive, None if chunked else length)
