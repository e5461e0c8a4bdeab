"""The names by which the search finds the catalogue, and the systems for a record."""

from collections.abc import Sequence

from django.db.models import Expression, F, Func, OuterRef, Q, Subquery, TextField, Value
from django.db.models.functions import Coalesce, Concat

from citytools.facts.dates import FirstDay, partial_date_in_words
from citytools.facts.name_matching import (
    ALSO,
    FORMER,
    OTHER,
    Match,
)
from citytools.search import (
    FactList,
    NameContext,
    NamedRows,
    RecordKind,
    RecordType,
    SearchSource,
    StoredName,
    StoredRecords,
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


def _split(column: str) -> Func:
    """SQL: a row for each part between semicolons."""
    parts = Func(F(column), Value(r";\s*"), function="regexp_split_to_table")
    parts.output_field = TextField()
    return parts


def _owner(supplier: str) -> Expression:
    """SQL: who owns the supplier today, since when if known; empty where nobody is known to."""
    latest = Ownership.objects.filter(supplier=OuterRef(supplier)).order_by(
        FirstDay("since").desc(nulls_last=True), "-pk"
    )
    words = Concat(F("owner__name"), Value("|"), F("since"), output_field=TextField())
    newest = Subquery(latest.annotate(words=words).values("words")[:1])
    return Coalesce(newest, Value(""), output_field=TextField())


def _named_rows() -> list[NamedRows]:
    """Every name in the catalogue, and the tables that hold them."""
    other_words = _split("also_called")
    kind = SupplierAlias.Kind
    return [
        NamedRows(
            ServiceArea.objects.all(),
            [StoredName("service area"), StoredName("service area", ALSO, other_words, OTHER)],
        ),
        NamedRows(
            Function.objects.all(),
            [StoredName("function"), StoredName("function", ALSO, other_words, OTHER)],
        ),
        NamedRows(Supplier.objects.all(), [StoredName("supplier")], mark="illustrative"),
        NamedRows(
            SupplierAlias.objects.all(),
            [
                StoredName("supplier", role, "name", OTHER, "supplier_id", Q(kind=alias_kind))
                for role, alias_kind in ((FORMER, kind.FORMER), (ALSO, kind.ALSO))
            ],
            mark="supplier__illustrative",
        ),
        NamedRows(Product.objects.all(), [StoredName("product")], mark="illustrative"),
        NamedRows(
            ProductAlias.objects.all(),
            [StoredName("product", OTHER_NAME, "name", OTHER, "product_id")],
            mark="product__illustrative",
        ),
    ]


def _contexts() -> list[NameContext]:
    """What is found by the name of its maker, its function or its service area."""
    products = Product.objects.all()
    purposes = Product.functions.through.objects.all()
    maker, area = "manufacturer", "function__service_area"
    return [
        NameContext(
            Function.objects.all(),
            *("function", "function of", "service_area__name", "service_area", "service area"),
        ),
        NameContext(products, "product", "made by", "manufacturer__name", maker, "supplier"),
        NameContext(
            products,
            *("product", "maker also called", "manufacturer__aliases__name", maker, "supplier"),
            of_roles=(FORMER, ALSO),
            weight=0.55,
        ),
        NameContext(
            purposes,
            *("product", "for", "function__name", "function", "function"),
            weight=0.55,
            key="product_id",
        ),
        NameContext(
            purposes,
            *("product", "for", f"{area}__name", area, "service area"),
            weight=0.5,
            key="product_id",
        ),
    ]


def _or_empty(path: str) -> Expression:
    return Coalesce(F(path), Value(""), output_field=TextField())


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
            "function": RecordType(page_url("functions:detail"), parent_words("in {}")),
        },
        stored_records={
            "product": StoredRecords(Product.objects.all(), _or_empty("manufacturer__name")),
            "supplier": StoredRecords(Supplier.objects.all(), _owner("pk")),
            "service area": StoredRecords(ServiceArea.objects.all(), Value("", TextField())),
            "function": StoredRecords(Function.objects.all(), "service_area__name"),
        },
        stored=_named_rows(),
        contexts=_contexts(),
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
