"""A request's body, read whole before a thread is asked for: bounded in bytes and in time."""

import asyncio
import tempfile
from collections.abc import Awaitable, Callable
from typing import IO, Any

Receive = Callable[[], Awaitable[dict[str, Any]]]
MAX_BYTES = 10_000_000
"""Like client_max_body_size in nginx.conf."""
BASE_SECONDS, MAX_SECONDS = 10, 120
BYTES_PER_SECOND = 50_000
"""The slowest pace at which a body may come, after the first seconds."""
_MAX_BYTES_IN_MEMORY = 256 * 1024


class BodyError(Exception):
    """The body was not read; `status` says why, as in HTTP."""

    def __init__(self, status: int) -> None:
        super().__init__(status)
        self.status = status


class ClientDisconnectedError(Exception):
    """The client left before it had sent everything."""


async def read(receive: Receive, content_length: int | None) -> tuple[IO[bytes], int]:
    """The body and its number of bytes. Large ones lie on disk: many clients may send at once."""
    if content_length is not None and content_length > MAX_BYTES:
        raise BodyError(413)
    body: IO[bytes] = tempfile.SpooledTemporaryFile(_MAX_BYTES_IN_MEMORY)  # noqa: SIM115 (returned)
    try:
        size = await _read_in_time(receive, body)
        body.seek(0)  # writes what is still in memory
    except OSError as error:
        body.close()
        raise BodyError(503) from error  # no room on the disk
    except BaseException:
        body.close()
        raise
    return body, size


async def _read_in_time(receive: Receive, body: IO[bytes]) -> int:
    began, size = asyncio.get_running_loop().time(), 0
    try:
        async with asyncio.timeout_at(began + BASE_SECONDS) as limit:
            while True:
                message = await receive()
                if message["type"] == "http.disconnect":
                    raise ClientDisconnectedError
                size += body.write(message.get("body", b""))
                if size > MAX_BYTES:
                    raise BodyError(413)
                if not message.get("more_body", False):
                    return size
                seconds = min(BASE_SECONDS + size / BYTES_PER_SECOND, MAX_SECONDS)
                limit.reschedule(began + seconds)
    except TimeoutError:
        raise BodyError(408) from None
