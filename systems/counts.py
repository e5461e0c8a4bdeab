"""How many systems, products and contracts stand behind a product or a supplier."""

from typing import Any

from django.db.models import QuerySet

from boroughs.models import Borough
from citytools.counting import counted
from contracts.models import Contract
from systems.models import Product, Supplier, System


def products_with_counts(products: QuerySet[Product]) -> QuerySet[Any]:
    """Adds system_count and borough_count (of the 33 alone)."""
    london = System.objects.exclude(borough__kind=Borough.Kind.REGIONAL)
    return products.annotate(
        system_count=counted(System.objects.all(), "product"),
        borough_count=counted(london, "product", "borough"),
    )


def suppliers_with_counts(suppliers: QuerySet[Supplier]) -> QuerySet[Any]:
    """Adds product_count, system_count (of its products) and contract_count."""
    return suppliers.annotate(
        product_count=counted(Product.objects.all(), "manufacturer"),
        system_count=counted(System.objects.all(), "product__manufacturer"),
        contract_count=counted(Contract.objects.all(), "supplier"),
    )
