"""The disk is full, or nothing may be written where files are made: 503 until it may again."""

import errno
import tempfile
from pathlib import Path

from django.conf import settings
from django.http import HttpRequest, HttpResponse

from citytools.database_outage import causes
from citytools.error_pages import unavailable

RETRY_AFTER_SECONDS = 300
REASONS = ("the server's disk is full", "the server cannot write to its disk")
_FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}
# Of a fault of ours, such as a template that is missing, these say no less: only in folders that
# the server writes to do they tell of the machine
_NOT_WRITABLE = {errno.EROFS, errno.EACCES, errno.EPERM, errno.ENOENT, errno.ENOTDIR, errno.EEXIST}
_NOT_WRITABLE |= {errno.EIO, errno.ESTALE, errno.EISDIR}


def reason(fault: BaseException) -> str:
    """Why a file could not be written, as half a sentence; empty where that is not the fault."""
    for cause in causes(fault):
        if not isinstance(cause, OSError):
            continue
        if cause.errno in _FULL:
            return REASONS[0]
        if cause.errno in _NOT_WRITABLE and _is_written_to(cause.filename):
            return REASONS[1]
    return ""


def _is_written_to(filename: object) -> bool:
    if filename is None:
        return True  # tempfile names none where no folder serves
    if not isinstance(filename, str | Path):
        return False
    path = Path(filename)
    folders = [Path(settings.FILES_FOLDER)]
    if tempfile.tempdir:
        folders.append(Path(tempfile.tempdir))
    # Also those above: what is missing or not writable may be one of them
    return any(path.is_relative_to(folder) or folder.is_relative_to(path) for folder in folders)


def answer(request: HttpRequest, why: str) -> HttpResponse:
    """503 with Retry-After."""
    response = unavailable(
        request,
        f"The file could not be made: {why}. Nothing is wrong with the address; try again later.",
        title="This cannot be made at the moment",
        remedy=f"It could not be made: {why}. Try again later.",
    )
    response["Retry-After"] = str(RETRY_AFTER_SECONDS)
    response["Cache-Control"] = "no-store"
    return response
