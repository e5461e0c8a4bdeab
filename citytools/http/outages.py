"""Faults that pass, in one place for every page and file: 503 and a line in the log, never a 500.

Faults of views come by the middleware, those of middleware and error pages by `server_error`.
"""

import logging
import sys
from collections.abc import Callable

from django.db import connection
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.views import defaults

from citytools import database_outage, patience, storage_outage
from citytools.http.log_format import ThrottleFilter

_log = logging.getLogger(__name__)
_log.addFilter(ThrottleFilter(lines=5, seconds=10))
_READING = {"GET", "HEAD"}


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
        if getattr(response, "connection_was_lost", False) and request.method in _READING:
            connection.close_if_unusable_or_obsolete()
            environ = request.environ  # type: ignore[attr-defined] # of a WSGIRequest
            response = self.get_response(type(request)(environ))  # type: ignore[call-arg]
        return response

    def process_exception(self, request: HttpRequest, fault: Exception) -> HttpResponse | None:
        """What is answered where a view failed for a while."""
        return answer(request, fault)


def answer(request: HttpRequest, fault: BaseException) -> HttpResponse | None:
    """503 for a fault that passes; None for one that is ours."""
    if response := patience.stopped(request, fault):
        return response
    if database_outage.is_outage(fault):
        _log.warning("The database failed for %r: %s", request.path[:200], _in_short(fault))
        response = database_outage.answer(request)
        response.connection_was_lost = database_outage.is_lost()  # type: ignore[attr-defined]
        return response
    if why := storage_outage.reason(fault):
        _log.error("No file could be written for %r: %s", request.path[:200], _in_short(fault))
        return storage_outage.answer(request, why)
    return None


def server_error(request: HttpRequest) -> HttpResponse:
    """The handler of all that nobody caught: Django's own answer, unless the fault passes."""
    fault = sys.exc_info()[1]
    return (answer(request, fault) if fault else None) or defaults.server_error(request)


def _in_short(fault: BaseException) -> str:
    return f"{type(fault).__name__}: {' '.join(str(fault).split())[:200]}"
