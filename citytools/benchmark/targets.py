"""What is aimed at, as ratios within one run at 80,900 systems, and whether it holds."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from citytools.benchmark.questions import (
    ADMIN,
    DATASETTE,
    HELLO,
    LIST,
    MAP,
    OURS,
    QUARTERS,
    RECORD,
    SEARCH,
)
from citytools.benchmark.results import Results

AT = 80_900
COPY, FIRST_BYTE, GROWTH = "CSV of all by psql's copy", "first byte of the CSV", "memory growth"
COPIED, UNCHANGED = "CSV of all", "unchanged page"
LIST_SIZE, WITH_CHART, WITHOUT_CHART = "list", "first visit with a chart", "first visit without"


@dataclass(frozen=True)
class Target:
    """At the most so much; `found` reads it from the results, None where it was not measured."""

    words: str
    most: float
    unit: str
    found: Callable[[Results], float | None]


def _by(question: str, rival: str, ours: str = OURS) -> Callable[[Results], float | None]:
    return lambda results: results.ratio(question, ours, rival)


def _figure(name: str) -> Callable[[Results], float | None]:
    return lambda results: results.alone.get(name)


def _copied(results: Results) -> float | None:
    ours, theirs = results.alone.get(COPIED), results.alone.get(COPY)
    return ours / theirs if ours and theirs else None


TARGETS = (
    Target("filtered list, by Datasette's", 0.20, "×", _by(LIST, DATASETTE)),
    Target("filtered list, by Django admin's", 0.12, "×", _by(LIST, ADMIN)),
    Target("search, by Datasette's", 0.25, "×", _by(SEARCH, DATASETTE)),
    Target("one record, by Datasette's", 1.2, "×", _by(RECORD, DATASETTE)),
    Target("service map, by Datasette's", 0.5, "×", _by(MAP, DATASETTE)),
    Target("contracts by quarter, by Datasette's", 0.10, "×", _by(QUARTERS, DATASETTE)),
    Target("CSV of all rows, by psql's \\copy", 1.3, "×", _copied),
    Target("CSV of all rows, its first byte", 50, "ms", _figure(FIRST_BYTE)),
    Target("CSV of all rows, growth of the server", 20, "MB", _figure(GROWTH)),
    Target("an unchanged page, by a bare hello", 3, "×", _by(UNCHANGED, HELLO)),
    Target("the list's HTML, gzip", 8, "kB", _figure(LIST_SIZE)),
    Target("a first visit with a chart, in all", 450, "kB", _figure(WITH_CHART)),
    Target("a first visit without one, in all", 60, "kB", _figure(WITHOUT_CHART)),
)
GROWS = 2.5
"""How many times as long the filtered list may take (p95) at the largest size as at the least."""


def growth(results: Sequence[Results]) -> float | None:
    """The filtered list's p95 at the largest size by that at the least, 1,000 times smaller."""
    sized = [one for one in results if LIST in one.asked]
    if len(sized) < 2:
        return None
    return sized[-1].asked[LIST][OURS].p95 / sized[0].asked[LIST][OURS].p95
