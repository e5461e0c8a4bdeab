"""What a run over one size measured, the targets it is held against, and both as printed tables."""

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Self

from tests.benchmark.client import Timings
from tests.benchmark.servers import ADMIN, DATASETTE, HELLO, OURS, UNCACHED
from tests.benchmark.workload import LIST, MAP, QUARTERS, RECORD, SEARCH


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


@dataclass
class RunResults:
    """What was measured over one size: by question and rival, and figures without a question."""

    systems: int
    by_question: dict[str, dict[str, QuestionTiming]] = field(default_factory=dict)
    figures: dict[str, float | None] = field(default_factory=dict)

    def add(self, question: str, by_rival: Mapping[str, Timings]) -> None:
        """Keep what the rivals took for a question."""
        self.by_question[question] = {
            name: QuestionTiming.from_timings(timings) for name, timings in by_rival.items()
        }

    def ratio(self, question: str, ours: str, theirs: str) -> float | None:
        """Our median by theirs; None where either was not asked."""
        by_rival = self.by_question.get(question, {})
        if ours not in by_rival or theirs not in by_rival:
            return None
        return by_rival[ours].median / by_rival[theirs].median

    def write(self, folder: Path) -> Path:
        """Keep it as a file, in place of an earlier run's."""
        path = folder / f"run-{self.systems}.json"
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
        return cls(stored["systems"], by_question, stored["figures"])


def read_all(folder: Path) -> list[RunResults]:
    """What is kept of all sizes, the smallest first."""
    runs = [RunResults.read(path) for path in folder.glob("run-*.json")]
    return sorted(runs, key=lambda run: run.systems)


TARGET_SYSTEMS = 80_900
PSQL_SECONDS, CSV_SECONDS = "CSV of all by psql's copy", "CSV of all"
FIRST_BYTE, MEMORY_GROWTH = "first byte of the CSV", "memory growth"
UNCACHED_SUFFIX = ", anew"
"""Behind the name of a figure: of what was made anew."""
UNCHANGED = "unchanged page"
LIST_SIZE, WITH_CHART, WITHOUT_CHART = "list", "first visit with a chart", "first visit without"

Value = Callable[[RunResults], float | None]


@dataclass(frozen=True)
class Target:
    """At the most so much; `value` reads it from the results, None where it was not measured.

    `uncached` is the same where no page is kept; None for what is never kept.
    """

    label: str
    maximum: float
    unit: str
    value: Value
    uncached: Value | None = None


def _page(label: str, maximum: float, question: str, rival: str) -> Target:
    """A page's median by a rival's, kept and made anew."""
    return Target(
        f"{label}, by {rival}'s", maximum, "×", _by(question, rival), _by(question, rival, UNCACHED)
    )


def _by(question: str, rival: str, ours: str = OURS) -> Value:
    return lambda results: results.ratio(question, ours, rival)


def _file(label: str, maximum: float, unit: str, name: str) -> Target:
    """A figure of the file of all rows, kept and made anew."""
    return Target(label, maximum, unit, _figure(name), _figure(name + UNCACHED_SUFFIX))


def _figure(name: str) -> Value:
    return lambda results: results.figures.get(name)


def _by_psql(name: str) -> Value:
    def ratio(results: RunResults) -> float | None:
        ours, theirs = results.figures.get(name), results.figures.get(PSQL_SECONDS)
        return ours / theirs if ours and theirs else None

    return ratio


TARGETS = (
    _page("filtered list", 0.20, LIST, DATASETTE),
    _page("filtered list", 0.12, LIST, ADMIN),
    _page("search", 0.25, SEARCH, DATASETTE),
    _page("one record", 1.2, RECORD, DATASETTE),
    _page("service map", 0.5, MAP, DATASETTE),
    _page("contracts by quarter", 0.10, QUARTERS, DATASETTE),
    Target(
        "CSV of all rows, by psql's \\copy",
        1.3,
        "×",
        _by_psql(CSV_SECONDS),
        _by_psql(CSV_SECONDS + UNCACHED_SUFFIX),
    ),
    _file("CSV of all rows, its first byte", 50, "ms", FIRST_BYTE),
    _file("CSV of all rows, growth of the server", 20, "MB", MEMORY_GROWTH),
    Target("an unchanged page, by a bare hello", 3, "×", _by(UNCHANGED, HELLO)),
    Target("the list's HTML, gzip", 8, "kB", _figure(LIST_SIZE)),
    Target("a first visit with a chart, in all", 450, "kB", _figure(WITH_CHART)),
    Target("a first visit without one, in all", 60, "kB", _figure(WITHOUT_CHART)),
)
MAX_GROWTH = 2.5
"""How many times as long the filtered list may take (p95) at the largest size as at the least."""


def growth(results: Sequence[RunResults], ours: str = OURS) -> float | None:
    """The filtered list's p95 at the largest size by that at the least, 1,000 times smaller."""
    sized = [run for run in results if ours in run.by_question.get(LIST, {})]
    if len(sized) < 2:
        return None
    return sized[-1].by_question[LIST][ours].p95 / sized[0].by_question[LIST][ours].p95


_WIDTHS = (26, 15, 11, 11, 9, 11, 9, 8)
_HEADINGS = ("question", "who", "median ms", "p95 ms", "ours by", "answers/s", "kB sent", "answers")


def question_lines(results: RunResults) -> Iterable[str]:
    """Each question and rival, one a line; "ours by" is our median by that rival's."""
    yield f"{results.systems:,} systems"
    yield _line(_HEADINGS)
    for question, by_rival in results.by_question.items():
        for name, timing in by_rival.items():
            ratio = results.ratio(question, OURS, name) if name != OURS else None
            yield _line((question, name, *_cells(timing, ratio)))
    for name, value in results.figures.items():
        yield f"{name:<40}{'not known' if value is None else f'{value:,.1f}':>12}"


def _cells(timing: QuestionTiming, ratio: float | None) -> Sequence[str]:
    return (
        f"{timing.median * 1000:,.1f}",
        f"{timing.p95 * 1000:,.1f}",
        "" if ratio is None else f"{ratio:.2f}",
        f"{timing.rate:,.1f}",
        f"{timing.size / 1000:,.1f}",
        f"{timing.answers}",
    )


def _line(cells: Sequence[str]) -> str:
    first, second, *rest = zip(cells, _WIDTHS, strict=True)
    words = f"{first[0]:<{first[1]}}{second[0]:<{second[1]}}"
    return words + "".join(f"{cell:>{width}}" for cell, width in rest)


def target_lines(results: Sequence[RunResults]) -> Iterable[str]:
    """Which targets hold, those at 80,900 systems and the growth over all sizes."""
    at = f"Targets, at {TARGET_SYSTEMS:,} systems."
    yield f"{at} KEPT: holds for what is kept, not for what is made anew"
    for run in results:
        if run.systems == TARGET_SYSTEMS:
            for target in TARGETS:
                yield _verdict(target, target.value(run), target.uncached and target.uncached(run))
    label = "filtered list's p95, largest size by least"
    over = Target(label, MAX_GROWTH, "×", lambda _: None)
    yield _verdict(over, growth(results), growth(results, UNCACHED))


def _verdict(target: Target, value: float | None, uncached: float | None) -> str:
    limit = f"at most {target.maximum:g} {target.unit}"
    if value is None:
        return f"  {'not known':<11}{target.label:<44}{'':>24}{limit}"
    holds = [ratio <= target.maximum for ratio in (value, uncached) if ratio is not None]
    verdict = "holds" if all(holds) else "KEPT" if holds[0] else "FAILS"
    beside = "" if uncached is None else f"({uncached:.2f} anew)"
    return f"  {verdict:<11}{target.label:<44}{value:>8.2f} {target.unit:<3}{beside:<13}{limit}"
