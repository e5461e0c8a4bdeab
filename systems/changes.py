"""What changes of the catalogue, of suppliers and of systems tell."""

from typing import Any

from citytools.history.change_kinds import ChangeKind
from citytools.history.page import HistoryLink
from citytools.worlds.addresses import page_address
from systems.models import (
    Function,
    Ownership,
    Product,
    ProductAlias,
    ProductFunction,
    ServiceArea,
    Supplier,
    SupplierAlias,
    System,
)


def _systems(name: str) -> Any:
    return lambda record: f"{page_address('systems:list')}?{name}={record.slug}"


SUPPLIER = ChangeKind(
    Supplier,
    links=[
        HistoryLink(SupplierAlias, "supplier", "Other name"),
        HistoryLink(Ownership, "supplier", "Owner"),
    ],
)
PRODUCT = ChangeKind(
    Product,
    links=[
        HistoryLink(ProductAlias, "product", "Other name"),
        HistoryLink(ProductFunction, "product", "Function"),
    ],
)
_POSITION = frozenset({"position"})
KINDS = (
    ChangeKind(ServiceArea, ignored_fields=_POSITION, address=_systems("service_area")),
    ChangeKind(Function, ignored_fields=_POSITION, address=_systems("function")),
    SUPPLIER,
    PRODUCT,
    ChangeKind(System),
)
