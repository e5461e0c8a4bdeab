"""What the list of boroughs can be narrowed by, and what its map can measure."""

from collections.abc import Iterable
from typing import Any

from django.db.models import QuerySet

from boroughs.columns import BOROUGH_COLUMNS
from boroughs.measures import MEASURES
from boroughs.models import Borough
from citytools.lists.filters import OneOf, Slugs, Sort, Values, Words, filled
from citytools.lists.filterset import FactFilter
from citytools.narrowing import by_value


def _holding(queryset: Any, words: str) -> Any:
    return queryset.matching(words)


def _these(queryset: QuerySet[Any], boroughs: Iterable[Borough]) -> QuerySet[Any]:
    return queryset.filter(pk__in=[one.pk for one in boroughs])


def _partners(queryset: Any, slugs: list[str]) -> Any:
    return queryset.partners(slugs)


class BoroughFilter(FactFilter):
    """Boroughs, by what is true of the body itself."""

    shown_first = ("q", "inner_or_outer")
    columns = BOROUGH_COLUMNS

    q = Words("Words", _holding)
    borough = Slugs("Borough", Borough.objects.all(), _these)
    inner_or_outer = Values("Inner or outer", Borough.Ring.choices, by_value("inner_or_outer"))
    partnership = Values("Partnership", Borough.objects.partnerships, _partners)
    measure = OneOf("Map shows", [(key, one.words) for key, one in MEASURES.items()])
    sort = Sort(
        {
            "borough": "name",
            "inner_or_outer": filled("inner_or_outer"),
            "partnership": filled("partnership"),
            "population": "population",
        }
    )
