"""The report as a PDF: printed by a program that can be stopped, one at a time, and kept on disk.

The lock is on a file and not in the database, for what runs short is the machine's processor: it
costs no query and no connection, and the kernel gives it back whatever happens to a worker. The
program inherits it, so that a worker that dies lets no second program start beside its own.
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
from django.utils.dateformat import format as in_format
from markdown_it.tree import SyntaxTreeNode

from citytools.http import file_response
from citytools.local import file_locks
from research.metrics.figures import MetricFigure
from research.publications import text
from research.publications.citation import AUTHOR, Citation
from research.report import press
from research.report.document import Block, Prose, ReportDots, ReportSection

# A block is {"kind": …}, a run of words {"words", "strong", "emph", "code", "link"}. What
# Markdown here does not write (images, HTML) comes as the words that stand in it, never as an
# instruction.

Value = dict[str, Any]
_MARKS = {"strong": "strong", "em": "emph"}
_BREAKS = {"softbreak": " ", "hardbreak": "\n"}
_LEADS = ("https://", "http://", "mailto:", "/")
"""How an address begins that a text may lead to; an anchor could lead to nothing here."""


def markdown_blocks(source: str, figures: Mapping[str, MetricFigure], level: int) -> list[Value]:
    """A text's blocks; its headings begin at `level` and skip none, as a tagged PDF must not."""
    return _Walk(figures, level).within(SyntaxTreeNode(text.parse_text(source)))


class _Walk:
    """One way through one text."""

    def __init__(self, figures: Mapping[str, MetricFigure], level: int) -> None:
        self.figures, self.level, self.deepest = figures, level, level

    def within(self, node: SyntaxTreeNode) -> list[Value]:
        return [block for child in node.children for block in self.blocks(child)]

    def blocks(self, node: SyntaxTreeNode) -> Iterator[Value]:
        if node.type == "heading":
            yield self.heading(node)
        elif node.type in {"bullet_list", "ordered_list"}:
            yield self.listed(node)
        elif node.type == "blockquote":
            yield {"kind": "quote", "blocks": self.within(node)}
        elif node.type == "table":
            yield {"kind": "grid", "rows": self.rows(node)}
        elif node.type in {"fence", "code_block"}:
            yield {"kind": "code", "words": node.content}
        elif node.type == "paragraph":
            yield {"kind": "paragraph", "runs": self.line(node)}
        elif node.type != "hr" and node.content:
            yield {"kind": "paragraph", "runs": [{"words": node.content}]}

    def heading(self, node: SyntaxTreeNode) -> Value:
        depth = min(self.deepest, self.level + max(0, int(node.tag[1:]) - 2))
        self.deepest = depth + 1
        return {"kind": "heading", "depth": depth, "runs": self.line(node)}

    def listed(self, node: SyntaxTreeNode) -> Value:
        start = int(node.attrs.get("start", 1)) if node.type == "ordered_list" else None
        return {
            "kind": "list",
            "start": start,
            "items": [self.within(syntax_tree_node) for syntax_tree_node in node.children],
        }

    def rows(self, node: SyntaxTreeNode) -> list[list[list[Value]]]:
        """The cells of a table by row, its heading first."""
        lines = [line for part in node.children for line in part.children]
        return [[self.line(cell) for cell in line.children] for line in lines]

    def line(self, node: SyntaxTreeNode) -> list[Value]:
        return [run for child in node.children for run in self.runs(child, {})]

    def runs(self, node: SyntaxTreeNode, marks: Value) -> Iterator[Value]:
        if node.type == "metric":
            yield marks | {
                "words": text.token_words(node.meta["token"], node.content, self.figures)
            }
        elif node.type in _BREAKS:
            yield marks | {"words": _BREAKS[node.type]}
        elif node.type == "code_inline":
            yield marks | {"words": node.content, "code": True}
        elif node.children and node.type != "image":
            within = marks | _mark(node)
            for child in node.children:
                yield from self.runs(child, within)
        elif node.content:
            yield marks | {"words": node.content}


def _mark(node: SyntaxTreeNode) -> Value:
    if node.type == "link":
        address = str(node.attrs.get("href", ""))
        return {"link": address} if address.startswith(_LEADS) else {}
    return {_MARKS[node.type]: True} if node.type in _MARKS else {}


_AS_IT_IS = {"anchor", "anchors", "kind", "svg", "tone"}
_NO_GLYPH = re.compile(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\ufeff\ufffe\uffff]")
_LONG_WORD = re.compile(r"\S{80}")


def press_data(
    sections: Sequence[ReportSection], standing: str, citation: Citation, site: str
) -> dict[str, Any]:
    """All that the press draws; `site` is the whole address of '/', put before paths."""
    paper = {
        "author": AUTHOR,
        "citation": citation.words,
        "day": in_format(citation.on, "j F Y"),
        "hash": citation.hash,
        "sections": [_section(section) for section in sections],
        "settled": citation.promise,
        "short": citation.short,
        "standing": standing,
        "title": citation.title,
    }
    plain: dict[str, Any] = _plain(paper, site)
    return plain


def set_words(words: str) -> str:
    """Words without what no font can show, and with places to break where there are none.

    A word of thousands of letters would keep the press busy for minutes.
    """
    return _LONG_WORD.sub(lambda match: f"{match[0]}\u200b", _NO_GLYPH.sub(" ", words))


def _section(section: ReportSection) -> dict[str, Any]:
    return {
        "anchor": section.anchor,
        "blocks": [_block for block in section.blocks for _block in _blocks(block)],
        "number": section.number,
        "sections": [_section(report_section) for report_section in section.sections],
        "title": section.title,
    }


def _blocks(block: Block) -> list[dict[str, Any]]:
    if isinstance(block, Prose):
        # Sections of the PDF begin a level above those of the page, whose first is its title
        return markdown_blocks(block.source, block.figures, block.level - 1)
    values = {field.name: getattr(block, field.name) for field in fields(block)}  # type: ignore[arg-type]
    drawn = {}
    if isinstance(block, ReportDots):
        drawn["svg"] = render_to_string("research/report/_plane.svg", {"plane": block.plane})
    return [{"kind": block.kind, **values, **drawn}]


def _plain(value: Any, site: str, name: str = "") -> Any:
    """Values as JSON holds them, every path made a whole address."""
    if isinstance(value, str):
        if name == "link":
            return site.rstrip("/") + value if value.startswith("/") else value
        return value if name in _AS_IT_IS else set_words(value)
    if isinstance(value, Mapping):
        return {key: _plain(one, site, key) for key, one in value.items()}
    if is_dataclass(value):
        return {
            field.name: _plain(getattr(value, field.name), site, field.name)
            for field in fields(value)
        }
    if isinstance(value, frozenset):
        return sorted(value)
    if isinstance(value, list | tuple):
        return [_plain(one, site, name) for one in value]
    return value


_log = logging.getLogger(__name__)
TIMEOUT_SECONDS = 30
POLL_SECONDS = 0.1
"""How often it is asked whether the reader is still there."""
CONTENT_TYPE = "application/pdf"
_lock = threading.Lock()


class NotPrinted(Exception):  # noqa: N818 (a state of affairs, and no programmer's error)
    """The report cannot be printed now."""

    retry_after_seconds = 60
    words = "The report could not be printed now. Try again in a minute, or print the page.\n"


class Busy(NotPrinted):
    """Another report is being printed."""

    retry_after_seconds = 10
    words = "Another report is being printed. Try again in ten seconds, or print the page.\n"


def pdf_response(
    sections: Sequence[ReportSection],
    standing: str,
    citation: Citation,
    site: str,
    disconnected: threading.Event | None = None,
) -> HttpResponseBase:
    """The tagged PDF, from disk if the same content was printed before.

    `site` is the whole address of '/', put before paths; `disconnected` is set once the reader has
    gone. NotPrinted where it takes too long, another is being printed, or nobody waits.
    """
    document = json.dumps(press_data(sections, standing, citation, site)).encode()
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
    """What makes other bytes of the same content: the compiler and our template."""
    digest = hashlib.sha256(importlib.metadata.version("typst").encode())
    for source in (press.SOURCE, Path(press.__file__)):
        digest.update(source.read_bytes())
    return digest.hexdigest()


@contextlib.contextmanager
def _exclusive() -> Iterator[int | None]:
    """The handle of the lock; Busy at once if any worker prints. Without a disk, of this worker."""
    if not _lock.acquire(blocking=False):
        raise Busy
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
                raise Busy
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
    with subprocess.Popen(
        [sys.executable, "-I", press.__file__, day],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        start_new_session=True,
        pass_fds=() if lock is None else (lock,),
    ) as process:
        try:
            output, errors = _communicate(process, document, disconnected)
        except BaseException:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            raise
    if process.returncode < 0:  # stopped by a limit of its own
        raise NotPrinted
    if process.returncode:
        raise RuntimeError(f"The report could not be printed: {errors.decode()[-2000:]}")
    return output


def _communicate(
    process: "subprocess.Popen[bytes]", document: bytes, disconnected: threading.Event | None
) -> tuple[bytes, bytes]:
    """What the program wrote; NotPrinted where the time is over or the reader has gone."""
    deadline = time.monotonic() + TIMEOUT_SECONDS
    rest: bytes | None = document
    while True:
        if disconnected is not None and disconnected.is_set():
            raise NotPrinted
        left = deadline - time.monotonic()
        if left <= 0:
            raise NotPrinted
        try:
            return process.communicate(rest, timeout=min(POLL_SECONDS, left))
        except subprocess.TimeoutExpired:
            rest = None  # communicate keeps what it has not yet written
