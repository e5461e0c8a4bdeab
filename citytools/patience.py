"""A bound on every statement of a web request, and what is answered where one is hit.

Commands, migrations and loads have no bound: a connection is bounded only within a request.
"""

import contextlib
import logging
from collections.abc import Callable, Iterator
from contextvars import ContextVar
from typing import Any

from django.conf import settings
from django.db import connection
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from psycopg2.errors import QueryCanceled
from psycopg2.extensions import TRANSACTION_STATUS_INERROR

from citytools.error_pages import unavailable

_log = logging.getLogger(__name__)
_asked: ContextVar[bool] = ContextVar("asked", default=False)
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
        before = None if _bounded() else connection.connection
        with bounding():
            try:
                if before is not None:
                    _bound(settings.STATEMENT_SECONDS)
                return self.get_response(request)
            finally:
                if before is not None and before is connection.connection:
                    _bound(0)

    def process_exception(self, request: HttpRequest, fault: Exception) -> HttpResponse | None:
        """What is answered where a view's statement met the bound."""
        return stopped(request, fault)


def stopped(request: HttpRequest, fault: BaseException) -> HttpResponse | None:
    """503 with the remedy where a statement met the bound: a page, or text for a file."""
    # COPY raises the driver's own error, all else Django's around it
    if not isinstance(fault, QueryCanceled) and not isinstance(fault.__cause__, QueryCanceled):
        return None
    _log.warning("Stopped after %g s: %s", settings.STATEMENT_SECONDS, request.get_full_path())
    remedy = _REMEDY.format(seconds=settings.STATEMENT_SECONDS)
    return unavailable(
        request,
        f"This file was not made. {remedy}",
        title="That took too long",
        remedy=remedy,
        narrow=True,
        without=request.path if request.GET else "",
    )


@contextlib.contextmanager
def bounding() -> Iterator[None]:
    """Connections made meanwhile are bounded, as within a request."""
    token = _asked.set(True)
    try:
        yield
    finally:
        _asked.reset(token)


def _bounded() -> bool:
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
    """Hears of new connections: one made for a request is bounded as long as it lives."""
    if _asked.get():
        _bound(settings.STATEMENT_SECONDS)
        connection.bounded = connection.connection
