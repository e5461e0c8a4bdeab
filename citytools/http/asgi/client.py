"""One request's client: whether it is still there, and how it is sent its answer."""

import asyncio
import threading
from collections.abc import Awaitable, Callable
from typing import Any

from citytools.http.asgi.request_body import ClientDisconnectedError, Receive
from citytools.http.asgi.responses import PART_BYTES, Response
from citytools.http.asgi.thread_pools import ThreadPool

Send = Callable[[dict[str, Any]], Awaitable[None]]
SEND_SECONDS = 20
"""In which a client must take a part of its answer, like send_timeout in nginx.conf."""
BYTES_PER_SECOND = 20_000
"""The slowest pace, after those seconds, at which a client may take all of it: whoever takes a part
just before its time-out would hold a file for hours."""
_WATCH_AFTER_SECONDS = 0.1
"""Most answers are made sooner, and need no task that watches for the client's leaving."""
_POLL_SECONDS = 0.01


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
        seconds_left = SEND_SECONDS + self._bytes_sent / BYTES_PER_SECOND - self._seconds_sending
        began = asyncio.get_running_loop().time()
        try:
            async with asyncio.timeout(min(SEND_SECONDS, seconds_left)):
                await self._send({"type": "http.response.body", "body": part, "more_body": True})
        except TimeoutError:
            raise ClientDisconnectedError from None
        self._seconds_sending += asyncio.get_running_loop().time() - began

    def _check_presence(self) -> None:
        if self.disconnected.is_set():
            raise ClientDisconnectedError
