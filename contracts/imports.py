"""Frameworks and contracts, from files."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from django.db.models import QuerySet

from boroughs.models import Borough
from citytools.imports import SOURCED, ImportRun, Rows, source_fields
from citytools.imports.csv_reader import CsvRow, read_csv
from citytools.imports.record_finder import DeletedByPersonError
from citytools.imports.table_writer import RecordDraft
from contracts.models import (
    Contract,
    ContractFunction,
    ContractPartner,
    ContractSystem,
    Framework,
)
from systems.models import Function, Supplier, System

_FRAMEWORK = ("name", "slug", "reference", "provider", "starts_on", "ends_on", "source")
_TEXTS = (
    "key", "title", "reference", "ocid", "department", "starts_on", "ends_on", "extension_until",
    "vat", "route", "note",
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
    rows = run.upsert(Contract, drafts, key=["lead", "title", "starts_on"], stable_key="key")
    partners = [
        RecordDraft(line, {"contract": contract, "borough": borough})
        for line, contract in rows
        for borough in run.listed(line, "partners", boroughs, "boroughs.csv")
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
            "rolling": line.yes_no("rolling"),
            "notice_months": line.whole("notice_months"),
            "annual_value": line.money("annual_value"),
            "total_value": line.money("total_value"),
            **{name: line.text(name) for name in _TEXTS},
            **source_fields(line),
        },
    )


def _cover(rows: Rows[Contract], run: ImportRun) -> None:
    """Link the systems, and the functions: those of the systems as well as those named."""
    functions = run.directory(Function, "name", column="function")
    systems = run.directory(System, "key")
    covers: list[RecordDraft] = []
    serves: list[RecordDraft] = []
    for line, contract in rows:
        covered = run.listed(line, "systems", systems, "systems.csv")
        covers += [
            RecordDraft(line, {"contract": contract, "system": system}) for system in covered
        ]
        served = dict.fromkeys(run.listed(line, "functions", functions, "functions.csv"))
        # Also of systems that staff deleted: the contract still covers what they did
        served |= dict.fromkeys(_functions_served(line.parts("systems"), systems))
        serves += [RecordDraft(line, {"contract": contract, "function": job}) for job in served]
    run.replace(ContractSystem, rows, covers, owner="contract", column="systems")
    run.replace(ContractFunction, rows, serves, owner="contract", column="functions")


def _functions_served(keys: Sequence[str], systems: Mapping[str, System]) -> QuerySet[Function]:
    """The functions of systems by their keys, whether or not a person has deleted the system."""
    numbers = set()
    for key in keys:
        try:
            numbers.add(systems[key].function_id)
        except DeletedByPersonError as deleted:
            version = deleted.event.kind.objects.get(pgh_id=deleted.event.number)
            numbers.add(version.function_id)
    return Function.objects.filter(pk__in=numbers).order_by("position", "pk")


# The function that reads each file; a file comes after those that it refers to.
FILES = {"frameworks.csv": frameworks, "contracts.csv": contracts}
