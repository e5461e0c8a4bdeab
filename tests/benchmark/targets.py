"""What City Tools must reach, and which of it the runs of one `make bench` did."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from tests.benchmark.results import (
    CSV_SECONDS,
    FIRST_BYTE,
    FIXTURES,
    LIST_SIZE,
    MEMORY_GROWTH,
    MEMORY_RATIO,
    PSQL_SECONDS,
    UNCACHED_SUFFIX,
    UNCHANGED,
    WITH_CHART,
    WITHOUT_CHART,
    RunResults,
)
from tests.benchmark.servers import ADMIN, DATASETTE, HELLO, OURS, UNCACHED
from tests.benchmark.workload import (
    COMPARISON,
    EVERYTHING,
    HOME,
    LIST,
    MAP,
    PROFILE,
    QUARTERS,
    RECORD,
    SEARCH,
    WHOLE_LIST,
)

TARGET_SIZE = "80900"
"""The run over so many systems, for which most targets are set."""
LEAST, LARGEST = "809", "809000"
Runs = Mapping[str, RunResults]
Value = Callable[[Runs], float | None]


@dataclass(frozen=True)
class Target:
    """At the most so much; `value` reads it from the runs, None where it was not measured."""

    label: str
    maximum: float
    unit: str
    value: Value


def _by(question: str, rival: str, ours: str = UNCACHED, run: str = TARGET_SIZE) -> Value:
    return lambda runs: runs[run].ratio(question, ours, rival) if run in runs else None


def _figure(name: str, run: str = TARGET_SIZE) -> Value:
    return lambda runs: runs[run].figures.get(name) if run in runs else None


def _by_psql(suffix: str = "") -> Value:
    def ratio(runs: Runs) -> float | None:
        ours, theirs = _figure(CSV_SECONDS + suffix)(runs), _figure(PSQL_SECONDS + suffix)(runs)
        return ours / theirs if ours and theirs else None

    return ratio


def _growth(ours: str) -> Value:
    """The filtered list's p95 at the largest size by that at the least, 1,000 times smaller."""

    def ratio(runs: Runs) -> float | None:
        if LEAST not in runs or LARGEST not in runs:
            return None
        least, largest = (runs[name].by_question[LIST][ours].p95 for name in (LEAST, LARGEST))
        return largest / least

    return ratio


def _page(
    label: str, maximum: float, question: str, rival: str = DATASETTE, run: str = TARGET_SIZE
) -> Target:
    return Target(f"{label}, by {rival}'s", maximum, "×", _by(question, rival, run=run))


def _cached_page(label: str, maximum: float, question: str, rival: str = DATASETTE) -> Target:
    return Target(f"{label}, by {rival}'s", maximum, "×", _by(question, rival, OURS))


_QUARTERS = "contracts by quarter, by Datasette's bare count"
_CSV, _CSV_FIRST = "CSV of all rows, by psql's \\copy", "CSV of all rows, its first byte"
_UNCHANGED, _GROWTH = "an unchanged page (304), by hello's", "filtered list's p95, 809,000 by 809"
MADE_ANEW = (
    _page("filtered list", 0.7, LIST),
    _page("whole list", 0.6, WHOLE_LIST),
    _page("search", 0.8, SEARCH),
    _page("search everything", 1.0, EVERYTHING),
    _page("one record", 1.5, RECORD),
    _page("service map", 0.3, MAP),
    Target(_QUARTERS, 3, "×", _by(QUARTERS, DATASETTE)),
    Target(_CSV, 1.1, "×", _by_psql(UNCACHED_SUFFIX)),
    Target(_CSV_FIRST, 100, "ms", _figure(FIRST_BYTE + UNCACHED_SUFFIX)),
    Target(_UNCHANGED, 2, "×", _by(UNCHANGED, HELLO)),
    _page("real data: home", 25, HOME, HELLO, FIXTURES),
    _page("real data: borough's profile", 40, PROFILE, HELLO, FIXTURES),
    _page("real data: comparison of three", 40, COMPARISON, HELLO, FIXTURES),
    Target("real data: the list's HTML, gzip", 8, "kB", _figure(LIST_SIZE, FIXTURES)),
    Target(_GROWTH, 4, "×", _growth(UNCACHED)),
    Target("memory, 20,000 mixed requests by 2,000", 1.1, "×", _figure(MEMORY_RATIO, FIXTURES)),
)
"""Caches off."""
FROM_CACHE = (
    _cached_page("filtered list", 0.20, LIST),
    _cached_page("filtered list", 0.12, LIST, ADMIN),
    _cached_page("search", 0.25, SEARCH),
    _cached_page("one record", 1.2, RECORD),
    _cached_page("service map", 0.5, MAP),
    Target(_QUARTERS, 0.10, "×", _by(QUARTERS, DATASETTE, OURS)),
    Target(_CSV, 1.3, "×", _by_psql()),
    Target(_CSV_FIRST, 50, "ms", _figure(FIRST_BYTE)),
    Target("CSV of all rows, growth of the server", 20, "MB", _figure(MEMORY_GROWTH)),
    Target(_UNCHANGED, 3, "×", _by(UNCHANGED, HELLO, OURS)),
    Target("the list's HTML, gzip", 8, "kB", _figure(LIST_SIZE)),
    Target("a first visit with a chart, in all", 450, "kB", _figure(WITH_CHART)),
    Target("a first visit without one, in all", 60, "kB", _figure(WITHOUT_CHART)),
    Target(_GROWTH, 2.5, "×", _growth(OURS)),
)
"""Caches on, as it is served."""


def target_lines(runs: Runs) -> Iterable[str]:
    """Each target with what was measured, and whether it was reached."""
    yield "Targets, at 80,900 systems except where it is said"
    for heading, targets in (("made anew", MADE_ANEW), ("from the cache", FROM_CACHE)):
        yield heading
        yield from (_verdict(target, target.value(runs)) for target in targets)


def _verdict(target: Target, value: float | None) -> str:
    limit = f"at most {target.maximum:g} {target.unit}"
    if value is None:
        return f"  {'not known':<11}{target.label:<52}{'':>12} {limit}"
    verdict = "reached" if value <= target.maximum else "MISSED"
    return f"  {verdict:<11}{target.label:<52}{value:>8.2f} {target.unit:<3} {limit}"
