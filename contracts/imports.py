"""Frameworks and contracts, from files."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from django.db.models import QuerySet

from boroughs.models import Borough
from citytools.imports import SOURCED, ImportRun
from citytools.imports.csv_reader import CsvRow, FaultyRowError, read_csv
from citytools.imports.record_finder import DeletedByPersonError
from citytools.imports.table_writer import RecordDraft, Rows
from contracts.models import (
    Contract,
    ContractFunction,
    ContractPartner,
    ContractSystem,
    Framework,
)
from systems.models import Function, Supplier, System

_FRAMEWORK = (
    "name", "slug", "reference", "provider", "starts_on", "ends_on", "source", "illustrative",
)  # fmt: skip
_CONTRACT = (
    "key", "title", "reference", "ocid", "department", "starts_on", "ends_on", "rolling", "stage",
    "extension_until", "notice_months", "annual_value", "total_value", "tender_value",
    "includes_services", "vat", "route", "note", *SOURCED, "read_on",
)  # fmt: skip


_LATER = frozenset({"illustrative", "read_on", "stage", "tender_value", "includes_services"})
"""Columns that came later: a file may lack them."""


def frameworks(path: Path, run: ImportRun) -> None:
    """frameworks.csv."""
    rows = read_csv(path, _FRAMEWORK, run.faults, optional=_LATER)
    drafts = [RecordDraft(line, line.field_values(Framework, _FRAMEWORK)) for line in rows]
    run.upsert(Framework, drafts, key=["slug"])


def contracts(path: Path, run: ImportRun) -> None:
    """contracts.csv: contracts, who shares them, and what they cover."""
    boroughs = run.directory(Borough, "slug")
    links = ("lead", "partners", "supplier", "functions", "systems", "framework")
    lines = read_csv(path, (*_CONTRACT, *links), run.faults, optional=_LATER)
    drafts = _drafts(lines, boroughs, run)
    rows = run.upsert(Contract, drafts, key=["lead", "title", "starts_on"], stable_key="key")
    partners = [
        RecordDraft(line, {"contract": contract, "borough": borough})
        for line, contract, borough in run.listed(
            rows, Contract, "partners", boroughs, "boroughs.csv"
        )
    ]
    run.replace(ContractPartner, rows, partners, owner="contract", column="partners")
    _cover(rows, run)


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


def _cover(rows: Rows[Contract], run: ImportRun) -> None:
    """Link the systems, and the functions: those of the systems as well as those named."""
    functions = run.directory(Function, "name", column="function")
    systems = run.directory(System, "key")
    covers = [
        RecordDraft(line, {"contract": contract, "system": system})
        for line, contract, system in run.listed(rows, Contract, "systems", systems, "systems.csv")
    ]
    listed = run.listed(rows, Contract, "functions", functions, "functions.csv")
    served = {(contract, function): line for line, contract, function in listed}
    for line, contract in rows:
        # Also of systems that staff deleted: the contract still covers what they did
        for function in _functions_served(line.parts("systems"), systems):
            served.setdefault((contract, function), line)
    serves = [
        RecordDraft(line, {"contract": contract, "function": function})
        for (contract, function), line in served.items()
    ]
    run.replace(ContractSystem, rows, covers, owner="contract", column="systems")
    run.replace(ContractFunction, rows, serves, owner="contract", column="functions")


def _functions_served(keys: Sequence[str], systems: Mapping[str, System]) -> QuerySet[Function]:
    """The functions of systems by their keys, whether or not a person has deleted the system."""
    numbers = set()
    for key in keys:
        try:
            numbers.add(systems[key].function_id)
        except DeletedByPersonError as deleted:
            numbers.add(deleted.values["function_id"])
        except (FaultyRowError, KeyError):
            continue  # noted as a fault already
    return Function.objects.filter(pk__in=numbers).order_by("position", "pk")


# The function that reads each file; a file comes after those that it refers to.
FILES = {"frameworks.csv": frameworks, "contracts.csv": contracts}
