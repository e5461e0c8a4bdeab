"""What London's councils run: service areas, suppliers, products and systems."""

from systems.models.catalogue import (
    NOT_IN_USE,
    SEEN_THEN,
    USE,
    Function,
    Hosting,
    Intention,
    Product,
    ProductAlias,
    ProductFunction,
    ServiceArea,
    Status,
    System,
    SystemQuerySet,
)
from systems.models.suppliers import Owners, Ownership, Supplier, SupplierAlias, read_ownerships

__all__ = [
    "NOT_IN_USE",
    "SEEN_THEN",
    "USE",
    "Function",
    "Hosting",
    "Intention",
    "Owners",
    "Ownership",
    "Product",
    "ProductAlias",
    "ProductFunction",
    "ServiceArea",
    "Status",
    "Supplier",
    "SupplierAlias",
    "System",
    "SystemQuerySet",
    "read_ownerships",
]
