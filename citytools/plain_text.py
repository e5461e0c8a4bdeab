"""Text that calendars, feeds and pages may hold: none of them bears control characters."""

import re

_FORBIDDEN = re.compile(
    "[^\t\n\r\u0020-\u007e\u00a0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]"  # XML 1.0, less C1
)


def allowed(text: str) -> str:
    """The text with a space for each character that XML 1.0 or RFC 5545 does not allow."""
    return _FORBIDDEN.sub(" ", text)


def one_line(text: str) -> str:
    """The same on one line, single spaces between words."""
    return " ".join(allowed(text).split())
