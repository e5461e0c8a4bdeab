"""The filters and columns of lists of contracts."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, ClassVar

from django.db.models import Exists, OuterRef, Q, QuerySet

from boroughs.models import Borough
from citytools.facts import dates
from citytools.facts.provenance import source_kinds
from citytools.lists.columns import (
    NOTE,
    READ_ON,
    SOURCE_COLUMNS,
    Column,
    PageUrl,
    array_of_values,
)
from citytools.lists.fields import NOT_KNOWN
from citytools.lists.filters import (
    CountByColumn,
    CountByLink,
    DayFilter,
    FactFilterSet,
    Measure,
    Narrowing,
    PopulationFilter,
    PoundsFilter,
    SlugsFilter,
    SortFilter,
    SumsByName,
    ValuesFilter,
    WordsFilter,
    narrow_by_slug,
    narrow_by_value,
    nulls_last_text,
)
from contracts.models import (
    Contract,
    ContractPartner,
    ContractStatus,
    ContractSystem,
    Framework,
    Route,
    Stage,
    Vat,
)
from contracts.models.dates import WORTH, status_case
from contracts.models.term import (
    ASSUMED_MONTHS,
    ActByBasis,
    act_by_basis,
    decision_quarters,
)
from systems.models import Function, Product, ServiceArea, Supplier, System


def _covered(model: Any, link: Any, path: str) -> QuerySet[Any]:
    """Records that a link of the contract (two query levels out) leads to."""
    links = link.objects.filter(contract=OuterRef(OuterRef("pk")), **{path: OuterRef("pk")})
    records: QuerySet[Any] = model.objects.filter(Exists(links))
    return records


_PARTNERS = ContractPartner.objects.filter(contract=OuterRef("pk")).order_by("borough__name")
_FUNCTIONS = Contract.functions.through
_COVERED_FUNCTIONS = _covered(Function, _FUNCTIONS, "function")
_COVERED_AREAS = _covered(ServiceArea, _FUNCTIONS, "function__service_area")
_PAID_PRODUCTS = _covered(Product, ContractSystem, "system__product")
_PAID_SYSTEMS = ContractSystem.objects.filter(contract=OuterRef("pk")).order_by("system__key")

ACT_BY_COLUMNS = (
    Column(
        "act_by_earliest",
        "date",
        "The first day that may be the one by which to act on a contract; empty where it has no "
        "known end.",
        "act_by_earliest",
    ),
    Column(
        "act_by_latest",
        "date",
        "The last such day; the same as the first where end and notice are stated to the day.",
        "act_by_latest",
    ),
    Column(
        "act_by_basis",
        "text",
        f"What these days rest on: the end and notice stated; an end known only as a month or "
        f"year; or {ASSUMED_MONTHS} of notice, assumed where none is stated.",
        act_by_basis(),
        allowed=tuple(ActByBasis),
    ),
)
CONTRACT_COLUMNS = (
    Column("contract_id", "text", "Its key, in its page's address; it never changes.", "key"),
    Column(
        "gss_codes",
        "list",
        "Codes of the boroughs, the lead first; empty for a body without.",
        array_of_values(_PARTNERS, "borough__gss_code", first="lead__gss_code"),
    ),
    Column(
        "boroughs",
        "list",
        "The boroughs that share the contract, the lead first.",
        array_of_values(_PARTNERS, "borough__name", first="lead__name"),
    ),
    Column("lead_borough", "text", "The body that signs the contract.", "lead__name"),
    Column("title", "text", "What the contract is called.", "title"),
    Column("reference", "text", "The council's or the notice's reference.", "reference"),
    Column(
        "supplier", "text", "Who is paid under a contract; may be a reseller.", "supplier__name"
    ),
    Column(
        "service_areas",
        "list",
        "The parts of the council's work it covers.",
        array_of_values(_COVERED_AREAS, "name"),
    ),
    Column(
        "functions",
        "list",
        "The jobs it covers.",
        array_of_values(_COVERED_FUNCTIONS, "name"),
    ),
    Column(
        "products",
        "list",
        "The software it pays for, where known.",
        array_of_values(_PAID_PRODUCTS, "name"),
    ),
    Column("starts_on", "partial date", "Its first day; as precise as the source.", "starts_on"),
    Column(
        "ends_on",
        "partial date",
        "Its last day before any extension; as precise as the source. Empty if rolling.",
        "ends_on",
    ),
    Column(
        "extension_until",
        "partial date",
        "The contract's latest end if every extension is taken.",
        "extension_until",
    ),
    Column(
        "notice_months",
        "integer",
        "How long before its end a contract must be acted on: ended, extended or replaced.",
        "notice_months",
        unit="months",
    ),
    Column(
        "act_by",
        "date",
        "By when to act on a contract: its end less notice in calendar months, or the month's "
        "last day where it has no such day. Empty unless the end is a whole day and the notice is "
        "known.",
        "act_by",
    ),
    Column(
        "annual_value",
        "decimal",
        "What the contract costs a year.",
        "annual_value",
        unit="pounds a year",
    ),
    Column(
        "total_value",
        "decimal",
        "What the contract costs over its whole term; never a framework's ceiling.",
        "total_value",
        unit="pounds",
    ),
    Column("vat", "text", "Whether the values hold VAT.", "vat", allowed=tuple(Vat.values)),
    Column(
        "route",
        "text",
        "How the contract came about: the route to market.",
        "route",
        allowed=tuple(Route.values),
    ),
    Column(
        "framework",
        "text",
        "The framework that the contract was called off from.",
        "framework__name",
    ),
    *SOURCE_COLUMNS,
    Column("rolling", "yes or no", "Whether the contract has no end date.", "rolling"),
    Column(
        "ocid",
        "text",
        "Open Contracting identifier: the number of one purchase from plan to contract.",
        "ocid",
    ),
    Column("award_id", "text", "The award's number within its OCID.", "award_id"),
    NOTE,
    Column("url", "text", "Its page on this site.", PageUrl("key", "contracts:detail")),
    READ_ON,
    Column(
        "stage",
        "text",
        "How far the purchase had come when the source was written; empty where not known.",
        "stage",
        allowed=tuple(Stage.values),
    ),
    Column(
        "tender_value",
        "decimal",
        "What the tender put on the contract: an estimate, not the contract's own value.",
        "tender_value",
        unit="pounds",
    ),
    Column(
        "includes_services",
        "yes or no",
        "Whether the price also pays for work that is no IT, such as a whole outsourced service.",
        "includes_services",
    ),
    Column("lead_slug", "text", "The lead borough in addresses and filters.", "lead__slug"),
    Column(
        "borough_slugs",
        "list",
        "The boroughs that share it in addresses and filters, the lead first.",
        array_of_values(_PARTNERS, "borough__slug", first="lead__slug"),
    ),
    Column("supplier_slug", "text", "The supplier in addresses and filters.", "supplier__slug"),
    Column(
        "function_slugs",
        "list",
        "The functions it covers in addresses and filters.",
        array_of_values(_COVERED_FUNCTIONS, "slug"),
    ),
    Column(
        "product_slugs",
        "list",
        "The products it pays for in addresses and filters.",
        array_of_values(_PAID_PRODUCTS, "slug"),
    ),
    Column("framework_slug", "text", "The framework in addresses and filters.", "framework__slug"),
    Column(
        "system_ids",
        "list",
        "Keys of the systems it pays for, the system_id of the file of systems.",
        array_of_values(_PAID_SYSTEMS, "system__key"),
    ),
    *ACT_BY_COLUMNS,
)


def _filter_status(rows: Any, keys: list[str]) -> Any:
    statuses = [status for status in ContractStatus if status.key in keys]
    return rows.with_status(statuses, dates.today())


def _count_by_function(field: str) -> tuple[CountByLink]:
    return (CountByLink(_FUNCTIONS, "contract", f"function__{field}"),)


by_borough = Narrowing(
    lambda rows, boroughs: rows.of_boroughs(boroughs),
    (CountByColumn("lead__slug"), CountByLink(ContractPartner, "contract", "borough__slug")),
)
by_service_area = Narrowing(
    lambda rows, areas: rows.for_functions(Function.objects.filter(service_area__in=areas)),
    _count_by_function("service_area__slug"),
)
by_kind = Narrowing(
    lambda rows, kinds: rows.for_functions(Function.objects.filter(service_area__kind__in=kinds)),
    _count_by_function("service_area__kind"),
)
by_function = Narrowing(
    lambda rows, functions: rows.for_functions(functions), _count_by_function("slug")
)
by_product = Narrowing(
    lambda rows, products: rows.for_systems(System.objects.filter(product__in=products)),
    (CountByLink(ContractSystem, "contract", "system__product__slug"),),
)
by_status = Narrowing(
    _filter_status,
    # A function, since the day is not known when this module is read
    (CountByColumn(lambda: status_case(dates.today())),),
    {str(status.value): status.key for status in ContractStatus},
)


def _where(**known: Any) -> Callable[[Any], Any]:
    """Contracts that one of the 33 leads or shares, of which something is known."""
    return lambda rows: rows.of_boroughs(Borough.objects.london()).filter(**known)


def _in_sums(**known: Any) -> Callable[[Any], Any]:
    """The same without those that sums leave out."""
    return lambda rows: _where(**known)(rows).for_sums()


# Sets of rows that numbers of research are taken over, all of the 33.
POPULATIONS: dict[str, tuple[str, Callable[[Any], Any]]] = {
    "of_the_33": ("Led or shared by one of the 33", _where()),
    "supplier_known": ("Of the 33, in sums, supplier known", _in_sums(supplier__isnull=False)),
    "value_known": (
        "Of the 33, in sums, supplier and total value known",
        _in_sums(supplier__isnull=False, total_value__isnull=False),
    ),
    "yearly_value_known": (
        "Of the 33, in sums, supplier and yearly value known",
        _in_sums(supplier__isnull=False, annual_value__isnull=False),
    ),
    "act_by_known": ("Of the 33, act-by date stated", _where(act_by__isnull=False)),
    "end_known": ("Of the 33, end known", _where(ends_last__isnull=False)),
}


class ContractFilter(FactFilterSet):
    """Contracts: a shared contract is one row, found under each borough that shares it."""

    primary_filters: ClassVar[tuple[str, ...]] = ("q", "borough", "service_area")
    columns: ClassVar[Sequence[Column]] = CONTRACT_COLUMNS
    measures: ClassVar[Mapping[str, Measure]] = {
        "boroughs": lambda rows: rows.boroughs(),
        "worth": SumsByName(WORTH),
        "ahead": lambda rows: rows.ends_ahead(dates.today()),
        "decisions": CountByColumn(lambda: decision_quarters(dates.today())),
    }

    q = WordsFilter("Words", Contract.objects.word_condition)
    borough = SlugsFilter("Borough", Borough.objects.with_aside(), by_borough)
    service_area = SlugsFilter("Service area", ServiceArea.objects.all(), by_service_area)
    kind = ValuesFilter("Kind", ServiceArea.Kind.choices, by_kind)
    function = SlugsFilter(
        "Function",
        Function.objects.grouped(),
        by_function,
        within="service_area",
        without=~Q(Exists(_FUNCTIONS.objects.filter(contract=OuterRef("pk")))),
    )
    product = SlugsFilter("Product", Product.objects.all(), by_product, looked_up=True)
    supplier = SlugsFilter(
        "Supplier",
        Supplier.objects.all(),
        narrow_by_slug("supplier"),
        looked_up=True,
        without=Q(supplier=None),
    )
    framework = SlugsFilter(
        "Framework",
        Framework.objects.labelled(),
        narrow_by_slug("framework"),
        looked_up=True,
        without=Q(framework=None),
    )
    route = ValuesFilter("Route to market", [*Route.choices, NOT_KNOWN], narrow_by_value("route"))
    ends_after = DayFilter("Ends on or after", "ends_last__gte")
    ends_before = DayFilter("Ends on or before", "ends_first__lte")
    act_by_after = DayFilter("Act by, on or after", "act_by_latest__gte")
    act_by_before = DayFilter("Act by, on or before", "act_by_earliest__lte")
    standing = ValuesFilter(
        "Standing today",
        [(status.key, status.capitalize()) for status in ContractStatus],
        by_status,
    )
    min_value = PoundsFilter("Pounds a year, at least", "annual_value__gte")
    max_value = PoundsFilter("Pounds a year, at most", "annual_value__lte")
    source = ValuesFilter("Source", source_kinds, narrow_by_value("source_kind"))
    counted = PopulationFilter("Rows a metric counts", POPULATIONS)
    sort: SortFilter | None = SortFilter(
        {
            "title": "title",
            "lead_borough": "lead__name",
            "supplier": "supplier__name",
            "starts_on": "starts_first",
            "ends_on": "ends_first",
            "act_by": "act_by_earliest",
            "annual_value": "annual_value",
            "total_value": "total_value",
            "as_of": nulls_last_text("as_of"),
        }
    )
