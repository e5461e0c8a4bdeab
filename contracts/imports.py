"""Frameworks and contracts, from files."""

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from boroughs.models import Borough
from citytools.imports import SOURCED, ImportRun
from citytools.imports.authorship import last_writes_by_people
from citytools.imports.csv_reader import CsvRow, FaultyRowError, read_csv
from citytools.imports.record_finder import DeletedByPersonError, RecordFinder, is_known
from citytools.imports.table_writer import RecordDraft, Rows
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

    Like `NameDirectory`: what a person deleted, or a part of its name, raises DeletedByPersonError,
    and what has a faulty row FaultyRowError.
    """

    def __init__(
        self,
        boroughs: Mapping[str, Borough],
        functions: Mapping[str, Function],
        products: Mapping[str, Product],
        faulty: Iterable[CsvRow],
    ) -> None:
        self._boroughs, self._functions, self._products = boroughs, functions, products
        parts = ("borough", "function", "product")
        self._faulty = {"/".join(map(line.text, parts)) for line in faulty}
        records = list(System.objects.select_related("borough", "function", "product"))
        attributes = ["borough_id", "function_id", "product_id"]
        self._finder = RecordFinder(System, attributes, last_writes_by_people(System), records)
        self._names = [
            f"{system.borough.slug}/{system.function.name}/{system.product.name}"
            for system in records
        ]

    def __getitem__(self, name: str) -> System:
        try:
            system = self._find(*self._split(name))
        except KeyError:
            system = None
        if system is None:
            raise FaultyRowError(name) if name in self._faulty else KeyError(name)
        return system

    def _find(self, slug: str, function: str, product: str) -> System | None:
        key = (self._boroughs[slug].pk, self._functions[function].pk, self._products[product].pk)
        return self._finder.find(key)

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
_CONTRACT = (
    "title", "reference", "ocid", "department", "starts_on", "ends_on", "rolling",
    "extension_until", "notice_months", "annual_value", "total_value", "vat", "route", "note",
    *SOURCED,
)  # fmt: skip


def frameworks(path: Path, run: ImportRun) -> None:
    """frameworks.csv."""
    rows = read_csv(path, _FRAMEWORK, run.faults)
    drafts = [RecordDraft(line, line.field_values(Framework, _FRAMEWORK)) for line in rows]
    run.upsert(Framework, drafts, key=["slug"])


def contracts(path: Path, run: ImportRun) -> None:
    """contracts.csv: contracts, who shares them, and what they cover."""
    boroughs = run.directory(Borough, "slug")
    links = ("lead", "partners", "supplier", "functions", "systems", "framework")
    drafts = _drafts(read_csv(path, (*_CONTRACT, *links), run.faults), boroughs, run)
    rows = run.upsert(Contract, drafts, key=["lead", "title", "starts_on"])
    partners = [
        RecordDraft(line, {"contract": contract, "borough": borough})
        for line, contract, borough in run.listed(
            rows, Contract, "partners", boroughs, "boroughs.csv"
        )
    ]
    run.replace(ContractPartner, rows, partners, owner="contract", columns={"borough": "partners"})
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
            **line.field_values(Contract, _CONTRACT),
        },
    )


def _cover(rows: Rows[Contract], boroughs: Mapping[str, Borough], run: ImportRun) -> None:
    """Link the systems, and the functions: those of the systems as well as those named."""
    functions = run.directory(Function, "name", column="function")
    products = run.directory(Product, "name")
    systems = SystemDirectory(boroughs, functions, products, run.faulty_rows(System))
    covers = [
        RecordDraft(line, {"contract": contract, "system": system})
        for line, contract, system in run.listed(rows, Contract, "systems", systems, "systems.csv")
    ]
    listed = run.listed(rows, Contract, "functions", functions, "functions.csv")
    served = {(contract, function): line for line, contract, function in listed}
    for line, contract in rows:
        # Also of systems that staff deleted: the contract still covers what they did
        for function in map(systems.function_of, line.parts("systems")):
            if function:
                served.setdefault((contract, function), line)
    serves = [
        RecordDraft(line, {"contract": contract, "function": function})
        for (contract, function), line in served.items()
    ]
    run.replace(ContractSystem, rows, covers, owner="contract")
    run.replace(ContractFunction, rows, serves, owner="contract")


# The function that reads each file; a file comes after those that it refers to.
FILES = {"frameworks.csv": frameworks, "contracts.csv": contracts}
