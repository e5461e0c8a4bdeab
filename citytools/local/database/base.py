"""Connects within seconds or not at all, and does not knock again at once where nobody answers."""

import time

from django.db import Error, OperationalError
from django.db.backends.postgresql import base
from psycopg2 import Error as DriverError

SLOW_SECONDS = 0.5
PAUSE_SECONDS = 5.0


class Pause:
    """Until when nobody in this process tries to connect."""

    until = 0.0


class DatabaseWrapper(base.DatabaseWrapper):
    """The backend that Django asks for by the name of this package."""

    unreachable = False
    """Whether the last attempt to connect failed."""

    def connect(self) -> None:
        """Connect, unless an attempt that took long has just failed.

        While a host is silent each attempt waits for its time-out, and few workers would soon do
        nothing but wait.
        """
        began = time.monotonic()
        self.unreachable = True
        if began < Pause.until:
            raise OperationalError("the database did not answer some seconds ago")
        try:
            super().connect()
        except (Error, DriverError):
            if time.monotonic() - began > SLOW_SECONDS:
                Pause.until = time.monotonic() + PAUSE_SECONDS
            raise
        self.unreachable = False
