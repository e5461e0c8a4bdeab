"""The ways from a group of hits to all of them."""

from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import urlencode

from django.db.models import Count, Value
from django.http import QueryDict
from django.urls import reverse

from boroughs.filters import BoroughFilter
from boroughs.models import Borough
from citytools.lists.filterset import FactFilterSet
from contracts.filters import ContractFilter
from contracts.models import Contract
from systems.filters import ProductFilter, SupplierFilter
from systems.models import Product, Supplier


@dataclass(frozen=True)
class More:
    """A link to all of a group, in words that say how many."""

    address: str
    words: str


_LISTS: dict[str, tuple[str, str, Callable[[QueryDict], FactFilterSet]]] = {
    "borough": (
        "boroughs:list",
        "boroughs",
        lambda data: BoroughFilter(data, Borough.objects.all()),
    ),
    "product": (
        "systems:products",
        "products",
        lambda data: ProductFilter(data, Product.objects.all()),
    ),
    "supplier": (
        "systems:suppliers",
        "suppliers",
        lambda data: SupplierFilter(data, Supplier.objects.all()),
    ),
    "contract": (
        "contracts:list",
        "contracts",
        lambda data: ContractFilter(data, Contract.objects.all()),
    ),
}
"""By kind: the list that takes words, what its rows are called, and its filter."""


def in_lists(words: str, illustrative: str) -> dict[str, More]:
    """By kind, the list's own rows for the words, where it has any: it forgives no slip."""
    queries = {kind: _query(kind, words, illustrative) for kind in _LISTS}
    counts = [
        _LISTS[kind][2](QueryDict(query))
        .rows.order_by()
        .annotate(kind_of_row=Value(kind))
        .values("kind_of_row")
        .annotate(rows=Count("pk"))
        .values_list("kind_of_row", "rows")
        for kind, query in queries.items()
    ]
    first, *others = counts
    return {
        kind: More(
            f"{reverse(_LISTS[kind][0])}?{queries[kind]}",
            f"All {rows:,} in the list of {_LISTS[kind][1]}",
        )
        for kind, rows in first.union(*others, all=True)
        if rows
    }


def _query(kind: str, words: str, illustrative: str) -> str:
    known = illustrative and kind != "borough"
    return urlencode({"q": words} | ({"illustrative": illustrative} if known else {}))
