"""What is asked of each: the same question of the same rows, in each one's own address."""

import random
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import urlencode

from boroughs.models import Borough
from systems.models import Product, System
from tests.benchmark.client import Ask
from tests.benchmark.rows import lists
from tests.benchmark.servers import Server

OURS, ANEW = "City Tools", "the same, anew"
"""As it is served, pages kept until their facts change; and with each page made anew."""
DATASETTE, ADMIN, HELLO = "Datasette", "Django admin", "hello"
_DIFFERENT = 12
"""How many different addresses a question has, so that nobody answers from memory."""
_MAP = "SELECT function, borough, count(*) FROM systems GROUP BY function, borough"
_QUARTERS = (
    "SELECT substr(ends_on, 1, 4) AS year, (substr(ends_on, 6, 2) + 2) / 3 AS quarter, count(*) "
    "FROM contracts WHERE length(ends_on) >= 7 GROUP BY 1, 2 ORDER BY 1, 2"
)


@dataclass(frozen=True)
class Sample:
    """Things of which the questions ask, the same in every run over the same rows."""

    boroughs: Sequence[Borough]
    words: Sequence[str]
    systems: Sequence[int]


@dataclass(frozen=True)
class Question:
    """A question; `of` gives each rival's paths, which are asked in turn."""

    name: str
    paths: Callable[[Sample], Mapping[str, Sequence[str]]]


def sample() -> Sample:
    """Some boroughs, words and systems, drawn by chance, with the same seed."""
    chance = random.Random(1)
    boroughs = list(Borough.objects.filter(systems__isnull=False).distinct().order_by("pk"))
    names = Product.objects.filter(systems__isnull=False).distinct().order_by("pk")
    words = sorted({name.split()[0] for name in names.values_list("name", flat=True)})
    first, last = System.objects.earliest("pk").pk, System.objects.latest("pk").pk
    drawn = [chance.randint(first, last) for _ in range(_DIFFERENT)]
    return Sample(
        chance.sample(boroughs, min(_DIFFERENT, len(boroughs))),
        chance.sample(words, min(_DIFFERENT, len(words))),
        [System.objects.filter(pk__gte=pk).earliest("pk").pk for pk in drawn],
    )


def _facets() -> list[tuple[str, str]]:
    return [("_facet", name) for name in lists()[0].indexed] + [("_size", "25")]


def _table(pairs: Sequence[tuple[str, str]]) -> str:
    return f"/rows/systems?{urlencode([*pairs, *_facets()])}"


def _sql(statement: str) -> str:
    return f"/rows?{urlencode({'sql': statement})}"


def _filtered(of: Sample) -> Mapping[str, Sequence[str]]:
    return {
        OURS: [f"/systems/?borough={one.slug}" for one in of.boroughs],
        DATASETTE: [_table([("borough", one.name)]) for one in of.boroughs],
        ADMIN: [f"/admin/systems/system/?borough__id__exact={one.pk}" for one in of.boroughs],
    }


def _all(_: Sample) -> Mapping[str, Sequence[str]]:
    return {OURS: ["/systems/"], DATASETTE: [_table([])], ADMIN: ["/admin/systems/system/"]}


def _searched(of: Sample) -> Mapping[str, Sequence[str]]:
    return {
        OURS: [f"/systems/?{urlencode({'q': word})}" for word in of.words],
        DATASETTE: [_table([("_search", word)]) for word in of.words],
        ADMIN: [f"/admin/systems/system/?{urlencode({'q': word})}" for word in of.words],
    }


def _everywhere(of: Sample) -> Mapping[str, Sequence[str]]:
    return {
        OURS: [f"/search/?{urlencode({'q': word})}" for word in of.words],
        DATASETTE: [_table([("_search", word)]) for word in of.words],
    }


def _record(of: Sample) -> Mapping[str, Sequence[str]]:
    return {
        OURS: [f"/systems/{pk}/" for pk in of.systems],
        DATASETTE: [f"/rows/systems/{pk}" for pk in of.systems],
        ADMIN: [f"/admin/systems/system/{pk}/change/" for pk in of.systems],
    }


def _map(_: Sample) -> Mapping[str, Sequence[str]]:
    return {OURS: ["/systems/map/"], DATASETTE: [_sql(_MAP)]}


def _quarters(_: Sample) -> Mapping[str, Sequence[str]]:
    return {OURS: ["/contracts/"], DATASETTE: [_sql(_QUARTERS)]}


def _csv_filtered(of: Sample) -> Mapping[str, Sequence[str]]:
    streamed = [("_stream", "on"), ("_size", "max")]
    return {
        OURS: [f"/systems/systems.csv?borough={one.slug}" for one in of.boroughs],
        DATASETTE: [
            f"/rows/systems.csv?{urlencode([('borough', one.name), *streamed])}"
            for one in of.boroughs
        ],
    }


LIST, SEARCH, RECORD = "filtered list", "search", "one record"
MAP, QUARTERS, CSV = "service map", "contracts by quarter", "CSV, filtered"
QUESTIONS = (
    Question(LIST, _filtered),
    Question("whole list", _all),
    Question(SEARCH, _searched),
    Question("search everything", _everywhere),
    Question(RECORD, _record),
    Question(MAP, _map),
    Question(QUARTERS, _quarters),
    Question(CSV, _csv_filtered),
)


def asks(
    question: Question, of: Sample, servers: Mapping[str, tuple[Server, Mapping[str, str]]]
) -> dict[str, list[Ask]]:
    """What each rival that has an address for the question is asked."""
    paths = question.paths(of)
    every = {OURS: paths[OURS], ANEW: paths[OURS], **paths}
    return {
        name: [Ask(servers[name][0], path, servers[name][1]) for path in every[name]]
        for name in every
        if name in servers
    }
