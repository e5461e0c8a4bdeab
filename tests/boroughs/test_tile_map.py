"""The tile map: one measure, the 33 alone, and what is not known left hatched."""

import datetime
import re

import pytest
from django.test import Client

from boroughs.models import Borough, Subject
from boroughs.profile.tile_map import MEASURES, Tile, equal_classes, tile_map
from skills.models import Level
from tests import factories
from tests.pages import text_of, words

TODAY = datetime.date(2026, 11, 30)


def tile(key: str, name: str = "Camden") -> Tile:
    """One borough's tile of a measure."""
    return next(square for square in tile_map(key, TODAY).tiles if square.borough.name == name)


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
    assert equal_classes(values) == bounds


@pytest.mark.django_db
def test_only_the_33_have_tiles() -> None:
    factories.borough("Camden")
    factories.borough("City", kind=Borough.Kind.CITY)
    factories.system(borough=factories.borough("GLA", kind=Borough.Kind.REGIONAL))
    drawn = tile_map("systems", TODAY)
    assert [square.borough.name for square in drawn.tiles] == ["Camden", "City"]
    assert drawn.bounds == []


@pytest.mark.django_db
@pytest.mark.parametrize("key", [key for key, measure in MEASURES.items() if not measure.share])
def test_zero_is_not_known_until_a_complete_return_makes_it_none(key: str) -> None:
    borough = factories.borough("Camden")
    subject = MEASURES[key].subject
    assert (tile(key).number, tile(key).hatched, tile(key).shade) == ("?", True, 0)
    factories.returned(borough, subject=subject, complete=False, received_on="2026-01-01")
    assert (tile(key).number, tile(key).hatched) == ("?", True)
    factories.returned(borough, subject=subject, received_on="2026-02-01")
    assert (tile(key).number, tile(key).hatched, tile(key).shade) == ("0", False, 0)
    factories.returned(borough, subject=subject, complete=False, received_on="2026-03-01")
    assert (tile(key).number, tile(key).hatched) == ("?", True)


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
    factories.contract(lead=borough, ends_on="2029")
    assert tile("decisions").value == 4
    factories.contract(lead=borough, ends_on="2027")  # may have to be decided on within the months
    assert tile("decisions").value == 5


@pytest.mark.django_db
def test_the_share_confirmed_is_of_the_systems_known_and_needs_no_return() -> None:
    borough = factories.borough("Camden")
    for day in ("2025-11-30", "2026-11-26", "2025-11-29", None, None, None, None):
        factories.system(borough=borough, confirmed_on=day)
    assert (tile("confirmed").number, tile("confirmed").hatched) == ("28%", False)
    factories.returned(factories.borough("Barnet"))
    assert (tile("confirmed", "Barnet").number, tile("confirmed", "Barnet").hatched) == ("?", True)


@pytest.mark.django_db
def test_zero_per_cent_is_known_and_in_the_legend() -> None:
    borough = factories.borough("Camden")
    for _ in range(6):
        factories.system(borough=borough)
    assert tile("confirmed").number == "0%"
    assert tile_map("confirmed", TODAY).legend == [(0, "0%")]


@pytest.mark.django_db
def test_of_few_systems_the_share_confirmed_is_told_in_numbers(client: Client) -> None:
    borough = factories.borough("Camden")
    for day in ("2026-11-26", "2026-11-25", "2026-11-24", None, None):
        factories.system(borough=borough, confirmed_on=day)
    assert (tile("confirmed").number, tile("confirmed").value) == ("3 of 5", 60)
    assert "Camden: 3 of 5" in words(client.get("/boroughs/?measure=confirmed"))


@pytest.mark.django_db
def test_offers_to_teach_are_counted() -> None:
    borough = factories.borough("Camden")
    for answer in (True, True, False, None):
        factories.skill_level(borough=borough, can_teach=answer)
    assert tile("offers").value == 2


@pytest.mark.django_db
@pytest.mark.parametrize("address", ["/boroughs/"])
def test_the_map_comes_with_a_table_of_the_same_numbers(client: Client, address: str) -> None:
    for name, complete in (("Camden", True), ("Barnet", False), ("Sutton", False)):
        factories.returned(factories.borough(name), complete=complete)
    factories.system(borough=Borough.objects.get(name="Barnet"))
    text = words(client.get(address, {"measure": "systems"}))
    assert re.search(
        "Borough ?Systems known ?Barnet ?at least 1 ?Camden ?0 ?Sutton ?not known", text
    )


@pytest.mark.django_db
def test_skills_are_counted_from_practitioner_on() -> None:
    borough = factories.borough("Camden")
    for level in Level:
        factories.skill_level(borough=borough, level=level)
    assert tile("skills").value == 2


@pytest.mark.django_db
@pytest.mark.parametrize("address", ["/boroughs/"])
def test_the_map_draws_not_known_hatched_with_a_question_mark(client: Client, address: str) -> None:
    borough = factories.borough("Camden")
    page = text_of(client.get(address))
    assert "ct-tile--shade-0 ct-tile--open" in page
    assert "Camden: ?not known" in words(client.get(address))
    factories.system(borough=borough)
    assert "Camden: at least 1 system " in words(client.get(address))
    factories.returned(borough)
    factories.system(borough=borough)
    assert "Camden: 2 systems" in words(client.get(address))
    assert "at least 2" not in words(client.get(address))


@pytest.mark.django_db
@pytest.mark.parametrize("subject", Subject.values)
def test_the_legend_says_how_many_boroughs_report(client: Client, subject: str) -> None:
    for _ in range(2):
        factories.returned(subject=subject)
    factories.returned(factories.borough("GLA", kind=Borough.Kind.REGIONAL), subject=subject)
    key = next(key for key, measure in MEASURES.items() if measure.subject == subject)
    text = words(client.get("/boroughs/", {"measure": key}))
    assert f"2 of 33 boroughs reporting on {subject}." in text


@pytest.mark.django_db
def test_shades_rise_with_the_count() -> None:
    for name, count in (("A", 1), ("B", 2), ("C", 3), ("D", 4)):
        borough = factories.borough(name)
        for _ in range(count):
            factories.system(borough=borough)
    assert [square.shade for square in tile_map("systems", TODAY).tiles] == [1, 2, 3, 4]
