"""Files kept on disk: what was spooled is sent again until its facts change, by every worker.

Like a page (`citytools.kept`), a file is kept under its ETag, so that none can outlive what it was
made from; what takes long to make also under the hash of its content. On disk its headers stand in
the first line, its bytes after it.
"""

import contextlib
import hashlib
import json
import logging
import os
import shutil
import tempfile
from pathlib import Path
from typing import IO

from django.conf import settings
from django.http import FileResponse
from django.http.response import HttpResponseBase, ResponseHeaders

from citytools.http.log_format import ThrottleFilter

_log = logging.getLogger(__name__)
_log.addFilter(ThrottleFilter(lines=5, seconds=60))
_LONGEST = 16 * 1024
MOST = 1_000
"""Files at the most; `settings.KEPT_FILES_BYTES` bounds them together."""


class KeptFile(FileResponse):
    """A file from disk, read in larger blocks than Django's 4 kB."""

    block_size = 128 * 1024


def find(etag: str) -> HttpResponseBase | None:
    """The file as it was sent before, if it is kept whole."""
    if not settings.KEPT_FILES_BYTES:
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
    response = KeptFile(file)
    response.headers = headers
    return response


def _headers(file: IO[bytes]) -> ResponseHeaders:
    """What stands before the bytes; an error where it is rubbish, or less than was kept.

    A crash of the machine may leave that.
    """
    headers = ResponseHeaders(json.loads(file.readline(_LONGEST)))
    if os.fstat(file.fileno()).st_size - file.tell() != int(headers["Content-Length"]):
        raise ValueError("It was cut short.")
    return headers


def keep(etag: str, response: HttpResponseBase) -> None:
    """Keep a file that was spooled, before it is sent; a full disk keeps none and fails none."""
    spool = getattr(response, "file_to_stream", None)
    if not settings.KEPT_FILES_BYTES or not isinstance(spool, tempfile.SpooledTemporaryFile):
        return
    store(etag, dict(response.items()), spool)
    spool.seek(0)


def store(key: str, headers: dict[str, str], content: IO[bytes]) -> None:
    """Keep some bytes and their headers, a Content-Length among them; a full disk keeps none."""
    if not settings.KEPT_FILES_BYTES:
        return
    try:
        _write(key, headers, content)
        _forget_the_oldest()
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


def _forget_the_oldest() -> None:
    """Leave what was asked for last, as much as may be kept."""
    found = []
    for one in _folder().iterdir():
        with contextlib.suppress(FileNotFoundError):  # another worker may just forget it
            told = one.stat()
            found.append((told.st_mtime_ns, told.st_size, one))
    left = settings.KEPT_FILES_BYTES
    for number, (_, size, path) in enumerate(sorted(found, reverse=True)):
        left -= size
        if left < 0 or number >= MOST:
            path.unlink(missing_ok=True)


def _folder() -> Path:
    folder: Path = settings.FILES_FOLDER
    return folder / "kept"


def _place(etag: str) -> Path:
    return _folder() / hashlib.blake2b(etag.encode(), digest_size=16).hexdigest()
