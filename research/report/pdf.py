"""The report as a PDF: printed by a program that can be stopped, one at a time, cached on disk.

The lock is on a file and not in the database, because the scarce thing is the machine's processor:
it costs no query and no connection, and the kernel releases it whatever happens to a worker. The
program inherits it, so that no second program starts beside that of a worker that died.
"""

import contextlib
import functools
import hashlib
import importlib.metadata
import io
import json
import logging
import os
import re
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import fields, is_dataclass
from pathlib import Path
from typing import Any

from django.conf import settings
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.template.loader import render_to_string
from markdown_it.tree import SyntaxTreeNode

from citytools.http import file_response
from citytools.local import file_locks
from research.metrics.base import MetricFigure, day_in_words
from research.publications import text
from research.publications.citation import AUTHOR, Citation
from research.report.document import Block, Prose, ReportDots, ReportSection

# A block is {"kind": …}, a run of words {"words", "strong", "emph", "code", "link"}. Markdown that
# is not supported here (images, HTML) becomes the words within it, never an instruction.

# Run and never imported: the compiler's memory is its own process's
PROGRAM = Path(__file__).with_name("press.py")
Value = dict[str, Any]
_MARKS = {"strong": "strong", "em": "emph"}
_BREAKS = {"softbreak": " ", "hardbreak": "\n"}
_LINK_PREFIXES = ("https://", "http://", "mailto:", "/")
"""An anchor is no link in the PDF: it might lead to nothing, which the compiler refuses."""


def markdown_blocks(source: str, figures: Mapping[str, MetricFigure], level: int) -> list[Value]:
    """A text's blocks; its headings begin at `level` and skip none, as a tagged PDF must not."""
    return _MarkdownBlocks(figures, level).children(SyntaxTreeNode(text.parse_text(source)))


class _MarkdownBlocks:
    """The blocks of one text; it remembers how deep the next heading may be."""

    def __init__(self, figures: Mapping[str, MetricFigure], level: int) -> None:
        self.figures, self.level, self.max_depth = figures, level, level

    def children(self, node: SyntaxTreeNode) -> list[Value]:
        return [block for child in node.children for block in self.blocks(child)]

    def blocks(self, node: SyntaxTreeNode) -> Iterator[Value]:
        if node.type == "heading":
            yield self.heading(node)
        elif node.type in {"bullet_list", "ordered_list"}:
            yield self.list_block(node)
        elif node.type == "blockquote":
            yield {"kind": "quote", "blocks": self.children(node)}
        elif node.type == "table":
            yield {"kind": "grid", "rows": self.rows(node)}
        elif node.type in {"fence", "code_block"}:
            yield {"kind": "code", "words": node.content}
        elif node.type == "paragraph":
            yield {"kind": "paragraph", "runs": self.line(node)}
        elif node.type != "hr" and node.content:
            yield {"kind": "paragraph", "runs": [{"words": node.content}]}

    def heading(self, node: SyntaxTreeNode) -> Value:
        depth = min(self.max_depth, self.level + max(0, int(node.tag[1:]) - 2))
        self.max_depth = depth + 1
        return {"kind": "heading", "depth": depth, "runs": self.line(node)}

    def list_block(self, node: SyntaxTreeNode) -> Value:
        start = int(node.attrs.get("start", 1)) if node.type == "ordered_list" else None
        return {
            "kind": "list",
            "start": start,
            "items": [self.children(item) for item in node.children],
        }

    def rows(self, node: SyntaxTreeNode) -> list[list[list[Value]]]:
        """The cells of a table by row, its heading first."""
        lines = [line for part in node.children for line in part.children]
        return [[self.line(cell) for cell in line.children] for line in lines]

    def line(self, node: SyntaxTreeNode) -> list[Value]:
        return [run for child in node.children for run in self.runs(child, {})]

    def runs(self, node: SyntaxTreeNode, marks: Value) -> Iterator[Value]:
        if node.type == "metric":
            words = text.token_words(node.meta["token"], node.content, self.figures)
            yield marks | {"words": words}
        elif node.type in _BREAKS:
            yield marks | {"words": _BREAKS[node.type]}
        elif node.type == "code_inline":
            yield marks | {"words": node.content, "code": True}
        elif node.children and node.type != "image":
            for child in node.children:
                yield from self.runs(child, marks | _mark(node))
        elif node.content:
            yield marks | {"words": node.content}


def _mark(node: SyntaxTreeNode) -> Value:
    if node.type == "link":
        address = str(node.attrs.get("href", ""))
        return {"link": address} if address.startswith(_LINK_PREFIXES) else {}
    return {_MARKS[node.type]: True} if node.type in _MARKS else {}


_VERBATIM = {"anchor", "anchors", "kind", "svg", "tone"}
"""Names whose values are no words to set."""
_NO_GLYPH = re.compile(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\ufeff\ufffe\uffff]")
_LONG_WORD = re.compile(r"\S{80}")


def press_data(
    sections: Sequence[ReportSection], summary: str, citation: Citation, site: str
) -> dict[str, Any]:
    """All that the press draws; `site` is the absolute address of '/', put before paths."""
    document = {
        "author": AUTHOR,
        "citation": citation.words,
        "day": day_in_words(citation.on),
        "hash": citation.hash,
        "sections": sections,
        "settled": citation.promise,
        "short": citation.short,
        "standing": summary,
        "title": citation.title,
    }
    data: dict[str, Any] = _to_json(document, site)
    return data


def set_words(words: str) -> str:
    """Words without characters that no font can show, and with breaks in very long ones.

    A word of thousands of letters would take the press minutes.
    """
    return _LONG_WORD.sub(lambda match: f"{match[0]}\u200b", _NO_GLYPH.sub(" ", words))


def _expand(item: Any) -> list[Any]:
    """A block with its kind; of a record's own text its blocks; of anything else itself."""
    if isinstance(item, Prose):
        # Sections of the PDF begin a level above those of the page, whose first is its title
        return markdown_blocks(item.source, item.figures, item.level - 1)
    if not isinstance(item, Block):
        return [item]
    values = {field.name: getattr(item, field.name) for field in fields(item)}  # type: ignore[arg-type]
    if isinstance(item, ReportDots):
        values["svg"] = render_to_string("research/report/_plane.svg", {"block": item})
    return [{"kind": item.kind, **values}]


def _to_json(value: Any, site: str, name: str = "") -> Any:
    """Values for JSON, each link that is a path as an absolute address."""
    if isinstance(value, str):
        if name == "link":
            return site.rstrip("/") + value if value.startswith("/") else value
        return value if name in _VERBATIM else set_words(value)
    if isinstance(value, Mapping):
        return {key: _to_json(item, site, key) for key, item in value.items()}
    if is_dataclass(value):
        return {
            field.name: _to_json(getattr(value, field.name), site, field.name)
            for field in fields(value)
        }
    if isinstance(value, frozenset):
        return sorted(value)
    if isinstance(value, list | tuple):
        return [_to_json(item, site, name) for part in value for item in _expand(part)]
    return value


_log = logging.getLogger(__name__)
TIMEOUT_SECONDS = 30
POLL_SECONDS = 0.1
"""Between two looks at whether the reader has left."""
CONTENT_TYPE = "application/pdf"
_lock = threading.Lock()


class PrintingError(Exception):
    """The report cannot be printed now."""

    retry_after_seconds = 60
    words = "The report could not be printed now. Try again in a minute, or print the page.\n"


class PrinterBusyError(PrintingError):
    """Another report is being printed."""

    retry_after_seconds = 10
    words = "Another report is being printed. Try again in ten seconds, or print the page.\n"


def pdf_response(
    sections: Sequence[ReportSection],
    summary: str,
    citation: Citation,
    site: str,
    disconnected: threading.Event | None = None,
) -> HttpResponseBase:
    """The tagged PDF, from disk if the same content was printed before.

    `site` is the absolute address of '/', put before paths; `disconnected` is set once the reader
    has left. PrintingError if it takes too long, another is being printed, or nobody waits.
    """
    document = json.dumps(press_data(sections, summary, citation, site)).encode()
    day = citation.on.isoformat()
    key = f"report.pdf {_version()} {day} {hashlib.sha256(document).hexdigest()}"
    if response := file_response.find_cached_file(key):
        return response
    with _exclusive() as lock:
        # Whoever had the lock a moment ago may have printed the same
        if response := file_response.find_cached_file(key):
            return response
        content = _run(document, day, disconnected, lock)
        headers = {"Content-Type": CONTENT_TYPE, "Content-Length": str(len(content))}
        file_response.cache_bytes(key, headers, io.BytesIO(content))
    return HttpResponse(content, content_type=CONTENT_TYPE)


@functools.cache
def _version() -> str:
    """The compiler's version and our template: either changes the bytes of the same content."""
    digest = hashlib.sha256(importlib.metadata.version("typst").encode())
    for source in (PROGRAM.with_name("report.typ"), PROGRAM):
        digest.update(source.read_bytes())
    return digest.hexdigest()


@contextlib.contextmanager
def _exclusive() -> Iterator[int | None]:
    """The lock's file handle; PrinterBusyError at once if any worker prints.

    None where the disk cannot be written: the lock then holds within this worker only.
    """
    if not _lock.acquire(blocking=False):
        raise PrinterBusyError
    handle = None
    try:
        folder: Path = settings.FILES_FOLDER
        try:
            folder.mkdir(parents=True, exist_ok=True)
            handle = file_locks.try_exclusive(folder / "report-pdf-lock")
        except OSError as fault:
            _log.warning("Printing without the lock between workers: %s", fault)
        else:
            if handle is None:
                raise PrinterBusyError
        yield handle
    finally:
        if handle is not None:
            os.close(handle)
        _lock.release()


def _run(
    document: bytes,
    day: str,
    disconnected: threading.Event | None = None,
    lock: int | None = None,
) -> bytes:
    with tempfile.TemporaryFile() as source:
        # Not through a pipe: communicate() of Python 3.11 forgets, at its first time-out, what
        # it has not yet written, so that a document larger than the pipe would never arrive
        source.write(document)
        source.seek(0)
        process = subprocess.Popen(
            [sys.executable, "-I", str(PROGRAM), day],
            stdin=source,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            start_new_session=True,
            pass_fds=() if lock is None else (lock,),
        )
    with process:
        try:
            output, errors = _communicate(process, disconnected)
        except BaseException:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            raise
    if process.returncode < 0:  # killed by its own limit of time or memory
        raise PrintingError
    if process.returncode:
        raise RuntimeError(f"The report could not be printed: {errors.decode()[-2000:]}")
    return output


def _communicate(
    process: "subprocess.Popen[bytes]", disconnected: threading.Event | None
) -> tuple[bytes, bytes]:
    """Output and errors; PrintingError after the deadline or once the reader has left."""
    deadline = time.monotonic() + TIMEOUT_SECONDS
    while True:
        if disconnected is not None and disconnected.is_set():
            raise PrintingError
        left = deadline - time.monotonic()
        if left <= 0:
            raise PrintingError
        with contextlib.suppress(subprocess.TimeoutExpired):
            return process.communicate(timeout=min(POLL_SECONDS, left))
