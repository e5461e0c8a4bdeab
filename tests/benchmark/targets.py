"""What is aimed at, as ratios within one run at 80,900 systems, and whether it holds."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from tests.benchmark.results import Results
from tests.benchmark.workload import (
    ADMIN,
    ANEW,
    DATASETTE,
    HELLO,
    LIST,
    MAP,
    OURS,
    QUARTERS,
    RECORD,
    SEARCH,
)

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
