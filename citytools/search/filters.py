"""What the search can be narrowed by, in the same grammar as the lists."""

from typing import Any

from django.db.models import QuerySet
from django.http import QueryDict

from boroughs.models import Borough
from citytools.lists.filters import Question, Values, YesNo
from citytools.lists.filterset import FactFilter
from citytools.search.kinds import KINDS


def _as_it_is(queryset: QuerySet[Any], value: Any) -> QuerySet[Any]:
    return queryset


class SearchFilter(FactFilter):
    """The words, the kinds of record, and whether invented ones are among them."""

    shown_first = ("kind", "illustrative")
    beside = frozenset()

    q = Question("Words")
    kind = Values("Kind", [(kind.name, kind.heading) for kind in KINDS], _as_it_is)
    illustrative = YesNo("Invented for demonstration", _as_it_is)

    def __init__(self, data: QueryDict) -> None:
        super().__init__(data, Borough.objects.none())
