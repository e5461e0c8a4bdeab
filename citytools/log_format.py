"""How a line of the log looks where the fault is not ours."""

import logging


class OneLineFormatter(logging.Formatter):
    """One line with the address that was asked for, and no traceback.

    A bad Host header or too many fields come by the thousand from whoever scans the internet; where
    in Django they were refused helps nobody, and buries what matters.
    """

    def format(self, record: logging.LogRecord) -> str:
        """The message and the address, whatever was sent in them."""
        plain = logging.makeLogRecord({**record.__dict__, "exc_info": None, "exc_text": None})
        request = getattr(record, "request", None)
        address = f" ({request.method} {request.path[:200]})" if request is not None else ""
        text = f"{super().format(plain)}{address}"
        # Nobody may write a line of their own into the log
        return text.encode("unicode_escape").decode("ascii")
