"""Frameworks and contracts, from files."""

from collections.abc import Iterator, Mapping
from pathlib import Path

from boroughs.models import Borough
from citytools.imports import SOURCED, ImportRun, Rows, source_fields
from citytools.imports.authorship import Authorship
from citytools.imports.csv_reader import CsvRow, read_csv
from citytools.imports.record_finder import DeletedByPersonError, RecordFinder, is_known
from citytools.imports.table_writer import RecordDraft
from contracts.models import (
    Contract,
    ContractFunction,
    ContractPartner,
    ContractSystem,
    Framework,
)
from systems.models import Function, Product, Supplier, System


class SystemDirectory(Mapping[str, System]):
    """Systems as “camden/Council tax/Fixer”, by present or former names.

    Like `NameDirectory`: what a person deleted, or a part of its name, raises DeletedByPersonError.
    """

    def __init__(
        self,
        boroughs: Mapping[str, Borough],
        functions: Mapping[str, Function],
        products: Mapping[str, Product],
        authorship: Authorship,
    ) -> None:
        self._boroughs, self._functions, self._products = boroughs, functions, products
        records = list(System.objects.select_related("borough", "function", "product"))
        attributes = ["borough_id", "function_id", "product_id"]
        self._finder = RecordFinder(authorship, attributes, records)
        self._names = [
            f"{system.borough.slug}/{system.function.name}/{system.product.name}"
            for system in records
        ]

    def __getitem__(self, name: str) -> System:
        slug, function, product = self._split(name)
        key = (self._boroughs[slug].pk, self._functions[function].pk, self._products[product].pk)
        system: System | None = self._finder.find(key)
        if system is None:
            raise KeyError(name)
        return system

    def __contains__(self, name: object) -> bool:
        return is_known(self, name)

    def __iter__(self) -> Iterator[str]:
        return iter(self._names)

    def __len__(self) -> int:
        return len(self._names)

    def function_of(self, name: str) -> Function | None:
        """The function in a system's name, whether or not there is still such a system."""
        try:
            return self._functions.get(self._split(name)[1])
        except (DeletedByPersonError, KeyError):
            return None

    def _split(self, name: str) -> tuple[str, str, str]:
        """Borough, function and product; a function or product may hold a slash itself."""
        slug, _, rest = name.partition("/")
        parts = rest.split("/")
        for at in range(1, len(parts)):
            function, product = "/".join(parts[:at]), "/".join(parts[at:])
            if function in self._functions and product in self._products:
                return slug, function, product
        raise KeyError(name)


_FRAMEWORK = ("name", "slug", "reference", "provider", "starts_on", "ends_on", "source")
_TEXTS = (
    "title", "reference", "ocid", "department", "starts_on", "ends_on", "extension_until", "vat",
    "route", "note",
)  # fmt: skip
_CONTRACT = (
    "lead", "partners", *_TEXTS, "supplier", "functions", "systems", "rolling", "notice_months",
    "annual_value", "total_value", "framework", *SOURCED,
)  # fmt: skip


def frameworks(path: Path, run: ImportRun) -> None:
    """frameworks.csv."""
    rows = read_csv(path, _FRAMEWORK)
    drafts = [RecordDraft(line, {name: line.text(name) for name in _FRAMEWORK}) for line in rows]
    run.upsert(Framework, drafts, key=["slug"])


def contracts(path: Path, run: ImportRun) -> None:
    """contracts.csv: contracts, who shares them, and what they cover."""
    boroughs = run.directory(Borough, "slug")
    drafts = _drafts(read_csv(path, _CONTRACT), boroughs, run)
    rows = run.upsert(Contract, drafts, key=["lead", "title", "starts_on"])
    partners = [
        RecordDraft(line, {"contract": contract, "borough": borough})
        for line, contract in rows
        for borough in run.listed(line, "partners", boroughs, "boroughs.csv")
    ]
    run.replace(ContractPartner, rows, partners, owner="contract", column="partners")
    _cover(rows, boroughs, run)


def _drafts(
    rows: list[CsvRow], boroughs: Mapping[str, Borough], run: ImportRun
) -> list[RecordDraft]:
    suppliers = run.directory(Supplier, "name")
    frameworks = run.directory(Framework, "name")
    return run.drafts(
        Contract,
        rows,
        lambda line: {
            "lead": line.required_lookup("lead", boroughs, "boroughs.csv"),
            "supplier": line.lookup("supplier", suppliers, "suppliers.csv"),
            "framework": line.lookup("framework", frameworks, "frameworks.csv"),
            "rolling": line.yes_no("rolling"),
            "notice_months": line.whole("notice_months"),
            "annual_value": line.money("annual_value"),
            "total_value": line.money("total_value"),
            **{name: line.text(name) for name in _TEXTS},
            **source_fields(line),
        },
    )


def _cover(rows: Rows[Contract], boroughs: Mapping[str, Borough], run: ImportRun) -> None:
    """Link the systems, and the functions: those of the systems as well as those named."""
    functions = run.directory(Function, "name", column="function")
    products = run.directory(Product, "name")
    systems = SystemDirectory(boroughs, functions, products, run.authorship(System))
    covers: list[RecordDraft] = []
    serves: list[RecordDraft] = []
    for line, contract in rows:
        covered = run.listed(line, "systems", systems, "systems.csv")
        covers += [
            RecordDraft(line, {"contract": contract, "system": system}) for system in covered
        ]
        listed = run.listed(line, "functions", functions, "functions.csv")
        # Also of systems that staff deleted: the contract still covers what they did
        done = [systems.function_of(part) for part in line.parts("systems")]
        served = dict.fromkeys([*listed, *(function for function in done if function)])
        serves += [RecordDraft(line, {"contract": contract, "function": job}) for job in served]
    run.replace(ContractSystem, rows, covers, owner="contract", column="systems")
    run.replace(ContractFunction, rows, serves, owner="contract", column="functions")


# The function that reads each file; a file comes after those that it refers to.
FILES = {"frameworks.csv": frameworks, "contracts.csv": contracts}
