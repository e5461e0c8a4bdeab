"""The filters and columns of lists of systems, products and suppliers."""

from collections.abc import Callable, Mapping
from typing import Any, ClassVar

from django.db.models import Case, Exists, OuterRef, Q, QuerySet, Value, When
from django.utils.text import slugify

from boroughs.models import Borough, partnership_options
from citytools.facts.provenance import source_kinds
from citytools.facts.statistics import count_related_rows
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
    FactFilterSet,
    Measure,
    Narrowing,
    PopulationFilter,
    SlugsFilter,
    SortFilter,
    SumsByName,
    ValuesFilter,
    WordsFilter,
    narrow_by_slug,
    narrow_by_value,
    nulls_last_text,
)
from contracts.models import Contract
from systems.models import (
    NOT_IN_USE,
    USE,
    Function,
    Hosting,
    Intention,
    Product,
    ProductAlias,
    ServiceArea,
    Status,
    Supplier,
    SupplierAlias,
    System,
)

SYSTEM_COLUMNS = (
    Column("system_id", "text", "Its key, in its page's address; it never changes.", "key"),
    Column(
        "gss_code",
        "text",
        "The borough's code at the Office for National Statistics.",
        "borough__gss_code",
    ),
    Column("borough", "text", "The body that uses the system.", "borough__name"),
    Column(
        "service_area",
        "text",
        "A part of the council's work, made up of functions.",
        "function__service_area__name",
    ),
    Column(
        "function", "text", "A job that a system does, within one service area.", "function__name"
    ),
    Column(
        "kind",
        "text",
        "Whether the service area faces residents or the council.",
        "function__service_area__kind",
        allowed=tuple(ServiceArea.Kind.values),
    ),
    Column("product", "text", "A piece of software, whoever sells it.", "product__name"),
    Column(
        "manufacturer",
        "text",
        "Who makes the product; the contract may be with a reseller.",
        "product__manufacturer__name",
    ),
    Column(
        "hosting",
        "text",
        "Where the system runs, and who runs it.",
        "hosting",
        allowed=tuple(Hosting.values),
    ),
    Column(
        "status", "text", "Where the system is in its life.", "status", allowed=tuple(Status.values)
    ),
    Column(
        "live_since",
        "partial date",
        "Since when it is in use; as precise as the source.",
        "live_since",
    ),
    Column("users", "integer", "Named users of the system.", "users", unit="people"),
    Column(
        "satisfaction",
        "integer",
        "The borough's own view of the system, 1 (poor) to 5 (very good).",
        "satisfaction",
        allowed=("1", "2", "3", "4", "5"),
    ),
    Column(
        "intention",
        "text",
        "What the borough means to do with the system.",
        "intention",
        allowed=tuple(Intention.values),
    ),
    *SOURCE_COLUMNS,
    NOTE,
    Column("url", "text", "Its page on this site.", PageUrl("key", "systems:detail")),
    READ_ON,
    Column(
        "national_or_shared",
        "yes or no",
        "Whether it is a service that all or most councils use alike, which tells nobody apart.",
        "national_or_shared",
    ),
    Column(
        "companion",
        "yes or no",
        "Whether it does a part of the function beside the main product.",
        "companion",
    ),
    Column(
        "in_use",
        "yes or no",
        "Whether it counts as in use: not retired, planned, or last seen in 2019 or before.",
        Case(When(NOT_IN_USE, then=Value(False)), default=Value(True)),
    ),
    Column("borough_slug", "text", "The body's name in addresses and filters.", "borough__slug"),
    Column(
        "service_area_slug",
        "text",
        "The service area's name in addresses and filters.",
        "function__service_area__slug",
    ),
    Column(
        "function_slug", "text", "The function's name in addresses and filters.", "function__slug"
    ),
    Column("product_slug", "text", "The product's name in addresses and filters.", "product__slug"),
    Column(
        "supplier_slug",
        "text",
        "The manufacturer's name in addresses and filters.",
        "product__manufacturer__slug",
    ),
)

PRODUCT_COLUMNS = (
    Column("product_id", "text", "Its key: its slug.", "slug"),
    Column("product", "text", "A piece of software, whoever sells it.", "name"),
    Column("slug", "text", "Its name in addresses and filters.", "slug"),
    Column("manufacturer", "text", "Who makes it.", "manufacturer__name"),
    Column(
        "functions",
        "list",
        "The jobs it is made for.",
        array_of_values(
            Product.functions.through.objects.filter(product=OuterRef("pk")).order_by(
                "function__position"
            ),
            "function__name",
        ),
    ),
    Column(
        "other_names",
        "list",
        "Former names and other spellings.",
        array_of_values(ProductAlias.objects.filter(product=OuterRef("pk")), "name"),
    ),
    Column(
        "systems",
        "integer",
        "Systems known that use it, over all bodies.",
        "system_count",
        unit="systems",
    ),
    Column(
        "boroughs",
        "integer",
        "How many of the 33 are known to run it.",
        "borough_count",
        unit="boroughs",
    ),
    Column(
        "illustrative",
        "yes or no",
        "Whether it is invented for demonstration: made up to show what the site can do.",
        "illustrative",
    ),
    Column(
        "certainty",
        "text",
        "How sure we are of the product and its maker.",
        "certainty",
        allowed=tuple(Product.Certainty.values),
    ),
    Column("source", "text", "What shows it.", "source"),
    Column(
        "in_house_or_public",
        "yes or no",
        "Whether a council, a public body or an operator made it, which is no supplier.",
        "in_house_or_public",
    ),
)

SUPPLIER_COLUMNS = (
    Column("supplier_id", "text", "Its key: its slug.", "slug"),
    Column("supplier", "text", "The company.", "name"),
    Column("slug", "text", "Its name in addresses and filters.", "slug"),
    Column("company_number", "text", "As registered at Companies House.", "company_number"),
    Column("sme", "yes or no", "Whether the supplier is small or medium-sized.", "sme"),
    Column(
        "vcse", "yes or no", "Whether the supplier is a voluntary or social enterprise.", "vcse"
    ),
    Column(
        "other_names",
        "list",
        "Former names and other spellings.",
        array_of_values(SupplierAlias.objects.filter(supplier=OuterRef("pk")), "name"),
    ),
    Column("products", "integer", "Products it makes.", "product_count", unit="products"),
    Column(
        "systems", "integer", "Systems known that use its products.", "system_count", unit="systems"
    ),
    Column("contracts", "integer", "Contracts known with it.", "contract_count", unit="contracts"),
    Column(
        "illustrative",
        "yes or no",
        "Whether it is invented for demonstration: made up to show what the site can do.",
        "illustrative",
    ),
)


def filter_by_partnership(queryset: QuerySet[Any], slugs: list[str]) -> QuerySet[Any]:
    """Rows of boroughs that belong to any of the partnerships."""
    return queryset.filter(borough__in=Borough.objects.in_partnerships(slugs))


partners = Narrowing(filter_by_partnership, (CountByColumn("borough__partnership"),), slugify)


def _quotable(rows: Any) -> Any:
    return rows.of_the_33().in_use().without_low_confidence()


# Sets of rows that numbers of research are taken over.
POPULATIONS: dict[str, tuple[str, Callable[[Any], Any]]] = {
    "of_the_33": ("Systems of the 33", lambda rows: rows.of_the_33()),
    "in_use": ("In use, of the 33, no low confidence", lambda rows: _quotable(rows)),
    "maker_known": (
        "Those of a known maker, without national and shared services",
        lambda rows: _quotable(rows).distinctive().filter(product__manufacturer__isnull=False),
    ),
    "rated": (
        "Those of a known satisfaction",
        lambda rows: _quotable(rows).filter(satisfaction__isnull=False),
    ),
}


class SystemFilter(FactFilterSet):
    """Systems: each row is one borough's use of one product for one function."""

    primary_filters = ("q", "borough", "service_area")
    columns = SYSTEM_COLUMNS
    measures: ClassVar[Mapping[str, Measure]] = {
        "boroughs": lambda rows: rows.boroughs(),
        "use": SumsByName(USE),
        "areas": lambda _: ServiceArea.objects.values("slug", "name"),
        "systems by area": CountByColumn("function__service_area__slug"),
        "boroughs by area": lambda rows: rows.boroughs_by_area(),
    }

    q = WordsFilter("Words", System.objects.word_condition)
    borough = SlugsFilter("Borough", Borough.objects.with_aside(), narrow_by_slug("borough"))
    inner_or_outer = ValuesFilter(
        "Inner or outer London", Borough.Ring.choices, narrow_by_value("borough__inner_or_outer")
    )
    partnership = ValuesFilter("Partnership", partnership_options, partners)
    service_area = SlugsFilter(
        "Service area", ServiceArea.objects.all(), narrow_by_slug("function__service_area")
    )
    kind = ValuesFilter(
        "Kind", ServiceArea.Kind.choices, narrow_by_value("function__service_area__kind")
    )
    function = SlugsFilter(
        "Function", Function.objects.grouped(), narrow_by_slug("function"), within="service_area"
    )
    product = SlugsFilter(
        "Product", Product.objects.all(), narrow_by_slug("product"), looked_up=True
    )
    supplier = SlugsFilter(
        "Manufacturer",
        Supplier.objects.all(),
        narrow_by_slug("product__manufacturer"),
        looked_up=True,
        without=Q(product__manufacturer=None),
    )
    hosting = ValuesFilter("Hosting", [*Hosting.choices, NOT_KNOWN], narrow_by_value("hosting"))
    status = ValuesFilter("Status", [*Status.choices, NOT_KNOWN], narrow_by_value("status"))
    source = ValuesFilter("Source", source_kinds, narrow_by_value("source_kind"))
    counted = PopulationFilter("Rows a metric counts", POPULATIONS)
    sort = SortFilter(
        {
            "borough": "borough__name",
            "service_area": "function__service_area__position",
            "function": "function__position",
            "product": "product__name",
            "manufacturer": "product__manufacturer__name",
            "hosting": nulls_last_text("hosting"),
            "status": nulls_last_text("status"),
            "live_since": "live_since_first",
            "users": "users",
            "satisfaction": "satisfaction",
            "as_of": nulls_last_text("as_of"),
        }
    )


def _through(model: Any, path: str) -> Callable[[QuerySet[Any], QuerySet[Any]], Any]:
    """Products that a link of this model leads from to any of the records at the path."""
    return lambda products, records: products.filter(
        Exists(model.objects.filter(product=OuterRef("pk"), **{f"{path}__in": records}))
    )


_made_for = _through(Product.functions.through, "function")
_made_for_area = _through(Product.functions.through, "function__service_area")
_run_by = _through(System, "borough")


class ProductFilter(FactFilterSet):
    """Products, by what is true of the product itself; boroughs through one system each."""

    primary_filters = ("q", "service_area")
    columns = PRODUCT_COLUMNS

    q = WordsFilter("Words", Product.objects.word_condition)
    service_area = SlugsFilter(
        "Service area",
        ServiceArea.objects.all(),
        _made_for_area,
    )
    function = SlugsFilter("Function", Function.objects.grouped(), _made_for, within="service_area")
    supplier = SlugsFilter(
        "Manufacturer",
        Supplier.objects.all(),
        narrow_by_slug("manufacturer"),
        looked_up=True,
        without=Q(manufacturer=None),
    )
    borough = SlugsFilter("Borough", Borough.objects.with_aside(), _run_by)
    sort = SortFilter(
        {
            "product": "name",
            "manufacturer": "manufacturer__name",
            "systems": "system_count",
            "boroughs": "borough_count",
        }
    )


class SupplierFilter(FactFilterSet):
    """Suppliers, by what is true of the supplier itself."""

    primary_filters = ("q",)
    columns = SUPPLIER_COLUMNS

    q = WordsFilter("Words", Supplier.objects.word_condition)
    sort = SortFilter(
        {
            "supplier": "name",
            "products": "product_count",
            "systems": "system_count",
            "contracts": "contract_count",
        }
    )


def products_with_counts(products: QuerySet[Product]) -> QuerySet[Any]:
    """Adds system_count and borough_count (of the 33 alone)."""
    london = System.objects.exclude(borough__kind=Borough.Kind.REGIONAL)
    return products.annotate(
        system_count=count_related_rows(System.objects.all(), "product"),
        borough_count=count_related_rows(london, "product", "borough"),
    )


def suppliers_with_counts(suppliers: QuerySet[Supplier]) -> QuerySet[Any]:
    """Adds product_count, system_count (of its products) and contract_count."""
    return suppliers.annotate(
        product_count=count_related_rows(Product.objects.all(), "manufacturer"),
        system_count=count_related_rows(System.objects.all(), "product__manufacturer"),
        contract_count=count_related_rows(Contract.objects.all(), "supplier"),
    )
