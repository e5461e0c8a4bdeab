"""The names by which the search finds the catalogue, and the systems for a record."""

from collections.abc import Sequence
from typing import Any

from django.db.models import Expression, F, Func, OuterRef, QuerySet, Subquery, TextField, Value
from django.db.models.functions import Coalesce, Concat

from citytools.facts.dates import FirstDay, partial_date_in_words
from citytools.facts.name_matching import (
    ALSO,
    CONTEXT,
    FORMER,
    OTHER,
    Match,
    names_for_records,
)
from citytools.search import (
    FactList,
    RecordKind,
    RecordType,
    SearchSource,
    WordList,
    filtered_list_url,
    page_url,
    parent_words,
    register,
)
from systems.filters import ProductFilter, SupplierFilter
from systems.models import (
    Function,
    Ownership,
    Product,
    ProductAlias,
    ServiceArea,
    Supplier,
    SupplierAlias,
    System,
    SystemQuerySet,
)

OTHER_NAME = "other or former name"


def _with_other_words(rows: QuerySet[Any]) -> QuerySet[Any]:
    return rows.exclude(also_called="")


def _split(column: str) -> Func:
    """SQL: a row for each part between semicolons."""
    parts = Func(F(column), Value(r";\s*"), function="regexp_split_to_table")
    parts.output_field = TextField()
    return parts


def _functions() -> list[QuerySet[Any]]:
    areas, functions = ServiceArea.objects.all(), Function.objects.all()
    own: dict[str, Any] = {"slug": "slug", "parent": "service_area__name"}
    return [
        names_for_records(areas, "service area", slug="slug"),
        names_for_records(
            _with_other_words(areas),
            "service area",
            ALSO,
            _split("also_called"),
            OTHER,
            slug="slug",
        ),
        names_for_records(functions, "function", **own),
        names_for_records(
            _with_other_words(functions), "function", ALSO, _split("also_called"), OTHER, **own
        ),
        names_for_records(
            functions, "function", "function of", "service_area__name", CONTEXT, **own
        ),
    ]


def _owner(supplier: str) -> Expression:
    """SQL: who owns the supplier today, since when if known; empty where nobody is known to."""
    latest = Ownership.objects.filter(supplier=OuterRef(supplier)).order_by(
        FirstDay("since").desc(nulls_last=True), "-pk"
    )
    words = Concat(F("owner__name"), Value("|"), F("since"), output_field=TextField())
    newest = Subquery(latest.annotate(words=words).values("words")[:1])
    return Coalesce(newest, Value(""), output_field=TextField())


def _suppliers() -> list[QuerySet[Any]]:
    suppliers = Supplier.objects.all()
    own: dict[str, Any] = {"slug": "slug", "parent": _owner("pk")}
    parent: dict[str, Any] = {
        "key": "supplier_id",
        "slug": "supplier__slug",
        "title": "supplier__name",
        "parent": _owner("supplier_id"),
    }
    former = SupplierAlias.objects.filter(kind=SupplierAlias.Kind.FORMER)
    also = SupplierAlias.objects.filter(kind=SupplierAlias.Kind.ALSO)
    return [
        names_for_records(suppliers, "supplier", **own),
        names_for_records(former, "supplier", FORMER, weight=OTHER, **parent),
        names_for_records(also, "supplier", ALSO, weight=OTHER, **parent),
    ]


def _products() -> list[QuerySet[Any]]:
    own: dict[str, Any] = {
        "slug": "slug",
        "parent": _or_empty("manufacturer__name"),
    }
    parent: dict[str, Any] = {
        "key": "product_id",
        "slug": "product__slug",
        "title": "product__name",
        "parent": _or_empty("product__manufacturer__name"),
    }
    products = Product.objects.all()
    with_maker = products.filter(manufacturer__isnull=False)
    purposes = Product.functions.through.objects.all()
    with_former_maker = with_maker.filter(manufacturer__aliases__isnull=False)
    return [
        names_for_records(products, "product", **own),
        names_for_records(
            ProductAlias.objects.all(), "product", OTHER_NAME, weight=OTHER, **parent
        ),
        names_for_records(with_maker, "product", "made by", "manufacturer__name", CONTEXT, **own),
        names_for_records(
            with_former_maker,
            "product",
            "maker also called",
            "manufacturer__aliases__name",
            0.55,
            **own,
        ),
        names_for_records(purposes, "product", "for", "function__name", 0.55, **parent),
        names_for_records(
            purposes, "product", "for", "function__service_area__name", 0.5, **parent
        ),
    ]


def _or_empty(path: str) -> Expression:
    return Coalesce(F(path), Value(""), output_field=TextField())


def catalogue_names() -> list[QuerySet[Any]]:
    """Every name in the catalogue."""
    return [*_functions(), *_suppliers(), *_products()]


_PATHS = {
    "product": "product__in",
    "supplier": "product__manufacturer__in",
    "function": "function__in",
    "service area": "function__service_area__in",
}


def systems_concerning(boroughs: Sequence[int], kind: str, keys: Sequence[int]) -> SystemQuerySet:
    """Systems of any of the boroughs (any, where none is given) with any of the records."""
    systems: SystemQuerySet = System.objects.for_list()
    if boroughs:
        systems = systems.filter(borough__in=boroughs)
    return systems.filter(**{_PATHS[kind]: keys}) if kind else systems


def _supplier_parent(match: Match) -> str:
    """'now part of Idox since 2019'; empty where no owner is known."""
    owner, _, since = match.parent.rpartition("|")
    if not match.parent:
        return ""
    return f"now part of {owner}" + (f" since {partial_date_in_words(since)}" if since else "")


def _product_parent(match: Match) -> str:
    return f"made by {match.parent}" if match.parent else "maker not known"


register(
    SearchSource(
        kinds=[
            RecordKind("system", "Systems", ("system", "list of systems")),
            RecordKind("product", "Products", ("product",)),
            RecordKind("supplier", "Suppliers", ("supplier",)),
            RecordKind("function", "Functions and service areas", ("service area", "function")),
        ],
        types={
            "product": RecordType(page_url("systems:product"), _product_parent),
            "supplier": RecordType(page_url("systems:supplier"), _supplier_parent),
            "service area": RecordType(filtered_list_url("systems:list", "service_area")),
            "function": RecordType(
                filtered_list_url("systems:list", "function"), parent_words("in {}")
            ),
        },
        names=lambda today: catalogue_names(),
        fact_lists=[
            FactList(
                "systems",
                "Systems",
                "system",
                "systems:list",
                ("product", "supplier", "function", "service area"),
                systems_concerning,
                ("borough__name", "function__position", "product__name", "pk"),
            )
        ],
        word_lists={
            "product": WordList(
                "systems:products",
                "products",
                lambda query: ProductFilter(query, Product.objects.all()).rows,
            ),
            "supplier": WordList(
                "systems:suppliers",
                "suppliers",
                lambda query: SupplierFilter(query, Supplier.objects.all()).rows,
            ),
        },
    )
)
