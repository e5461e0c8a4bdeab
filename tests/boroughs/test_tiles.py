"""The tile map: one measure, the 33 alone, and what is not known left hatched."""

import datetime

import pytest
from django.test import Client

from boroughs.models import Borough, Subject
from boroughs.tiles import MEASURES, Tile, classes, tile_map
from skills.models import Level
from tests import factories
from tests.pages import text_of, words

TODAY = datetime.date(2026, 11, 30)


def tile(key: str, name: str = "Camden") -> Tile:
    """One borough's tile of a measure."""
    return next(one for one in tile_map(key, TODAY).tiles if one.borough.name == name)


@pytest.mark.parametrize(
    ("values", "bounds"),
    [
        ([], []),
        ([0, 0], []),
        ([5], [(5, 5)]),
        ([1, 2, 3, 4], [(1, 1), (2, 2), (3, 3), (4, 4)]),
        ([1, 8], [(1, 2), (3, 4), (5, 6), (7, 8)]),
        ([0, 10, 49], [(10, 19), (20, 29), (30, 39), (40, 49)]),
        ([1, 9], [(1, 3), (4, 6), (7, 9)]),
    ],
)
def test_classes_are_of_one_width_and_hold_every_value(
    values: list[int], bounds: list[tuple[int, int]]
) -> None:
    assert classes(values) == bounds


@pytest.mark.django_db
def test_only_the_33_have_tiles() -> None:
    factories.borough("Camden")
    factories.borough("City", kind=Borough.Kind.CITY)
    factories.system(borough=factories.borough("GLA", kind=Borough.Kind.REGIONAL))
    drawn = tile_map("systems", TODAY)
    assert [one.borough.name for one in drawn.tiles] == ["Camden", "City"]
    assert drawn.bounds == []


@pytest.mark.django_db
@pytest.mark.parametrize("key", MEASURES)
def test_without_a_return_nought_is_not_known_and_with_one_it_is_none(key: str) -> None:
    borough = factories.borough("Camden")
    assert (tile(key).known, tile(key).returned, tile(key).shade) == (False, False, 0)
    factories.returned(borough, subject=MEASURES[key].subject)
    assert (tile(key).known, tile(key).value, tile(key).shade) == (True, 0, 0)


@pytest.mark.django_db
def test_systems_are_counted_by_borough() -> None:
    borough = factories.borough("Camden")
    for _ in range(2):
        factories.system(borough=borough)
    factories.system()
    assert tile("systems").value == 2


@pytest.mark.django_db
def test_decisions_are_counted_led_or_shared_within_twelve_months() -> None:
    borough = factories.borough("Camden")
    for day in ("2026-11-29", "2026-11-30", "2027-11-30", "2027-12-01"):
        factories.contract(lead=borough, ends_on=day, notice_months=0)
        factories.contract(partners=[borough], ends_on=day, notice_months=0)
    factories.contract(lead=borough, ends_on="2027")
    assert tile("decisions").value == 4


@pytest.mark.django_db
def test_skills_are_counted_from_practitioner_on() -> None:
    borough = factories.borough("Camden")
    for level in Level:
        factories.skill_level(borough=borough, level=level)
    assert tile("skills").value == 2


@pytest.mark.django_db
@pytest.mark.parametrize("address", ["/", "/boroughs/"])
def test_the_map_draws_not_known_hatched_with_a_question_mark(client: Client, address: str) -> None:
    borough = factories.borough("Camden")
    page = text_of(client.get(address))
    assert "ct-tile--shade-0 ct-tile--unreturned" in page
    assert "Camden: ?not known" in words(client.get(address))
    factories.system(borough=borough)
    assert "Camden: 1 systems, at least: no return" in words(client.get(address))
    factories.returned(borough)
    page = text_of(client.get(address))
    assert "Camden: 1 systems" in words(client.get(address))
    assert "at least: no return" not in page


@pytest.mark.django_db
@pytest.mark.parametrize("subject", Subject.values)
def test_the_legend_says_how_many_boroughs_report(client: Client, subject: str) -> None:
    for _ in range(2):
        factories.returned(subject=subject)
    factories.returned(factories.borough("GLA", kind=Borough.Kind.REGIONAL), subject=subject)
    key = next(key for key, measure in MEASURES.items() if measure.subject == subject)
    said = words(client.get("/", {"measure": key}))
    assert f"2 of 33 boroughs reporting on {subject}." in said


@pytest.mark.django_db
def test_shades_rise_with_the_count() -> None:
    for name, count in (("A", 1), ("B", 2), ("C", 3), ("D", 4)):
        borough = factories.borough(name)
        for _ in range(count):
            factories.system(borough=borough)
    assert [one.shade for one in tile_map("systems", TODAY).tiles] == [1, 2, 3, 4]
