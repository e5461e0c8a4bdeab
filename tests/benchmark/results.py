"""What a run over one size measured, the targets it is held against, and both as printed tables."""

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Self

from tests.benchmark.client import Taken
from tests.benchmark.servers import ADMIN, ANEW, DATASETTE, HELLO, OURS
from tests.benchmark.workload import LIST, MAP, QUARTERS, RECORD, SEARCH


@dataclass(frozen=True)
class Figure:
    """What a rival took for a question: seconds, bytes as sent, answers a second."""

    median: float
    p95: float
    first: float
    size: int
    rate: float
    answers: int

    @classmethod
    def of(cls, taken: Taken) -> Self:
        """Several answers, summed up."""
        return cls(
            taken.median, taken.p95, taken.first_median, taken.size, taken.rate, len(taken.seconds)
        )


@dataclass
class Results:
    """All figures of a size: by question and rival; `alone` are figures without a question."""

    systems: int
    asked: dict[str, dict[str, Figure]] = field(default_factory=dict)
    alone: dict[str, float | None] = field(default_factory=dict)

    def add(self, question: str, taken: Mapping[str, Taken]) -> None:
        """Keep what the rivals took for a question."""
        self.asked[question] = {name: Figure.of(one) for name, one in taken.items()}

    def ratio(self, question: str, ours: str, theirs: str) -> float | None:
        """Our median by theirs; None where either was not asked."""
        found = self.asked.get(question, {})
        if ours not in found or theirs not in found:
            return None
        return found[ours].median / found[theirs].median

    def write(self, folder: Path) -> Path:
        """Keep it as a file, in place of an earlier run's."""
        path = folder / f"results-{self.systems}.json"
        path.write_text(json.dumps(asdict(self), indent=1))
        return path

    @classmethod
    def read(cls, path: Path) -> Self:
        """What an earlier run kept."""
        kept = json.loads(path.read_text())
        asked = {
            question: {name: Figure(**figure) for name, figure in found.items()}
            for question, found in kept["asked"].items()
        }
        return cls(kept["systems"], asked, kept["alone"])


def read_all(folder: Path) -> list[Results]:
    """What is kept of all sizes, the smallest first."""
    found = [Results.read(path) for path in folder.glob("results-*.json")]
    return sorted(found, key=lambda one: one.systems)


AT = 80_900
COPY, FIRST_BYTE, GROWTH = "CSV of all by psql's copy", "first byte of the CSV", "memory growth"
ANEW_TOO = ", anew"
"""Behind the name of a figure: of what was made anew."""
COPIED, UNCHANGED = "CSV of all", "unchanged page"
LIST_SIZE, WITH_CHART, WITHOUT_CHART = "list", "first visit with a chart", "first visit without"

Found = Callable[[Results], float | None]


@dataclass(frozen=True)
class Target:
    """At the most so much; `found` reads it from the results, None where it was not measured.

    `anew` is the same where no page is kept; None for what is never kept.
    """

    words: str
    most: float
    unit: str
    found: Found
    anew: Found | None = None


def _page(words: str, most: float, question: str, rival: str) -> Target:
    """A page's median by a rival's, kept and made anew."""
    return Target(
        f"{words}, by {rival}'s", most, "×", _by(question, rival), _by(question, rival, ANEW)
    )


def _by(question: str, rival: str, ours: str = OURS) -> Found:
    return lambda results: results.ratio(question, ours, rival)


def _file(words: str, most: float, unit: str, name: str) -> Target:
    """A figure of the file of all rows, kept and made anew."""
    return Target(words, most, unit, _figure(name), _figure(name + ANEW_TOO))


def _figure(name: str) -> Found:
    return lambda results: results.alone.get(name)


def _copied(name: str) -> Found:
    def ratio(results: Results) -> float | None:
        ours, theirs = results.alone.get(name), results.alone.get(COPY)
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
        "CSV of all rows, by psql's \\copy", 1.3, "×", _copied(COPIED), _copied(COPIED + ANEW_TOO)
    ),
    _file("CSV of all rows, its first byte", 50, "ms", FIRST_BYTE),
    _file("CSV of all rows, growth of the server", 20, "MB", GROWTH),
    Target("an unchanged page, by a bare hello", 3, "×", _by(UNCHANGED, HELLO)),
    Target("the list's HTML, gzip", 8, "kB", _figure(LIST_SIZE)),
    Target("a first visit with a chart, in all", 450, "kB", _figure(WITH_CHART)),
    Target("a first visit without one, in all", 60, "kB", _figure(WITHOUT_CHART)),
)
GROWS = 2.5
"""How many times as long the filtered list may take (p95) at the largest size as at the least."""


def growth(results: Sequence[Results], ours: str = OURS) -> float | None:
    """The filtered list's p95 at the largest size by that at the least, 1,000 times smaller."""
    sized = [one for one in results if ours in one.asked.get(LIST, {})]
    if len(sized) < 2:
        return None
    return sized[-1].asked[LIST][ours].p95 / sized[0].asked[LIST][ours].p95


_WIDTHS = (26, 15, 11, 11, 9, 11, 9, 8)
_HEADINGS = ("question", "who", "median ms", "p95 ms", "ours by", "answers/s", "kB sent", "answers")


def question_lines(results: Results) -> Iterable[str]:
    """Each question and rival, one a line; "ours by" is our median by that rival's."""
    yield f"{results.systems:,} systems"
    yield _line(_HEADINGS)
    for question, found in results.asked.items():
        for name, figure in found.items():
            ratio = results.ratio(question, OURS, name) if name != OURS else None
            yield _line((question, name, *_cells(figure, ratio)))
    for name, value in results.alone.items():
        yield f"{name:<40}{'not known' if value is None else f'{value:,.1f}':>12}"


def _cells(figure: Figure, ratio: float | None) -> Sequence[str]:
    return (
        f"{figure.median * 1000:,.1f}",
        f"{figure.p95 * 1000:,.1f}",
        "" if ratio is None else f"{ratio:.2f}",
        f"{figure.rate:,.1f}",
        f"{figure.size / 1000:,.1f}",
        f"{figure.answers}",
    )


def _line(cells: Sequence[str]) -> str:
    first, second, *rest = zip(cells, _WIDTHS, strict=True)
    words = f"{first[0]:<{first[1]}}{second[0]:<{second[1]}}"
    return words + "".join(f"{cell:>{width}}" for cell, width in rest)


def target_lines(results: Sequence[Results]) -> Iterable[str]:
    """Which targets hold, those at 80,900 systems and the growth over all sizes."""
    yield f"Targets, at {AT:,} systems. KEPT: holds for what is kept, not for what is made anew"
    for one in results:
        if one.systems == AT:
            for target in TARGETS:
                yield _verdict(target, target.found(one), target.anew and target.anew(one))
    words = "filtered list's p95, largest size by least"
    over = Target(words, GROWS, "×", lambda _: None)
    yield _verdict(over, growth(results), growth(results, ANEW))


def _verdict(target: Target, found: float | None, anew: float | None) -> str:
    most = f"at most {target.most:g} {target.unit}"
    if found is None:
        return f"  {'not known':<11}{target.words:<44}{'':>24}{most}"
    holds = [value <= target.most for value in (found, anew) if value is not None]
    verdict = "holds" if all(holds) else "KEPT" if holds[0] else "FAILS"
    beside = "" if anew is None else f"({anew:.2f} anew)"
    return f"  {verdict:<11}{target.words:<44}{found:>8.2f} {target.unit:<3}{beside:<13}{most}"
