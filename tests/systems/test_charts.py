"""The picture of systems agrees with the rows, and claims no more than they say."""

from collections import Counter

import pytest
from django.http import QueryDict

from boroughs.models import Borough
from citytools.charts import Chart
from citytools.lists.listing import Listing
from systems.filters import SystemFilter
from systems.models import Function, System
from systems.views import systems_by_area_chart
from tests import factories

pytestmark = pytest.mark.django_db


def systems(*counts: int) -> None:
    """As many systems as given in each of several service areas, A, B, C …"""
    boroughs = [factories.borough() for _ in range(2)]
    for letter, count in zip("ABCDE", counts, strict=False):
        area = factories.service_area(f"Area {letter}")
        for number in range(count):
            function = factories.function(service_area=area)
            factories.system(borough=boroughs[number % 2], function=function)


def chart(query: str = "") -> Chart:
    """The picture of a list narrowed by a query string."""
    filterset = SystemFilter(QueryDict(query), System.objects.for_list())
    nouns = ("Systems", "system", "systems")
    return systems_by_area_chart(
        Listing(filterset, "systems:list", "systems:csv", *nouns, counts_facets=True)
    )


def test_bars_and_table_hold_what_counting_by_hand_gives() -> None:
    systems(3, 5, 1)
    picture = chart()
    counted = Counter(str(system.function.service_area) for system in System.objects.all())
    (trace,) = picture.figure["data"]
    assert dict(zip(trace["y"], trace["x"], strict=True)) == counted
    assert [(name, count) for name, count, _ in picture.rows] == counted.most_common()
    assert [row[2] for row in picture.rows] == [2, 2, 1]


def test_title_and_sentence_state_the_numbers() -> None:
    systems(3, 5, 1)
    picture = chart()
    assert picture.title == "Area B has the most systems: 5 of 9"
    assert picture.sentence == (
        "Area B and Area A together hold 89\u00a0% of the 9 systems; "
        "of the 3 with any, Area C has the fewest, 1."
    )


@pytest.mark.parametrize(
    ("counts", "title", "sentence"),
    [
        ((), "No systems to show", "No system matches the filters."),
        ((1,), "Area A has the most systems: 1 of 1", "All of the 1 are in Area A."),
        ((2, 1), "Area A has the most systems: 2 of 3", "All of the 3 are in Area A and Area B."),
        (
            (2, 1, 1),
            "Area A has the most systems: 2 of 4",
            "Area A and Area B together hold 3 of 4 systems.",
        ),
        (
            (2, 2, 1, 1),
            "No service area has the most systems: up to 2 of 6 each",
            "Area A and Area B together hold 67\u00a0% of the 6 systems.",
        ),
    ],
)
def test_a_tie_is_not_called_a_lead(counts: tuple[int, ...], title: str, sentence: str) -> None:
    systems(*counts)
    picture = chart()
    assert (picture.title, picture.sentence) == (title, sentence)


def test_a_regional_body_has_systems_but_is_no_borough() -> None:
    gla = factories.borough("GLA", kind=Borough.Kind.REGIONAL)
    function: Function = factories.function()
    factories.system(borough=gla, function=function)
    factories.system(function=function)
    ((_, count, boroughs),) = chart().rows
    assert (count, boroughs) == (2, 1)


def test_the_picture_is_of_the_filtered_rows() -> None:
    systems(3, 5)
    assert chart("service_area=area-a").rows == [("Area A", 3, 2)]


def test_areas_of_as_many_systems_stand_in_their_own_order() -> None:
    systems(2, 3, 2)
    assert [row[0] for row in chart().rows] == ["Area B", "Area A", "Area C"]
