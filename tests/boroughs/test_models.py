"""What the database refuses about boroughs and returns."""

from typing import Any

import pytest
from django.db import IntegrityError

from boroughs.models import Borough, Subject
from citytools.worlds import World, use_world
from tests import factories

pytestmark = pytest.mark.django_db


def test_two_boroughs_never_share_a_tile_and_many_have_none() -> None:
    factories.borough()
    factories.borough()
    factories.borough(tile_row=1, tile_column=1)
    factories.borough(tile_row=1, tile_column=2)
    with pytest.raises(IntegrityError, match="two_boroughs_never_share_a_tile"):
        factories.borough(tile_row=1, tile_column=2)


def test_a_population_has_its_year() -> None:
    with pytest.raises(IntegrityError, match="a_population_has_its_year"):
        factories.borough(population=210100)


REFUSED: list[tuple[str, dict[str, Any]]] = [
    ("return_has_a_known_kind_of_source", {"source_kind": "rumour"}),
    ("return_has_a_known_confidence", {"confidence": "sure"}),
    ("a_return_says_as_of_when", {"as_of": ""}),
    ("return_names_its_source", {"source_kind": "notice"}),
]


@pytest.mark.parametrize(("name", "fields"), REFUSED)
def test_the_database_refuses_a_return_that_makes_no_sense(
    name: str, fields: dict[str, Any]
) -> None:
    with pytest.raises(IntegrityError, match=name):
        factories.returned(**fields)


def test_one_return_a_borough_subject_and_day() -> None:
    borough_return = factories.returned()
    factories.returned(borough_return.borough, subject=Subject.SKILLS)
    factories.returned(borough_return.borough, received_on="2026-10-01")
    with pytest.raises(IntegrityError, match="one_return_a_borough_subject_and_day"):
        factories.returned(borough_return.borough)


def test_reporting_is_of_the_33_on_one_subject_in_the_present_world() -> None:
    real, invented = factories.borough("Real"), factories.borough("Invented")
    factories.returned(real)
    factories.returned(real, received_on="2026-01-01")
    factories.returned(invented, source_kind="illustrative")
    factories.returned(subject=Subject.SKILLS)
    factories.returned(factories.borough(kind=Borough.Kind.REGIONAL))
    for world, boroughs in {World.EVIDENCE: {real}, World.BOTH: {real, invented}}.items():
        with use_world(world):
            assert set(Borough.objects.reporting(Subject.SYSTEMS)) == boroughs
