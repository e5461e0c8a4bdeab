"""How a file is answered: whole with its length and hash, or not at all, with the reasons."""

import contextlib
import hashlib
import json
import logging
import os
import shutil
import tempfile
from base64 import b64encode
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import IO, Any

from django.conf import settings
from django.http import FileResponse, HttpResponse, HttpResponseBase
from django.http.response import ResponseHeaders

from citytools.exports.tables import ExportMetadata
from citytools.http.log_format import ThrottleFilter

_MAX_BYTES_IN_MEMORY = 1024 * 1024
"""Of a file; beyond it is spooled to disk."""


def bad_request_text(problems: Sequence[tuple[str, str]]) -> HttpResponse:
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


def buffered_download(
    write: Callable[[IO[bytes]], Any], filename: str, content_type: str
) -> FileResponse:
    """What a function writes, as a file with its length: complete, or not sent."""
    spool: IO[bytes] = tempfile.SpooledTemporaryFile(max_size=_MAX_BYTES_IN_MEMORY)  # noqa: SIM115 (the response closes it)
    try:
        write(spool)
        spool.seek(0)  # writes what is still in memory, for which there may be no room
    except BaseException:
        spool.close()
        raise
    return FileResponse(spool, as_attachment=True, filename=filename, content_type=content_type)


def spooled_download(
    write: Callable[[IO[bytes]], int], filename: str, content_type: str, metadata: ExportMetadata
) -> HttpResponseBase:
    """A file with its length, its SHA-256 (RFC 9530), its number of rows and what it says."""
    rows: int
    digest: bytes

    def write_and_hash(spool: IO[bytes]) -> None:
        nonlocal rows, digest
        rows = write(spool)
        spool.seek(0)
        digest = hashlib.file_digest(spool, "sha256").digest()  # type: ignore[arg-type]

    response = buffered_download(write_and_hash, filename, content_type)
    response["Repr-Digest"] = f"sha-256=:{b64encode(digest).decode()}:"
    return add_file_headers(response, metadata, rows, filename)


def add_file_headers(
    response: HttpResponseBase, metadata: ExportMetadata, rows: int, filename: str
) -> HttpResponseBase:
    """The same answer with its name, and what the file says of itself."""
    response["Content-Disposition"] = f'attachment; filename="{filename}"'
    for name, value in metadata.headers(rows).items():
        response[name] = value
    return response


# Like a page (`page_cache`), a file is cached under its ETag, so that none can outlive what it was
# made from; what takes long to make also under the hash of its content. On disk the first line
# holds its headers, the rest its bytes.

_log = logging.getLogger(__name__)
_log.addFilter(ThrottleFilter(lines=5, seconds=60))
_MAX_HEADER_BYTES = 16 * 1024
MAX_CACHED_FILES = 1_000
"""`settings.MAX_CACHED_FILE_BYTES` bounds their size together."""


class CachedFile(FileResponse):
    """A file from disk, read in larger blocks than Django's 4 kB."""

    block_size = 128 * 1024


def find_cached_file(etag: str) -> HttpResponseBase | None:
    """The file as it was sent before, if it is cached and whole."""
    if not settings.MAX_CACHED_FILE_BYTES:
        return None
    try:
        file = _place(etag).open("rb")
    except OSError:
        return None
    try:
        headers = _headers(file)
    except (ValueError, LookupError, TypeError, RecursionError):
        file.close()
        return None
    with contextlib.suppress(PermissionError):  # another account's, of the same group
        os.utime(file.fileno())
    response = CachedFile(file)
    response.headers = headers
    return response


def _headers(file: IO[bytes]) -> ResponseHeaders:
    """The headers before the bytes; an error where the file is damaged, as by a crash."""
    headers = ResponseHeaders(json.loads(file.readline(_MAX_HEADER_BYTES)))
    if os.fstat(file.fileno()).st_size - file.tell() != int(headers["Content-Length"]):
        raise ValueError("It was cut short.")
    return headers


def cache_response(etag: str, response: HttpResponseBase) -> None:
    """Cache a file that was spooled, before it is sent; on a full disk it is only sent."""
    spool = getattr(response, "file_to_stream", None)
    if not settings.MAX_CACHED_FILE_BYTES or not isinstance(spool, tempfile.SpooledTemporaryFile):
        return
    cache_bytes(etag, dict(response.items()), spool)
    spool.seek(0)


def cache_bytes(key: str, headers: dict[str, str], content: IO[bytes]) -> None:
    """Cache bytes and their headers, a Content-Length among them, unless the disk is full."""
    if not settings.MAX_CACHED_FILE_BYTES:
        return
    try:
        _write(key, headers, content)
        _delete_oldest()
    except OSError as fault:
        _log.warning("A file was not kept: %s", fault)


def _write(etag: str, headers: dict[str, str], spool: IO[bytes]) -> None:
    place = _place(etag)
    place.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    with tempfile.NamedTemporaryFile(dir=place.parent, prefix="draft-", delete=False) as draft:
        try:
            draft.write(json.dumps(headers).encode() + b"\n")
            shutil.copyfileobj(spool, draft, 1024 * 1024)
            draft.close()
            Path(draft.name).replace(place)
        except OSError:
            Path(draft.name).unlink(missing_ok=True)
            raise


def _delete_oldest() -> None:
    """Leave the files that were asked for last, as many as may be cached."""
    files = []
    for path in _folder().iterdir():
        with contextlib.suppress(FileNotFoundError):  # another worker may just delete it
            status = path.stat()
            files.append((status.st_mtime_ns, status.st_size, path))
    bytes_left = settings.MAX_CACHED_FILE_BYTES
    for number, (_, size, path) in enumerate(sorted(files, reverse=True)):
        bytes_left -= size
        if bytes_left < 0 or number >= MAX_CACHED_FILES:
            path.unlink(missing_ok=True)


def _folder() -> Path:
    folder: Path = settings.FILES_FOLDER
    return folder / "kept"


def _place(etag: str) -> Path:
    return _folder() / hashlib.blake2b(etag.encode(), digest_size=16).hexdigest()
