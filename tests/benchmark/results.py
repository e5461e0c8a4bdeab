"""What a run measured, as printed tables and as a file; `targets` holds it against what it must."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Self

from tests.benchmark.client import Timings
from tests.benchmark.servers import DATASETTE, HELLO, OURS, UNCACHED


@dataclass(frozen=True)
class QuestionTiming:
    """What a rival took for a question: seconds, bytes as sent, answers a second."""

    median: float
    p95: float
    first: float
    size: int
    rate: float
    answers: int

    @classmethod
    def from_timings(cls, timings: Timings) -> Self:
        """Several answers, summed up."""
        return cls(
            median=timings.median,
            p95=timings.p95,
            first=timings.first_median,
            size=timings.size,
            rate=timings.rate,
            answers=len(timings.seconds),
        )


@dataclass(frozen=True)
class PageCost:
    """What one of our pages costs besides time: SQL statements, bytes before compression."""

    queries: int
    raw: int


FIXTURES = "fixtures"
"""The run over the real data; all others are over a nation of so many systems, and named so."""
PSQL_SECONDS, CSV_SECONDS = "CSV of all by psql's copy, s", "CSV of all, s"
FIRST_BYTE, MEMORY_GROWTH = "first byte of the CSV, ms", "memory growth by the CSV, MB"
UNCACHED_SUFFIX = ", anew"
"""Behind the name of a figure: of what was made anew."""
UNCHANGED = "unchanged page"
LIST_SIZE, WITH_CHART = "list, kB", "first visit with a chart, kB"
WITHOUT_CHART = "first visit without, kB"
MEMORY_RATIO = "memory after all mixed requests by that after a tenth"


@dataclass
class RunResults:
    """What one run measured: by question and rival, and figures without a question."""

    name: str
    systems: int
    by_question: dict[str, dict[str, QuestionTiming]] = field(default_factory=dict)
    pages: dict[str, PageCost] = field(default_factory=dict)
    figures: dict[str, float | None] = field(default_factory=dict)

    def add(self, question: str, by_rival: Mapping[str, Timings]) -> None:
        """Keep what the rivals took for a question; what others took stays, or these before."""
        self.by_question.setdefault(question, {}).update(
            {name: QuestionTiming.from_timings(timings) for name, timings in by_rival.items()}
        )

    def ratio(self, question: str, ours: str, theirs: str) -> float | None:
        """Our median by theirs; None where either was not asked."""
        by_rival = self.by_question.get(question, {})
        if ours not in by_rival or theirs not in by_rival:
            return None
        return by_rival[ours].median / by_rival[theirs].median

    def write(self, folder: Path) -> Path:
        """Keep it as a file, in place of an earlier run's."""
        path = folder / f"run-{self.name}.json"
        path.write_text(json.dumps(asdict(self), indent=1))
        return path

    @classmethod
    def read(cls, path: Path) -> Self:
        """What an earlier run kept."""
        stored = json.loads(path.read_text())
        by_question = {
            question: {name: QuestionTiming(**timing) for name, timing in by_rival.items()}
            for question, by_rival in stored["by_question"].items()
        }
        pages = {name: PageCost(**cost) for name, cost in stored["pages"].items()}
        return cls(stored["name"], stored["systems"], by_question, pages, stored["figures"])


def read_all(folder: Path) -> dict[str, RunResults]:
    """What is kept of all runs by name, that of the fewest systems first."""
    runs = [RunResults.read(path) for path in folder.glob("run-*.json")]
    return {run.name: run for run in sorted(runs, key=lambda run: run.systems)}


def page_lines(results: RunResults) -> Iterable[str]:
    """Each kind of page, one a line: what it takes anew, and by whom it is measured."""
    yield f"{results.name}: {results.systems:,} systems, made anew"
    yield _line(_PAGE_WIDTHS, _PAGE_HEADINGS)
    for question, cost in results.pages.items():
        timing = results.by_question[question][UNCACHED]
        cached = results.by_question[question].get(OURS)
        cells = (
            f"{timing.median * 1000:,.1f}",
            f"{timing.p95 * 1000:,.1f}",
            _number(results.ratio(question, UNCACHED, HELLO), "{:,.1f}"),
            _number(results.ratio(question, UNCACHED, DATASETTE), "{:.2f}"),
            f"{cost.queries}",
            f"{timing.size / 1000:,.1f}",
            f"{cost.raw / 1000:,.1f}",
            f"{cached.median * 1000:,.1f}" if cached else "",
        )
        yield _line(_PAGE_WIDTHS, (question, *cells))


def _number(value: float | None, pattern: str) -> str:
    return "" if value is None else pattern.format(value)


_PAGE_WIDTHS = (24, 9, 9, 9, 12, 9, 9, 9, 10)
_PAGE_HEADINGS = (
    *("page", "ms", "p95", "× hello", "× Datasette", "queries", "kB gzip", "kB raw"),
    "ms cached",
)


def question_lines(results: RunResults) -> Iterable[str]:
    """Each question and rival, one a line; "ours by" is our median, anew, by that rival's."""
    yield _line(_WIDTHS, _HEADINGS)
    for question, by_rival in results.by_question.items():
        for name, timing in by_rival.items():
            ratio = results.ratio(question, UNCACHED, name) if name != UNCACHED else None
            yield _line(_WIDTHS, (question, *_cells(name, timing, ratio)))
    for name, value in results.figures.items():
        yield f"{name:<56}{'not known' if value is None else f'{value:,.2f}':>12}"


_WIDTHS = (32, 15, 11, 11, 9, 11, 9, 8)
_HEADINGS = ("question", "who", "median ms", "p95 ms", "ours by", "answers/s", "kB sent", "answers")


def _cells(name: str, timing: QuestionTiming, ratio: float | None) -> Sequence[str]:
    return (
        name.rjust(15),
        f"{timing.median * 1000:,.1f}",
        f"{timing.p95 * 1000:,.1f}",
        _number(ratio, "{:.2f}"),
        f"{timing.rate:,.1f}",
        f"{timing.size / 1000:,.1f}",
        f"{timing.answers}",
    )


def _line(widths: Sequence[int], cells: Sequence[str]) -> str:
    first, *rest = zip(cells, widths, strict=True)
    return f"{first[0]:<{first[1]}}" + "".join(f"{cell:>{width}}" for cell, width in rest)
