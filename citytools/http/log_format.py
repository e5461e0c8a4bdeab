"""Lines of the log: one line for a fault of the client's, few for one that repeats itself."""

import logging
import threading
import time


class OneLineFormatter(logging.Formatter):
    """One line with the address that was asked for, and no traceback.

    A bad Host header or too many fields come by the thousand from whoever scans the internet; where
    in Django they were refused helps nobody, and buries what matters.
    """

    def format(self, record: logging.LogRecord) -> str:
        plain = logging.makeLogRecord({**record.__dict__, "exc_info": None, "exc_text": None})
        request = getattr(record, "request", None)
        address = f" ({request.method} {request.path[:200]})" if request is not None else ""
        text = f"{super().format(plain)}{address}"
        # Nobody may write a line of their own into the log
        return text.encode("unicode_escape").decode("ascii")


class NotUnavailableFilter(logging.Filter):
    """Leaves out Django's line for each 503: whoever answers so logs the reason, throttled."""

    def filter(self, record: logging.LogRecord) -> bool:
        return getattr(record, "status_code", None) != 503


class ThrottleFilter(logging.Filter):
    """At most so many lines in so many seconds; the next one says how many were left out."""

    def __init__(self, lines: int, seconds: float) -> None:
        super().__init__()
        self._lines, self._seconds = lines, seconds
        self._began, self._logged, self._left_out = 0.0, 0, 0
        self._lock = threading.Lock()

    def filter(self, record: logging.LogRecord) -> bool:
        with self._lock:
            now = time.monotonic()
            if now - self._began > self._seconds:
                self._began, self._logged = now, 0
            if self._logged >= self._lines:
                self._left_out += 1
                return False
            self._logged += 1
            if self._left_out:
                record.msg = f"{record.getMessage()} (and {self._left_out} more like it)"
                record.args, self._left_out = (), 0
            return True
