"""The report as a PDF: printed by a program that can be stopped, one at a time, and kept on disk.

The lock is on a file and not in the database, for what runs short is the machine's processor: it
costs no query and no connection, and the kernel gives it back whatever happens to a worker. The
program inherits it, so that a worker that dies lets no second program start beside its own.
"""

import contextlib
import functools
import hashlib
import importlib.metadata
import io
import json
import logging
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

from django.conf import settings
from django.http import HttpResponse
from django.http.response import HttpResponseBase

from citytools import kept_files
from citytools.local import file_locks
from research.publications.citation import Citation
from research.report import paper, press
from research.report.document import Section

_log = logging.getLogger(__name__)
TIMEOUT_SECONDS = 30
POLL_SECONDS = 0.1
"""How often it is asked whether the reader is still there."""
CONTENT_TYPE = "application/pdf"
_lock = threading.Lock()


class NotPrinted(Exception):  # noqa: N818 (a state of affairs, and no programmer's error)
    """The report cannot be printed now."""

    retry_after_seconds = 60
    words = "The report could not be printed now. Try again in a minute, or print the page.\n"


class Busy(NotPrinted):
    """Another report is being printed."""

    retry_after_seconds = 10
    words = "Another report is being printed. Try again in ten seconds, or print the page.\n"


def response(
    sections: Sequence[Section],
    standing: str,
    citation: Citation,
    site: str,
    disconnected: threading.Event | None = None,
) -> HttpResponseBase:
    """The tagged PDF, from disk if the same content was printed before.

    `site` is the whole address of '/', put before paths; `disconnected` is set once the reader has
    gone. NotPrinted where it takes too long, another is being printed, or nobody waits.
    """
    document = json.dumps(paper.of(sections, standing, citation, site)).encode()
    day = citation.on.isoformat()
    key = f"report.pdf {_version()} {day} {hashlib.sha256(document).hexdigest()}"
    if kept := kept_files.find(key):
        return kept
    with _exclusive() as lock:
        # Whoever had the lock a moment ago may have printed the same
        if kept := kept_files.find(key):
            return kept
        content = _run(document, day, disconnected, lock)
        headers = {"Content-Type": CONTENT_TYPE, "Content-Length": str(len(content))}
        kept_files.store(key, headers, io.BytesIO(content))
    return HttpResponse(content, content_type=CONTENT_TYPE)


@functools.cache
def _version() -> str:
    """What makes other bytes of the same content: the compiler and our template."""
    digest = hashlib.sha256(importlib.metadata.version("typst").encode())
    for source in (press.SOURCE, Path(press.__file__)):
        digest.update(source.read_bytes())
    return digest.hexdigest()


@contextlib.contextmanager
def _exclusive() -> Iterator[int | None]:
    """The handle of the lock; Busy at once if any worker prints. Without a disk, of this worker."""
    if not _lock.acquire(blocking=False):
        raise Busy
    handle = None
    try:
        folder: Path = settings.FILES_FOLDER
        try:
            folder.mkdir(parents=True, exist_ok=True)
            handle = file_locks.try_exclusive(folder / "report-pdf-lock")
        except OSError as fault:
            _log.warning("Printing without the lock between workers: %s", fault)
        else:
            if handle is None:
                raise Busy
        yield handle
    finally:
        if handle is not None:
            os.close(handle)
        _lock.release()


def _run(
    document: bytes,
    day: str,
    disconnected: threading.Event | None = None,
    lock: int | None = None,
) -> bytes:
    with subprocess.Popen(
        [sys.executable, "-I", press.__file__, day],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        start_new_session=True,
        pass_fds=() if lock is None else (lock,),
    ) as process:
        try:
            output, errors = _communicate(process, document, disconnected)
        except BaseException:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            raise
    if process.returncode < 0:  # stopped by a limit of its own
        raise NotPrinted
    if process.returncode:
        raise RuntimeError(f"The report could not be printed: {errors.decode()[-2000:]}")
    return output


def _communicate(
    process: "subprocess.Popen[bytes]", document: bytes, disconnected: threading.Event | None
) -> tuple[bytes, bytes]:
    """What the program wrote; NotPrinted where the time is over or the reader has gone."""
    deadline = time.monotonic() + TIMEOUT_SECONDS
    rest: bytes | None = document
    while True:
        if disconnected is not None and disconnected.is_set():
            raise NotPrinted
        left = deadline - time.monotonic()
        if left <= 0:
            raise NotPrinted
        try:
            return process.communicate(rest, timeout=min(POLL_SECONDS, left))
        except subprocess.TimeoutExpired:
            rest = None  # communicate keeps what it has not yet written
