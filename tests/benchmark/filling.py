"""A nation on its way into the tables: reference data from the fixtures, then set after set."""

from collections.abc import Callable
from pathlib import Path
from uuid import UUID

from django.apps import apps
from django.db import models

import boroughs.imports
import skills.imports
import systems.imports
from boroughs.models import Borough, Return
from citytools.imports import Import
from citytools.management.demonstration.market import Catalogue, product_rows, supplier_rows
from citytools.management.demonstration.reference_data import Row, cell_list
from citytools.staff_group import APPS
from contracts.models import (
    Contract,
    ContractFunction,
    ContractPartner,
    ContractSystem,
    Framework,
)
from skills.models import Skill, SkillLevel
from systems.models import (
    Function,
    Ownership,
    Product,
    ProductAlias,
    ProductFunction,
    Supplier,
    System,
)
from tests.benchmark.copying import Table, history_later, number_from_here
from tests.benchmark.nation import Nation, Told, framework_rows, ownership_rows

_REFERENCE = {
    "boroughs.csv": boroughs.imports.FILES["boroughs.csv"],
    "functions.csv": systems.imports.FILES["functions.csv"],
    "skills.csv": skills.imports.FILES["skills.csv"],
}
_WRITTEN = (
    Borough, Return, Supplier, Ownership, Product, ProductAlias, ProductFunction, System,
    Framework, Contract, ContractFunction, ContractPartner, ContractSystem, SkillLevel,
)  # fmt: skip
"""In the order in which they rest on each other."""
_AT_ONCE = 10
"""Sets copied at once: some 8,000 systems, 6 MB of text."""


def holdings() -> dict[str, int]:
    """How many rows of each kind of fact there are, by name; kinds without any are left out."""
    ours = [kind for label in APPS for kind in apps.get_app_config(label).get_models()]
    facts = [kind for kind in ours if not hasattr(kind, "pgh_tracked_model")]
    counts = {str(one._meta.verbose_name_plural): one._default_manager.count() for one in facts}
    return {name: count for name, count in counts.items() if count}


def fill(nation: Nation, recorded: UUID, told: Callable[[int, int], None]) -> dict[str, int]:
    """Write a nation into empty tables, within a transaction; how many rows of what.

    `recorded` is the context of history; `told` hears how many sets of how many are written.
    """
    number_from_here([kind for label in APPS for kind in apps.get_app_config(label).get_models()])
    _read_reference(nation.fixtures)
    filling = _Filling()
    with history_later(_WRITTEN, recorded):
        filling.catalogue(nation)
        filling.bodies(nation.bodies)
        for number, one in enumerate(nation.told(), 1):
            filling.set(one)
            if number % _AT_ONCE == 0 or number == nation.sets:
                filling.send()
                told(number, nation.sets)
    number_from_here(_WRITTEN)
    return {
        str(model._meta.verbose_name_plural): table.last for model, table in filling.tables.items()
    }


def _read_reference(fixtures: Path) -> None:
    run = Import()
    for name, read in _REFERENCE.items():
        read(fixtures / name, run)


class _Filling:
    """The tables, and the numbers by which rows name one another."""

    def __init__(self) -> None:
        self.tables: dict[type[models.Model], Table] = {one: Table(one) for one in _WRITTEN}
        self.borough = _numbers(Borough, "slug")
        self.function = _numbers(Function, "name")
        self.skill = _numbers(Skill, "slug")
        self.supplier: dict[str, int] = {}
        self.product: dict[str, int] = {}
        self.framework: dict[str, int] = {}

    def send(self) -> None:
        """Copy all rows taken on."""
        for table in self.tables.values():
            table.send()

    def catalogue(self, nation: Nation) -> None:
        """Suppliers, who owns them, their products, and frameworks."""
        for shop in nation.shops:
            self._shop(shop, nation.seed)
        for row in framework_rows(nation.frameworks):
            self.framework[row["name"]] = self.tables[Framework].add(row)

    def _shop(self, shop: Catalogue, seed: int) -> None:
        for row in supplier_rows(shop, seed):
            self.supplier[row["name"]] = self.tables[Supplier].add(row)
        for row in ownership_rows(shop, seed):
            owned, owner = self.supplier[row["supplier"]], self.supplier[row["owner"]]
            self.tables[Ownership].add(row, supplier_id=owned, owner_id=owner)
        for row in product_rows(shop):
            maker = self.supplier[row["manufacturer"]]
            number = self.tables[Product].add(row, manufacturer_id=maker)
            self.product[row["name"]] = number
            for function in cell_list(row["functions"]):
                link = self.function[function]
                self.tables[ProductFunction].add({}, product_id=number, function_id=link)
            for name in cell_list(row["former_names"]):
                self.tables[ProductAlias].add({"name": name}, product_id=number)

    def bodies(self, rows: list[Row]) -> None:
        """The invented bodies: none of the 33, so that no count of London holds them."""
        kind = Borough.Kind.REGIONAL.value
        for row in rows:
            known = {**row, "official_name": f"Council of {row['name']}", "kind": kind}
            self.borough[row["slug"]] = self.tables[Borough].add(known)

    def set(self, one: Told) -> None:
        """What 33 bodies have returned."""
        for row in one.returns:
            self.tables[Return].add(row, borough_id=self.borough[row["borough"]])
        for row in one.levels:
            body, skill = self.borough[row["borough"]], self.skill[row["skill"]]
            self.tables[SkillLevel].add(row, borough_id=body, skill_id=skill)
        numbers = {}
        for row in one.systems:
            key = (row["borough"], row["function"], row["product"])
            numbers["/".join(key)] = self.tables[System].add(
                row,
                borough_id=self.borough[row["borough"]],
                function_id=self.function[row["function"]],
                product_id=self.product[row["product"]],
            )
        for row in one.contracts:
            self._contract(row, numbers)

    def _contract(self, row: Row, systems: dict[str, int]) -> None:
        framework = row["framework"]
        number = self.tables[Contract].add(
            {name: cell for name, cell in row.items() if name != "framework"},
            lead_id=self.borough[row["lead"]],
            supplier_id=self.supplier[row["supplier"]],
            **({"framework_id": self.framework[framework]} if framework else {}),
        )
        for partner in cell_list(row["partners"]):
            link = self.borough[partner]
            self.tables[ContractPartner].add({}, contract_id=number, borough_id=link)
        for function in cell_list(row["functions"]):
            link = self.function[function]
            self.tables[ContractFunction].add({}, contract_id=number, function_id=link)
        for system in cell_list(row["systems"]):
            self.tables[ContractSystem].add({}, contract_id=number, system_id=systems[system])


def _numbers(model: type[models.Model], name: str) -> dict[str, int]:
    return dict(model._default_manager.values_list(name, "pk"))
