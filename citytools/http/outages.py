"""Temporary faults, in one place for every page and file: 503 and a line in the log, never a 500.

Faults of views come by the middleware, those of middleware and error pages by `server_error`.
"""

import contextlib
import errno
import logging
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextvars import ContextVar
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import Error, InterfaceError, OperationalError, connection
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.views import defaults
from psycopg2 import Error as DriverError
from psycopg2 import InterfaceError as DriverInterfaceError
from psycopg2 import OperationalError as DriverOperationalError
from psycopg2.errors import QueryCanceled
from psycopg2.extensions import TRANSACTION_STATUS_INERROR

from citytools.http.log_format import ThrottleFilter

_PLAIN = "text/plain; charset=utf-8"
_BAD_REQUEST = "This request cannot be answered: its address, host name or content is not valid.\n"


def prefers_plain_text(request: HttpRequest) -> bool:
    """Whether a file, document or feed is asked for, whose reader is a program."""
    return "." in request.path.rpartition("/")[2]


def bad_request_page(request: HttpRequest, exception: Exception) -> HttpResponse:
    """400, saying nothing of the reason, which is in the log."""
    if prefers_plain_text(request):
        return HttpResponse(_BAD_REQUEST, status=400, content_type=_PLAIN)
    # Without the request: its host or its fields are what is wrong
    return render(None, "400.html", status=400)


def unavailable_response(request: HttpRequest, text: str, **context: object) -> HttpResponse:
    """503: the text for a file, for a page 503.html with this context. Neither needs a database."""
    if prefers_plain_text(request):
        return HttpResponse(text + "\n", status=503, content_type=_PLAIN)
    return render(None, "503.html", context, status=503)


DATABASE_RETRY_AFTER_SECONDS = 10
# SQLSTATE classes: connection exception, transaction rollback (two that wait for each other, as a
# form for a load), insufficient resources, operator intervention, system
_CLASSES = {"08", "40", "53", "57", "58"}
_READ_ONLY = "25006"  # a standby that takes over, or a server whose disk is full
_CONNECTION_ERRORS = (
    OperationalError,
    InterfaceError,
    DriverOperationalError,
    DriverInterfaceError,
)
_WHILE_SAVING = " If you were saving something, check whether it was saved before you try again."


def exception_chain(fault: BaseException) -> Iterator[BaseException]:
    """A fault and all its causes."""
    cause: BaseException | None = fault
    while cause is not None:
        yield cause
        cause = cause.__cause__ or cause.__context__


def is_outage(fault: BaseException) -> bool:
    """Whether the database is to blame, whatever was made of its error on the way."""
    faults = [cause for cause in exception_chain(fault) if isinstance(cause, Error | DriverError)]
    if not faults:
        return False
    driver = connection.connection
    if driver is None:
        # It could not be opened, or was closed by a transaction that found it broken
        return any(isinstance(cause, _CONNECTION_ERRORS) for cause in faults)
    return bool(driver.closed) or any(_is_temporary(cause) for cause in faults)


def _is_temporary(fault: BaseException) -> bool:
    code = getattr(fault, "pgcode", None) or ""
    # Without a code it is the driver's own word that the server has gone. The connection may be
    # another thread's (`CsvCopy`), so that this thread's own says nothing of it
    lost = not code and isinstance(fault, DriverOperationalError)
    return lost or code[:2] in _CLASSES or code == _READ_ONLY


def is_lost() -> bool:
    """Whether the connection broke, so that another may serve; not where none could be opened.

    A statement that failed on a whole connection, as for want of the server's disk, would only
    fail a second time.
    """
    driver = connection.connection
    broke = driver is None or bool(driver.closed)
    return broke and not getattr(connection, "unreachable", False)


def database_outage_response(request: HttpRequest) -> HttpResponse:
    """503 with Retry-After."""
    saving = "" if request.method in {"GET", "HEAD"} else _WHILE_SAVING
    response = unavailable_response(
        request,
        "This file was not made: the database does not answer at the moment. Try again in a "
        "minute.",
        title="The database does not answer",
        remedy=f"This page cannot be shown at the moment. Try again in a minute.{saving}",
    )
    response["Retry-After"] = str(DATABASE_RETRY_AFTER_SECONDS)
    response["Cache-Control"] = "no-store"
    return response


STORAGE_RETRY_AFTER_SECONDS = 300
REASONS = ("the server's disk is full", "the server cannot write to its disk")
_FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}
# A missing template, say, raises these too: they tell of the machine only in folders that the
# server writes to
_NOT_WRITABLE = {errno.EROFS, errno.EACCES, errno.EPERM, errno.ENOENT, errno.ENOTDIR, errno.EEXIST}
_NOT_WRITABLE |= {errno.EIO, errno.ESTALE, errno.EISDIR}


def storage_fault_reason(fault: BaseException) -> str:
    """Why a file could not be written, as half a sentence; empty where that is not the fault."""
    for cause in exception_chain(fault):
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


def storage_outage_response(request: HttpRequest, why: str) -> HttpResponse:
    """503 with Retry-After."""
    response = unavailable_response(
        request,
        f"The file could not be made: {why}. Nothing is wrong with the address; try again later.",
        title="This cannot be made at the moment",
        remedy=f"It could not be made: {why}. Try again later.",
    )
    response["Retry-After"] = str(STORAGE_RETRY_AFTER_SECONDS)
    response["Cache-Control"] = "no-store"
    return response


# Commands, migrations and loads have no bound: a connection is bounded only within a request.

_in_request: ContextVar[bool] = ContextVar("in_request", default=False)
_REMEDY = (
    "The database was asked for more than it can give in {seconds:g} seconds, so it stopped. "
    "Ask for less: choose a borough, a service area or a supplier, a shorter span of dates, or "
    "fewer words. Nothing was changed, and the fault has been logged."
)


class BoundedQueries:
    """Middleware: statements end after `settings.STATEMENT_SECONDS`, with a page that says so."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Answer within the bound.

        Connections made on the way keep it; one that was there before, as in a shell, gets it
        for this request alone.
        """
        before = None if _connection_is_bounded() else connection.connection
        with bound_new_connections():
            try:
                if before is not None:
                    _bound(settings.STATEMENT_SECONDS)
                return self.get_response(request)
            finally:
                if before is not None and before is connection.connection:
                    _bound(0)

    def process_exception(self, request: HttpRequest, fault: Exception) -> HttpResponse | None:
        return statement_timeout_response(request, fault)


def statement_timeout_response(request: HttpRequest, fault: BaseException) -> HttpResponse | None:
    """503 with the remedy where a statement met the bound: a page, or text for a file."""
    # COPY raises the driver's own error, all else Django's around it
    if not isinstance(fault, QueryCanceled) and not isinstance(fault.__cause__, QueryCanceled):
        return None
    _log.warning("Stopped after %g s: %s", settings.STATEMENT_SECONDS, request.get_full_path())
    remedy = _REMEDY.format(seconds=settings.STATEMENT_SECONDS)
    return unavailable_response(
        request,
        f"This file was not made. {remedy}",
        title="That took too long",
        remedy=remedy,
        narrow=True,
        without=request.path if request.GET else "",
    )


@contextlib.contextmanager
def bound_new_connections() -> Iterator[None]:
    """Bound connections that are opened meanwhile, as within a request."""
    token = _in_request.set(True)
    try:
        yield
    finally:
        _in_request.reset(token)


def _connection_is_bounded() -> bool:
    """Whether there is no connection, or the present one has the bound for good."""
    raw = connection.connection
    return raw is None or raw is getattr(connection, "bounded", None)


def _bound(seconds: float) -> None:
    """Set the bound past Django's own cursors, which would count it among a page's queries."""
    raw = connection.connection
    if raw is None or raw.closed or raw.info.transaction_status == TRANSACTION_STATUS_INERROR:
        return
    with raw.cursor() as cursor:
        cursor.execute("SET statement_timeout = %s", [round(seconds * 1000)])


def bound_within_requests(connection: Any, **_: object) -> None:
    """Signal handler for connection_created: bounds connections opened during a request."""
    if _in_request.get():
        _bound(settings.STATEMENT_SECONDS)
        connection.bounded = connection.connection


_log = logging.getLogger(__name__)
_log.addFilter(ThrottleFilter(lines=5, seconds=10))
_READ_METHODS = {"GET", "HEAD"}


class TemporaryFaults:
    """Middleware: 503 where database or disk fails; what is only read is tried once more."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Answer; a second time on a new connection where the first broke.

        Nothing has been sent yet and reading changes nothing, so a database that restarts, or
        moves to another machine, costs most readers nothing.
        """
        response = self.get_response(request)
        if getattr(response, "connection_was_lost", False) and request.method in _READ_METHODS:
            connection.close_if_unusable_or_obsolete()
            environ = request.environ  # type: ignore[attr-defined] # of a WSGIRequest
            response = self.get_response(type(request)(environ))  # type: ignore[call-arg]
        return response

    def process_exception(self, request: HttpRequest, fault: Exception) -> HttpResponse | None:
        return temporary_fault_response(request, fault)


def temporary_fault_response(request: HttpRequest, fault: BaseException) -> HttpResponse | None:
    """503 for a temporary fault; None for one that is ours."""
    if response := statement_timeout_response(request, fault):
        return response
    if is_outage(fault):
        _log.warning("The database failed for %r: %s", request.path[:200], _in_short(fault))
        response = database_outage_response(request)
        response.connection_was_lost = is_lost()  # type: ignore[attr-defined]
        return response
    if why := storage_fault_reason(fault):
        _log.error("No file could be written for %r: %s", request.path[:200], _in_short(fault))
        return storage_outage_response(request, why)
    return None


def server_error(request: HttpRequest) -> HttpResponse:
    """Handler of what nobody caught: Django's own answer, unless the fault is temporary."""
    fault = sys.exc_info()[1]
    return (temporary_fault_response(request, fault) if fault else None) or defaults.server_error(
        request
    )


def _in_short(fault: BaseException) -> str:
    return f"{type(fault).__name__}: {' '.join(str(fault).split())[:200]}"
