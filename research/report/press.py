"""A program by itself: a document as JSON on standard input, a tagged PDF on standard output.

It runs in a process of its own, so that it can be stopped, and its memory is free after each
report. What people wrote reaches the compiler as data and never as source; the compiler sees an
empty folder, no font of the system, and no package.
"""

import datetime
import resource
import sys
import tempfile
from pathlib import Path
from typing import Any

import typst

SOURCE = Path(__file__).with_name("report.typ")
MAX_CPU_SECONDS, MAX_BYTES = 20, 1_500_000_000
"""Of processor and of address space, for one report."""


def press(document: str, on: datetime.date) -> bytes:
    """The tagged PDF of a document, as PDF/UA-1 where its letters allow; always the same bytes."""
    moment = datetime.datetime.combine(on, datetime.time(), datetime.UTC)
    with tempfile.TemporaryDirectory() as empty:
        try:
            return _compile(document, empty, moment, ["ua-1"])
        except typst.TypstError:
            # Mostly a letter that the fonts lack: still tagged, but PDF/UA cannot be claimed
            return _compile(document, empty, moment, [])


def _compile(document: str, empty: str, moment: datetime.datetime, standards: list[Any]) -> bytes:
    compiler = typst.Compiler(
        SOURCE.read_bytes(),
        root=empty,
        font_paths=typst.Fonts(include_system_fonts=False),
        sys_inputs={"document": document},
        package_path=empty,
        package_cache_path=empty,
    )
    pdf = compiler.compile(format="pdf", pdf_standards=standards, timestamp=moment)
    if not isinstance(pdf, bytes):
        raise TypeError("The compiler gave no PDF.")
    return pdf


if __name__ == "__main__":
    resource.setrlimit(resource.RLIMIT_CPU, (MAX_CPU_SECONDS, MAX_CPU_SECONDS))
    resource.setrlimit(resource.RLIMIT_AS, (MAX_BYTES, MAX_BYTES))
    day = datetime.date.fromisoformat(sys.argv[1])
    sys.stdout.buffer.write(press(sys.stdin.buffer.read().decode(), day))
