"""The search where a country's bodies are loaded: further ones are found as London's own are."""

from collections.abc import Iterator

import pytest
from django.test import RequestFactory
from django.utils.text import slugify

from boroughs import search as boroughs
from boroughs.models import Borough
from citytools.search import question, results
from citytools.search.results import SearchResults
from tests import factories

pytestmark = pytest.mark.django_db
FURTHER = "Badgerlightbourne (invented)"


@pytest.fixture(autouse=True)
def _one_is_known(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The first body alone is compared by every name; what was compiled before is forgotten."""
    monkeypatch.setattr(boroughs, "MAX_BODIES", 1)
    forget()
    factories.borough("Camden")
    yield
    forget()


def forget() -> None:
    question.compiled_bodies.cache_clear()
    results._compiled_search.cache_clear()


def body(name: str, **fields: str) -> Borough:
    """A regional body."""
    usual = {"official_name": f"{name} Council", "slug": slugify(name)}
    return factories.borough(name, kind=Borough.Kind.REGIONAL, **usual | fields)


def titles(q: str) -> list[str]:
    return [hit.title for hit in SearchResults(RequestFactory().get("/search/", {"q": q})).hits]


def test_the_known_are_londons_own_first() -> None:
    Borough.objects.all().delete()
    body("Aardvark")
    factories.borough("Brent")
    assert [
        borough.name for borough in Borough.objects.filter(pk__in=boroughs._first_bodies())
    ] == ["Brent"]
    assert titles("brent") == ["Brent"]


@pytest.mark.parametrize(
    "question",
    [
        *("badgerlightbourne", "Badgerlightborne", "badgerlight", "badgerlightbourne council"),
        *("X0X", "x0x", "E77777777", "e77777777"),
    ],
)
def test_a_further_body_is_found_by_name_slip_and_code(question: str) -> None:
    body(FURTHER, official_name="Badgerlightbourne Council", code="X0X", gss_code="E77777777")
    for number in range(30):
        body(f"Otterham {number}")
    assert FURTHER in titles(question)[:3]


def test_a_further_body_and_a_thing_lead_to_its_systems() -> None:
    place = body(FURTHER)
    function = factories.function("Housing repairs")
    factories.system(borough=place, function=function, product=factories.product("Lathe"))
    factories.system(function=function, product=factories.product("Plane"))
    hits = titles("badgerlightbourne housing repairs")
    assert f"Systems of {FURTHER}: Housing repairs" in hits or f"Lathe in {FURTHER}" in hits
    assert not any(title.startswith("Plane") for title in hits)


def test_no_more_than_the_likest_are_compared(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(boroughs, "_MAX_OTHER_BODIES", 2)
    for number in range(9):
        body(f"Otterham upon Sea {number}")
    likest = body("Otterham")
    assert boroughs.further_bodies(["otterham"])[0] == likest.pk
    assert len(boroughs.further_bodies(["otterham"])) == 2


@pytest.mark.parametrize("words", [[], ["a"], ["%"], ["\\"], ["'"], ["x" * 100], ["_" * 60]])
def test_nothing_that_is_typed_breaks_it(words: list[str]) -> None:
    body(FURTHER)
    assert boroughs.further_bodies(words) == []
