"""The filters and columns of the list of frameworks."""

from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import (
    DecimalField,
    Exists,
    F,
    Func,
    IntegerField,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Sum,
)
from django.http import QueryDict
from django.utils.text import slugify

from boroughs.models import Borough
from citytools.facts.dates import FirstDay, LastDay
from citytools.facts.statistics import count_related_rows
from citytools.lists.columns import Column
from citytools.lists.filters import (
    DayFilter,
    FactFilterSet,
    SlugsFilter,
    SortFilter,
    ValuesFilter,
    WordsFilter,
    nulls_last_text,
)
from citytools.lists.word_search import SqlSearchText, all_of, split_words
from contracts.models import Contract, ContractPartner, ContractQuerySet, Framework

FRAMEWORK_COLUMNS = (
    Column("framework", "text", "What the agreement is called.", "name"),
    Column("reference", "text", "Its provider's reference.", "reference"),
    Column("provider", "text", "Who let it.", "provider"),
    Column("starts_on", "partial date", "Its first day; as precise as the source.", "starts_on"),
    Column(
        "ends_on",
        "partial date",
        "The last day on which to call off; as precise as the source.",
        "ends_on",
    ),
    Column(
        "contracts", "integer", "Contracts called off under it.", "contract_count", unit="contracts"
    ),
    Column(
        "boroughs",
        "integer",
        "Boroughs of the 33 that lead or share any.",
        "borough_count",
        unit="boroughs",
    ),
    Column(
        "suppliers",
        "integer",
        "Different suppliers of these contracts.",
        "supplier_count",
        unit="suppliers",
    ),
    Column(
        "total_value",
        "decimal",
        "Sum of the total values that contracts state, whatever their VAT; never the framework's "
        "ceiling. Without contracts that include services, are planned or may not run. Empty where "
        "none states one.",
        "total_value",
        unit="pounds",
    ),
    Column(
        "value_known",
        "integer",
        "Contracts that state a total value and that the sum holds.",
        "value_count",
        unit="contracts",
    ),
    Column(
        "end_after",
        "integer",
        "Contracts known to end after the framework.",
        "after_count",
        unit="contracts",
    ),
    Column("source", "text", "Where the framework's own facts come from.", "source"),
)


def frameworks_with_counts(contracts: ContractQuerySet) -> QuerySet[Any]:
    """Every framework with counts of these contracts.

    Adds ends_first, ends_last (days), contract_count, borough_count (of the 33, leading or
    sharing), supplier_count, value_count (contracts in sums that state a total value), total_value
    (their pounds, None where none states one; VAT bases mixed) and after_count (contracts that end
    later than it).
    """
    valued = contracts.for_sums().filter(total_value__isnull=False)
    return Framework.objects.annotate(
        ends_first=FirstDay("ends_on"),
        ends_last=LastDay("ends_on"),
        contract_count=count_related_rows(contracts, "framework"),
        borough_count=_boroughs(contracts),
        supplier_count=count_related_rows(
            contracts.exclude(supplier=None), "framework", "supplier"
        ),
        value_count=count_related_rows(valued, "framework"),
        total_value=_sum(valued),
        after_count=count_related_rows(contracts_outlasting_framework(contracts), "framework"),
    ).order_by("name", "pk")


def contracts_outlasting_framework(contracts: ContractQuerySet) -> ContractQuerySet:
    """Those that end, on whatever day their end means, after their framework does."""
    late = contracts.exclude(framework__ends_on="").annotate(over=LastDay("framework__ends_on"))
    outlasting: ContractQuerySet = late.filter(ends_first__gt=F("over"))
    return outlasting


def _boroughs(contracts: ContractQuerySet) -> Func:
    # Counted from the boroughs: one may lead a contract and share another under the same framework
    under = contracts.order_by().filter(framework=OuterRef(OuterRef("pk")))
    shared = ContractPartner.objects.filter(
        borough=OuterRef("pk"), contract__framework=OuterRef(OuterRef("pk")), contract__in=contracts
    )
    involved = Exists(under.filter(lead=OuterRef("pk"))) | Exists(shared)
    boroughs = ArraySubquery(Borough.objects.london().order_by().filter(involved).values("pk"))
    return Func(boroughs, function="cardinality", output_field=IntegerField())


def _sum(contracts: ContractQuerySet) -> Subquery:
    own = contracts.filter(framework=OuterRef("pk")).order_by().values("framework")
    total = own.annotate(sum=Sum("total_value")).values("sum")
    return Subquery(total, output_field=DecimalField(max_digits=16, decimal_places=2))


def _holds_words(words: str) -> Q:
    texts = [SqlSearchText(column) for column in ("name", "reference", "provider")]
    return all_of(word.in_any(*texts) for word in split_words(words))


def _providers() -> list[tuple[str, str]]:
    """(slug, name) of every provider, by name."""
    names = Framework.objects.exclude(provider="").order_by("provider").values_list("provider")
    return [(slugify(name), name) for (name,) in names.distinct()]


def _provided_by(queryset: QuerySet[Any], slugs: list[str]) -> QuerySet[Any]:
    return queryset.filter(provider__in=[name for slug, name in _providers() if slug in slugs])


class CallingBoroughFilter(SlugsFilter):
    """Boroughs that lead or share one of the contracts that the list counts."""

    def filter(self, qs: QuerySet[Any], value: Any) -> QuerySet[Any]:
        """Frameworks under which any of the boroughs has called off."""
        if not value:
            return qs
        contracts: ContractQuerySet = self.parent.contracts
        return qs.filter(Exists(contracts.of_boroughs(value).filter(framework=OuterRef("pk"))))


class FrameworkFilter(FactFilterSet):
    """Frameworks: each row is one, with counts of its contracts."""

    primary_filters = ("q", "borough")
    columns = FRAMEWORK_COLUMNS

    q = WordsFilter("Words", _holds_words)
    borough = CallingBoroughFilter("Borough", Borough.objects.all(), lambda rows, _: rows)
    provider = ValuesFilter("Provider", _providers, _provided_by)
    ends_after = DayFilter("Ends on or after", "ends_last__gte")
    ends_before = DayFilter("Ends on or before", "ends_first__lte")
    sort = SortFilter(
        {
            "framework": "name",
            "provider": nulls_last_text("provider"),
            "ends_on": "ends_first",
            "contracts": "contract_count",
            "boroughs": "borough_count",
            "total_value": "total_value",
        }
    )

    def __init__(self, data: QueryDict) -> None:
        self.contracts = Contract.objects.all()
        super().__init__(data, frameworks_with_counts(self.contracts))
