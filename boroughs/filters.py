"""What the list of boroughs can be narrowed by, and what its map can measure."""

from collections.abc import Iterable
from typing import Any

from django.db.models import QuerySet

from boroughs.models import Borough, Subject
from boroughs.profile.tile_map import MEASURES
from citytools.lists.columns import Column
from citytools.lists.fields import OptionField
from citytools.lists.filters import (
    ParameterFilter,
    SlugsFilter,
    SortFilter,
    ValuesFilter,
    WordsFilter,
    narrow_by_value,
    nulls_last_text,
)
from citytools.lists.filterset import FactFilterSet

BOROUGH_COLUMNS = (
    Column("gss_code", "text", "The code at the Office for National Statistics.", "gss_code"),
    Column("borough", "text", "The body.", "name"),
    Column("slug", "text", "Its name in addresses and filters.", "slug"),
    Column("official_name", "text", "Its full name.", "official_name"),
    Column("code", "text", "Three letters, for small tiles.", "code"),
    Column(
        "kind",
        "text",
        "A London borough, the City, or a regional body, which is never counted among the 33.",
        "kind",
        allowed=tuple(Borough.Kind.values),
    ),
    Column(
        "inner_or_outer",
        "text",
        "Inner or outer London.",
        "inner_or_outer",
        allowed=tuple(Borough.Ring.values),
    ),
    Column(
        "partnership",
        "text",
        "The sub-regional partnership that a borough belongs to; empty where not settled.",
        "partnership",
    ),
    Column(
        "population",
        "integer",
        "Residents, rounded as the census gives them.",
        "population",
        unit="people",
    ),
    Column(
        "population_year", "integer", "The year of the population.", "population_year", unit="year"
    ),
    Column(
        "households",
        "integer",
        "Households, rounded as the census gives them.",
        "households",
        unit="households",
    ),
    Column(
        "systems",
        "integer",
        "Systems known; without a return at least so many.",
        "system_count",
        unit="systems",
    ),
    Column(
        "contracts",
        "integer",
        "Contracts known that it leads or shares.",
        "contract_count",
        unit="contracts",
    ),
    Column("skill_levels", "integer", "Skills whose level is known.", "skill_count", unit="skills"),
    Column(
        "returned_systems",
        "yes or no",
        "Whether it has sent a return on systems.",
        "returned_systems",
    ),
    Column(
        "returned_contracts",
        "yes or no",
        "Whether it has sent a return on contracts.",
        "returned_contracts",
    ),
    Column(
        "returned_skills", "yes or no", "Whether it has sent a return on skills.", "returned_skills"
    ),
    *(
        Column(
            f"complete_{subject}",
            "yes or no",
            f"Whether the borough's latest return on {subject} is complete: what it leaves out is "
            "none.",
            f"complete_{subject}",
        )
        for subject in Subject.values
    ),
)


def _holding(queryset: Any, words: str) -> Any:
    return queryset.matching(words)


def _these(queryset: QuerySet[Any], boroughs: Iterable[Borough]) -> QuerySet[Any]:
    return queryset.filter(pk__in=[borough.pk for borough in boroughs])


def _partners(queryset: Any, slugs: list[str]) -> Any:
    return queryset.partners(slugs)


class BoroughFilter(FactFilterSet):
    """Boroughs, by what is true of the body itself."""

    primary_filters = ("q", "inner_or_outer")
    columns = BOROUGH_COLUMNS

    q = WordsFilter("Words", _holding)
    borough = SlugsFilter("Borough", Borough.objects.all(), _these)
    inner_or_outer = ValuesFilter(
        "Inner or outer", Borough.Ring.choices, narrow_by_value("inner_or_outer")
    )
    partnership = ValuesFilter("Partnership", Borough.objects.partnerships, _partners)
    measure = ParameterFilter(
        OptionField("Map shows", [(key, measure.words) for key, measure in MEASURES.items()])
    )
    sort = SortFilter(
        {
            "borough": "name",
            "inner_or_outer": nulls_last_text("inner_or_outer"),
            "partnership": nulls_last_text("partnership"),
            "population": "population",
        }
    )
