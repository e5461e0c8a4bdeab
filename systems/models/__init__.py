"""What London's councils run: service areas, suppliers, products and systems."""

from systems.models.catalogue import Function, Product, ProductAlias, ProductFunction, ServiceArea
from systems.models.estate import Hosting, Intention, Status, System, SystemQuerySet
from systems.models.suppliers import Ownership, Supplier, SupplierAlias

__all__ = [
    "Function",
    "Hosting",
    "Intention",
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
]
