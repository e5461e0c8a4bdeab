"""How a file is answered: whole with its length and hash, or not at all, with the reasons."""

import hashlib
import tempfile
from base64 import b64encode
from collections.abc import Callable, Sequence
from typing import IO, Any

from django.http import FileResponse, HttpResponse, HttpResponseBase

from citytools.telling import Told

_SPOOL = 1024 * 1024
"""Bytes kept in memory before a file is spooled to disk."""


def refusal(problems: Sequence[tuple[str, str]]) -> HttpResponse:
    """400 with the reasons as plain text."""
    lines = [f"{name}: {reason}" for name, reason in problems]
    text = "This file was not made. What to change:\n" + "\n".join(lines) + "\n"
    return HttpResponse(text, status=400, content_type="text/plain; charset=utf-8")


def retry_later(reason: str, seconds: int) -> HttpResponse:
    """503 with the reason as plain text, and when to ask again."""
    text = f"{reason} Ask again in {seconds} seconds.\n"
    response = HttpResponse(text, status=503, content_type="text/plain; charset=utf-8")
    response["Retry-After"] = str(seconds)
    response["Cache-Control"] = "no-store"
    return response


def download(write: Callable[[IO[bytes]], Any], filename: str, content_type: str) -> FileResponse:
    """What a function writes, as a file with its length: complete, or not sent."""
    spool: IO[bytes] = tempfile.SpooledTemporaryFile(max_size=_SPOOL)  # noqa: SIM115 (the response closes it)
    try:
        write(spool)
        spool.seek(0)  # writes what is still in memory, for which there may be no room
    except BaseException:
        spool.close()
        raise
    return FileResponse(spool, as_attachment=True, filename=filename, content_type=content_type)


def spooled(
    write: Callable[[IO[bytes]], int], filename: str, content_type: str, told: Told
) -> HttpResponseBase:
    """A file with its length, its SHA-256 (RFC 9530), its number of rows and what it says."""
    counted: list[int] = []
    digest: list[bytes] = []

    def written(spool: IO[bytes]) -> None:
        counted.append(write(spool))
        spool.seek(0)
        digest.append(hashlib.file_digest(spool, "sha256").digest())  # type: ignore[arg-type]

    response = download(written, filename, content_type)
    response["Repr-Digest"] = f"sha-256=:{b64encode(digest[0]).decode()}:"
    return described(response, told, counted[0], filename)


def described(response: HttpResponseBase, told: Told, rows: int, filename: str) -> HttpResponseBase:
    """The same answer with its name, and what the file says of itself."""
    response["Content-Disposition"] = f'attachment; filename="{filename}"'
    for name, value in told.headers(rows).items():
        response[name] = value
    return response
