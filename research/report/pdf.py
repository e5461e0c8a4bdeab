"""The report as a PDF, printed by a program of its own that can be stopped."""

import json
import subprocess
import sys
import threading
from collections.abc import Sequence

from research.citing import Citation
from research.report import paper, press
from research.report.document import Section

PATIENCE = 30
"""Seconds that a request waits for its turn, and then for its PDF."""
REFUSED = "The report could not be printed now. Try again in a minute, or print the page.\n"
_turn = threading.Lock()


class TooMuchNow(Exception):  # noqa: N818 (it reads as what it says)
    """The report cannot be printed in the time there is."""


def printed(sections: Sequence[Section], standing: str, citation: Citation, site: str) -> bytes:
    """The tagged PDF; `site` is the whole address of '/', put before paths.

    TooMuchNow where others are being printed, or this one takes too long.
    """
    document = json.dumps(paper.of(sections, standing, citation, site)).encode()
    # One at a time: ten readers at once would take the whole machine, and wait as long
    if not _turn.acquire(timeout=PATIENCE):
        raise TooMuchNow
    try:
        return _run(document, citation.on.isoformat())
    finally:
        _turn.release()


def _run(document: bytes, day: str) -> bytes:
    command = [sys.executable, "-I", press.__file__, day]
    try:
        done = subprocess.run(
            command, input=document, capture_output=True, timeout=PATIENCE, check=False
        )
    except subprocess.TimeoutExpired:
        raise TooMuchNow from None
    if done.returncode < 0:  # stopped by a limit of its own
        raise TooMuchNow
    if done.returncode:
        raise RuntimeError(f"The report could not be printed: {done.stderr.decode()[-2000:]}")
    return done.stdout
