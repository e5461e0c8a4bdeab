"""How a file is answered: its length and hash with it, whole or in part; or the reasons why not."""

import contextlib
import hashlib
import json
import logging
import os
import re
import shutil
import tempfile
from base64 import b64encode
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import IO, Any, Protocol, runtime_checkable

from django.conf import settings
from django.http import FileResponse, HttpRequest, HttpResponse, HttpResponseBase
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


class CachedFile(FileResponse):
    """A file from disk, read in larger blocks than Django's 4 kB."""

    block_size = 128 * 1024


# A part can be asked for (RFC 9110, section 14) where the file is whole and its ETag strong, so
# that a transfer that broke can go on. Several parts at once, other units, and what is not
# understood get the whole file, as the standard allows.

_RANGE = re.compile(r"bytes=(\d{0,18})-(\d{0,18})")


class _FileSection:
    """Some bytes of an open file."""

    def __init__(self, file: IO[bytes], place: int, size: int) -> None:
        file.seek(place)
        self._file, self._left = file, size

    def read(self, size: int) -> bytes:
        """The next bytes, none at the end of the section."""
        part = self._file.read(min(size, self._left))
        self._left -= len(part)
        return part

    def close(self) -> None:
        """Close the file."""
        self._file.close()


def range_response(request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
    """The answer with the part of the file that was asked for: 206, 416, or the whole."""
    file: Any = getattr(response, "file_to_stream", None)
    etag = response.get("ETag", "")
    if not etag.startswith('"') or "Content-Length" not in response or not hasattr(file, "seek"):
        return response
    response["Accept-Ranges"] = "bytes"
    if request.method != "GET" or request.headers.get("If-Range", etag) != etag:
        return response
    size = int(response["Content-Length"])
    section = _parse_range(request.headers.get("Range", ""), size)
    if section is None:
        return response
    if not section:
        response.close()
        refused = HttpResponse(status=416)
        refused["Content-Range"] = f"bytes */{size}"
        return refused
    part = CachedFile(_FileSection(file, file.tell() + section.start, len(section)), status=206)
    part.headers = ResponseHeaders(dict(response.items()))
    part["Content-Length"] = str(len(section))
    part["Content-Range"] = f"bytes {section.start}-{section.stop - 1}/{size}"
    return part


def _parse_range(header: str, size: int) -> range | None:
    """The bytes asked for, none where none of them are there; None for the whole file."""
    match = _RANGE.fullmatch(header.strip())
    if not match or not any(match.groups()):
        return None
    first, last = match.groups()
    if not first:
        return range(max(size - int(last), 0), size)
    if last and int(last) < int(first):
        return None
    return range(int(first), min(int(last) + 1, size) if last else size)


# Like a page (`page_cache`), a file is cached under its ETag, so that none can outlive what it was
# made from; what takes long to make also under the hash of its content. On disk the first line
# holds its headers, the rest its bytes.

_log = logging.getLogger(__name__)
_log.addFilter(ThrottleFilter(lines=5, seconds=60))
_MAX_HEADER_BYTES = 16 * 1024
MAX_CACHED_FILES = 1_000
"""`settings.MAX_CACHED_FILE_BYTES` bounds their size together."""


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


CACHE_KEY = "citytools.cache_key"
"""Key of the environ: what a file will be cached under, absent for one that will not."""


@runtime_checkable
class GrowingFile(Protocol):
    """A file that is still being written when its first reader is sent it."""

    def cache_when_complete(self, headers: dict[str, str]) -> None:
        """Cache it under the key of its request, with these headers, its length and its hash."""


def cache_response(etag: str, response: HttpResponseBase) -> None:
    """Cache a file that was spooled, before it is sent; on a full disk it is only sent.

    One that is still growing is cached when it is whole.
    """
    file = getattr(response, "file_to_stream", None)
    if not settings.MAX_CACHED_FILE_BYTES:
        return
    if isinstance(file, tempfile.SpooledTemporaryFile):
        cache_bytes(etag, dict(response.items()), file)
        file.seek(0)
    elif isinstance(file, GrowingFile):
        file.cache_when_complete(dict(response.items()))


def cache_bytes(key: str, headers: dict[str, str], content: IO[bytes]) -> None:
    """Cache bytes and their headers, a Content-Length among them, unless the disk is full."""
    if not settings.MAX_CACHED_FILE_BYTES:
        return
    try:
        # One file that leaves no room for any other would only be written and deleted again
        if int(headers["Content-Length"]) <= settings.MAX_CACHED_FILE_BYTES:
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
