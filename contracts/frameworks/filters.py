"""What the list of frameworks can be narrowed by."""

from typing import Any

from django.db.models import Exists, OuterRef, QuerySet
from django.http import QueryDict
from django.utils.text import slugify

from boroughs.models import Borough
from citytools.lists.filters import Day, Slugs, Sort, Values, Words, YesNo, filled
from citytools.lists.filterset import FactFilter
from citytools.lists.word_search import SearchText, split_words
from contracts.frameworks.columns import FRAMEWORK_COLUMNS
from contracts.frameworks.counts import contracts_of, frameworks_with_counts
from contracts.models import ContractQuerySet, Framework


def _holding(queryset: QuerySet[Any], words: str) -> QuerySet[Any]:
    texts = [SearchText(column) for column in ("name", "reference", "provider")]
    for word in split_words(words):
        queryset = queryset.filter(word.in_any(*texts))
    return queryset


def _providers() -> list[tuple[str, str]]:
    """(slug, name) of every provider, by name."""
    named = Framework.objects.exclude(provider="").order_by("provider").values_list("provider")
    return [(slugify(name), name) for (name,) in named.distinct()]


def _provided_by(queryset: QuerySet[Any], slugs: list[str]) -> QuerySet[Any]:
    return queryset.filter(provider__in=[name for slug, name in _providers() if slug in slugs])


def _all(queryset: QuerySet[Any], _: Any) -> QuerySet[Any]:
    return queryset


class _CalledOffBy(Slugs):
    """Boroughs that lead or share one of the contracts that the list counts."""

    def filter(self, qs: QuerySet[Any], value: Any) -> QuerySet[Any]:
        """Frameworks under which any of the boroughs has called off."""
        if not value:
            return qs
        contracts: ContractQuerySet = self.parent.contracts
        return qs.filter(Exists(contracts.of_boroughs(value).filter(framework=OuterRef("pk"))))


class FrameworkFilter(FactFilter):
    """Frameworks: each row is one, with counts of the contracts that `illustrative` leaves."""

    shown_first = ("q", "borough")
    columns = FRAMEWORK_COLUMNS

    q = Words("Words", _holding)
    borough = _CalledOffBy("Borough", Borough.objects.all(), _all)
    provider = Values("Provider", _providers, _provided_by)
    ends_after = Day("Ends on or after", "ends_last__gte")
    ends_before = Day("Ends on or before", "ends_first__lte")
    illustrative = YesNo("Contracts invented for demonstration", _all)
    sort = Sort(
        {
            "framework": "name",
            "provider": filled("provider"),
            "ends_on": "ends_first",
            "contracts": "contract_count",
            "boroughs": "borough_count",
            "total_value": "total_value",
        }
    )

    def __init__(self, data: QueryDict) -> None:
        self.contracts = contracts_of(data.get("illustrative"))
        super().__init__(data, frameworks_with_counts(self.contracts))
