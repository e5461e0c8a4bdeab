"""An answer of the WSGI application: made in a thread, kept until the client has taken it."""

import contextlib
import tempfile
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any, Protocol

from citytools.http.asgi.request import Environ

Application = Callable[[Environ, Callable[..., Any]], Iterable[bytes]]
Headers = list[tuple[bytes, bytes]]
PART_BYTES = 64 * 1024
"""What is sent at once: of a file no more than that lies in memory for each client."""
_MAX_BYTES_IN_MEMORY = 1024 * 1024


class File(Protocol):
    """A binary file.

    One that is still growing has `read_nowait` too, which gives None where nothing more is there.
    """

    def read(self, size: int, /) -> bytes: ...

    def close(self) -> None: ...


class FileBody(Iterable[bytes]):
    """`wsgi.file_wrapper`: how Django hands over the file of a FileResponse."""

    def __init__(self, file: File, block_size: int = PART_BYTES) -> None:
        self.file, self._block_size = file, block_size

    def __iter__(self) -> Iterator[bytes]:
        """The file's blocks, for an application around Django's that reads them."""
        return iter(lambda: self.file.read(self._block_size), b"")

    def close(self) -> None:
        """Close the file, and with it Django's response."""
        self.file.close()


@dataclass
class Response:
    """What is sent: `content`, and then what is left of the file."""

    status: int
    headers: Headers
    content: bytes = b""
    file: File | None = None

    def read_file(self) -> bytes | None:
        """The file's next bytes, none at its end; None where it is still growing."""
        if self.file is None:
            return b""
        # The disk is quick, and cached; a query is not, and the event loop may not wait for it
        read: Callable[[int], bytes | None] = getattr(self.file, "read_nowait", self.file.read)
        return read(PART_BYTES)


def text_response(status: int, text: str, *headers: tuple[bytes, bytes]) -> Response:
    """A line of plain text, where there is no page to be had."""
    content = f"{text}\n".encode()
    length = str(len(content)).encode()
    common = [
        (b"content-type", b"text/plain; charset=utf-8"),
        (b"content-length", length),
        (b"cache-control", b"no-store"),
    ]
    return Response(status, [*common, *headers], content)


def call_application(application: Application, environ: Environ) -> Response:
    """Ask the application, in a thread; what is small, or is no file, is read there at once."""
    response = Response(500, [])

    def start_response(status: str, headers: list[tuple[str, str]], *_error: Any) -> None:
        response.status = int(status[:3])
        response.headers = [
            (name.lower().encode("latin-1"), value.encode("latin-1")) for name, value in headers
        ]

    body = application(environ, start_response)
    try:
        if environ["REQUEST_METHOD"] != "HEAD":
            _read(body, response)
    finally:
        # A file that is left is closed when it has been sent
        if response.file is None or not isinstance(body, FileBody):
            getattr(body, "close", bool)()
    return response


def _read(body: Iterable[bytes], response: Response) -> None:
    if isinstance(body, FileBody):
        unread = Response(response.status, response.headers, file=body.file)
        response.content = unread.read_file() or b""
        length = str(len(response.content)).encode()
        if (b"content-length", length) not in response.headers:
            response.file = body.file
    elif getattr(body, "streaming", False):
        # No thread may wait for the client between two parts, nor memory hold all of them
        spool = tempfile.SpooledTemporaryFile(_MAX_BYTES_IN_MEMORY)  # noqa: SIM115 (sent later)
        spool.writelines(body)
        spool.seek(0)
        response.file = spool
    else:
        _store_content(b"".join(body), response)


def _store_content(content: bytes, response: Response) -> None:
    """On disk where it is large: hundreds of slow readers would fill the memory with it."""
    response.content = content
    if len(content) > _MAX_BYTES_IN_MEMORY:
        with contextlib.suppress(OSError):  # on a full disk it stays in memory
            file = tempfile.TemporaryFile(buffering=0)  # noqa: SIM115 (sent later)
            file.write(content)
            file.seek(0)
            response.content, response.file = b"", file
