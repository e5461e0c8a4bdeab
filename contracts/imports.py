"""Frameworks and contracts, from files."""

from collections.abc import Mapping
from pathlib import Path

from boroughs.models import Borough
from citytools.cells import Line
from citytools.imports import SOURCED, Draft, Import, Rows, sourced
from citytools.imports.csv_reader import lines
from contracts.models import (
    Contract,
    ContractFunction,
    ContractPartner,
    ContractSystem,
    Framework,
)
from contracts.system_directory import SystemDirectory
from systems.models import Function, Product, Supplier

_FRAMEWORK = ("name", "slug", "reference", "provider", "starts_on", "ends_on", "source")
_TEXTS = (
    "title", "reference", "ocid", "department", "starts_on", "ends_on", "extension_until", "vat",
    "route", "note",
)  # fmt: skip
_CONTRACT = (
    "lead", "partners", *_TEXTS, "supplier", "functions", "systems", "rolling", "notice_months",
    "annual_value", "total_value", "framework", *SOURCED,
)  # fmt: skip


def frameworks(path: Path, run: Import) -> None:
    """frameworks.csv."""
    rows = lines(path, _FRAMEWORK)
    drafts = [Draft(line, {name: line.text(name) for name in _FRAMEWORK}) for line in rows]
    run.upsert(Framework, drafts, key=["slug"])


def contracts(path: Path, run: Import) -> None:
    """contracts.csv: contracts, who shares them, and what they cover."""
    boroughs = run.directory(Borough, "slug")
    drafts = _drafts(lines(path, _CONTRACT), boroughs, run)
    rows = run.upsert(Contract, drafts, key=["lead", "title", "starts_on"])
    partners = [
        Draft(line, {"contract": contract, "borough": borough})
        for line, contract in rows
        for borough in run.listed(line, "partners", boroughs, "boroughs.csv")
    ]
    run.replace(ContractPartner, rows, partners, owner="contract", columns={"borough": "partners"})
    _cover(rows, boroughs, run)


def _drafts(rows: list[Line], boroughs: Mapping[str, Borough], run: Import) -> list[Draft]:
    suppliers = run.directory(Supplier, "name")
    frameworks = run.directory(Framework, "name")
    return run.drafts(
        Contract,
        rows,
        lambda line: {
            "lead": line.the("lead", boroughs, "boroughs.csv"),
            "supplier": line.one("supplier", suppliers, "suppliers.csv"),
            "framework": line.one("framework", frameworks, "frameworks.csv"),
            "rolling": line.yes_no("rolling"),
            "notice_months": line.whole("notice_months"),
            "annual_value": line.money("annual_value"),
            "total_value": line.money("total_value"),
            **{name: line.text(name) for name in _TEXTS},
            **sourced(line),
        },
    )


def _cover(rows: Rows[Contract], boroughs: Mapping[str, Borough], run: Import) -> None:
    """Link the systems, and the functions: those of the systems as well as those named."""
    functions = run.directory(Function, "name", column="function")
    systems = SystemDirectory(boroughs, functions, run.directory(Product, "name"))
    covers: list[Draft] = []
    serves: list[Draft] = []
    for line, contract in rows:
        covered = run.listed(line, "systems", systems, "systems.csv")
        covers += [Draft(line, {"contract": contract, "system": system}) for system in covered]
        named = run.listed(line, "functions", functions, "functions.csv")
        # Also of systems that staff deleted: the contract still covers what they did
        done = [systems.function_of(part) for part in line.parts("systems")]
        served = dict.fromkeys([*named, *(function for function in done if function)])
        serves += [Draft(line, {"contract": contract, "function": job}) for job in served]
    run.replace(ContractSystem, rows, covers, owner="contract")
    run.replace(ContractFunction, rows, serves, owner="contract")


FILES = {"frameworks.csv": frameworks, "contracts.csv": contracts}
"""What each file is read by, in the order in which they rest on each other."""
