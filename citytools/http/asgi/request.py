"""A request: its WSGI environ (PEP 3333), and its body, read whole before a thread is asked for.

The environ is as granian's own WSGI made it. The body is bounded in bytes and in time.
"""

import asyncio
import sys
import tempfile
from collections.abc import Awaitable, Callable
from typing import IO, Any
from urllib.parse import unquote_to_bytes

Scope = dict[str, Any]
Environ = dict[str, Any]
_BASE_ENVIRON: Environ = {
    "GATEWAY_INTERFACE": "CGI/1.1",
    "SCRIPT_NAME": "",
    "SERVER_SOFTWARE": "Granian",
    "wsgi.errors": sys.stderr,
    "wsgi.input_terminated": True,
    "wsgi.multiprocess": True,
    "wsgi.multithread": True,
    "wsgi.run_once": False,
    "wsgi.version": (1, 0),
}
_UNPREFIXED = {b"content-type": "CONTENT_TYPE", b"content-length": "CONTENT_LENGTH"}
Receive = Callable[[], Awaitable[dict[str, Any]]]
MAX_BODY_BYTES = 10_000_000
"""Like client_max_body_size in nginx.conf."""
BASE_BODY_SECONDS, MAX_BODY_SECONDS = 10, 120
MIN_BODY_BYTES_PER_SECOND = 50_000
"""The slowest pace at which a body may come, after the first seconds."""
_MAX_BYTES_IN_MEMORY = 256 * 1024


def path_info(scope: Scope) -> str:
    """The path, percent-decoded, each byte as one character."""
    raw: bytes = scope["raw_path"]
    return (unquote_to_bytes(raw) if b"%" in raw else raw).decode("latin-1")


def build_environ(scope: Scope, path: str, body: IO[bytes], body_length: int | None) -> Environ:
    """The environ of a request whose body was read; `body_length` is None where none was sent."""
    environ = _BASE_ENVIRON.copy()
    version = scope["http_version"]
    environ["REQUEST_METHOD"] = scope["method"]
    environ["PATH_INFO"] = path
    environ["QUERY_STRING"] = scope["query_string"].decode("latin-1")
    environ["SERVER_PROTOCOL"] = f"HTTP/{version if '.' in version else version + '.0'}"
    environ["SERVER_NAME"], environ["SERVER_PORT"] = scope["server"]
    environ["REMOTE_ADDR"] = scope["client"][0]
    environ["wsgi.url_scheme"] = scope["scheme"]
    environ["wsgi.input"] = body
    _add_headers(environ, scope["headers"])
    if body_length is not None:
        # Django reads no further than this, and a chunked body was sent without it
        environ["CONTENT_LENGTH"] = str(body_length)
        environ.pop("HTTP_TRANSFER_ENCODING", None)
    return environ


def _add_headers(environ: Environ, headers: list[tuple[bytes, bytes]]) -> None:
    for raw_name, raw_value in headers:
        # X_Forwarded_For would pass for X-Forwarded-For, which the proxy vouches for
        if b"_" in raw_name:
            continue
        name = _UNPREFIXED.get(raw_name) or "HTTP_" + raw_name.decode("latin-1").upper().replace(
            "-", "_"
        )
        value = raw_value.decode("latin-1")
        if name in environ:
            separator = "; " if name == "HTTP_COOKIE" else ","
            value = f"{environ[name]}{separator}{value}"
        environ[name] = value


class BodyError(Exception):
    """The body was not read; `status` says why, as in HTTP."""

    def __init__(self, status: int) -> None:
        super().__init__(status)
        self.status = status


class ClientDisconnectedError(Exception):
    """The client left before it had sent everything."""


async def read_body(receive: Receive, content_length: int | None) -> tuple[IO[bytes], int]:
    """The body and its number of bytes. Large ones lie on disk: many clients may send at once."""
    if content_length is not None and content_length > MAX_BODY_BYTES:
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
        async with asyncio.timeout_at(began + BASE_BODY_SECONDS) as limit:
            while True:
                message = await receive()
                if message["type"] == "http.disconnect":
                    raise ClientDisconnectedError
                size += body.write(message.get("body", b""))
                if size > MAX_BODY_BYTES:
                    raise BodyError(413)
                if not message.get("more_body", False):
                    return size
                seconds = min(
                    BASE_BODY_SECONDS + size / MIN_BODY_BYTES_PER_SECOND, MAX_BODY_SECONDS
                )
                limit.reschedule(began + seconds)
    except TimeoutError:
        raise BodyError(408) from None
