"""The database has gone away or cannot be reached: 503 until it is back."""

from collections.abc import Iterator

from django.db import Error, InterfaceError, OperationalError, connection
from django.http import HttpRequest, HttpResponse
from psycopg2 import Error as DriverError
from psycopg2 import InterfaceError as DriverInterfaceError
from psycopg2 import OperationalError as DriverOperationalError

from citytools.error_pages import unavailable

RETRY_AFTER_SECONDS = 10
# SQLSTATE classes: connection exception, transaction rollback (two that wait for each other, as a
# form for a load), insufficient resources, operator intervention, system
_CLASSES = {"08", "40", "53", "57", "58"}
_READ_ONLY = "25006"  # a standby that takes over, or a server whose disk is full
_OF_CONNECTIONS = (
    OperationalError,
    InterfaceError,
    DriverOperationalError,
    DriverInterfaceError,
)
_WHILE_SAVING = " If you were saving something, check whether it was saved before you try again."


def causes(fault: BaseException) -> Iterator[BaseException]:
    """A fault and all from which it came."""
    seen: BaseException | None = fault
    while seen is not None:
        yield seen
        seen = seen.__cause__ or seen.__context__


def is_outage(fault: BaseException) -> bool:
    """Whether the database is to blame, whatever was made of its error on the way."""
    faults = [cause for cause in causes(fault) if isinstance(cause, Error | DriverError)]
    if not faults:
        return False
    driver = connection.connection
    if driver is None:
        # It could not be opened, or was closed by a transaction that found it broken
        return any(isinstance(cause, _OF_CONNECTIONS) for cause in faults)
    return bool(driver.closed) or any(_is_temporary(cause) for cause in faults)


def _is_temporary(fault: BaseException) -> bool:
    code = getattr(fault, "pgcode", None) or ""
    # Without a code it is the driver's own word that the server has gone. The connection may be
    # another thread's (`csv_copy`), so that this thread's own says nothing of it
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


def answer(request: HttpRequest) -> HttpResponse:
    """503 with Retry-After."""
    saving = "" if request.method in {"GET", "HEAD"} else _WHILE_SAVING
    response = unavailable(
        request,
        "This file was not made: the database does not answer at the moment. Try again in a "
        "minute.",
        title="The database does not answer",
        remedy=f"This page cannot be shown at the moment. Try again in a minute.{saving}",
    )
    response["Retry-After"] = str(RETRY_AFTER_SECONDS)
    response["Cache-Control"] = "no-store"
    return response
