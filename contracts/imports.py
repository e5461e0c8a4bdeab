"""Frameworks and contracts, from files."""

from pathlib import Path

from boroughs.models import Borough
from citytools.cells import Line
from citytools.imports import SOURCED, Draft, Import, sourced
from citytools.sheets import lines
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
    boroughs = Borough.objects.in_bulk(field_name="slug")
    rows = lines(path, _CONTRACT)
    made = run.upsert(Contract, _drafts(rows, boroughs), key=["lead", "title", "starts_on"])
    pairs = list(zip(rows, made, strict=True))
    partners = [
        Draft(line, {"contract": contract, "borough": borough})
        for line, contract in pairs
        for borough in line.some("partners", boroughs, "boroughs.csv")
    ]
    run.replace(ContractPartner, made, partners, owner="contract", columns={"borough": "partners"})
    _cover(pairs, made, run)


def _drafts(rows: list[Line], boroughs: dict[str, Borough]) -> list[Draft]:
    suppliers = {supplier.name: supplier for supplier in Supplier.objects.all()}
    known = {framework.name: framework for framework in Framework.objects.all()}
    return [
        Draft(
            line,
            {
                "lead": line.the("lead", boroughs, "boroughs.csv"),
                "supplier": line.one("supplier", suppliers, "suppliers.csv"),
                "framework": line.one("framework", known, "frameworks.csv"),
                "rolling": line.yes_no("rolling"),
                "notice_months": line.whole("notice_months"),
                "annual_value": line.money("annual_value"),
                "total_value": line.money("total_value"),
                **{name: line.text(name) for name in _TEXTS},
                **sourced(line),
            },
        )
        for line in rows
    ]


def _cover(pairs: list[tuple[Line, Contract]], made: list[Contract], run: Import) -> None:
    """Link the systems, and the functions: those of the systems as well as those named."""
    functions = {function.name: function for function in Function.objects.all()}
    systems = {
        f"{system.borough.slug}/{system.function.name}/{system.product.name}": system
        for system in System.objects.select_related("borough", "function", "product")
    }
    covers: list[Draft] = []
    serves: list[Draft] = []
    for line, contract in pairs:
        covered = line.some("systems", systems, "systems.csv")
        covers += [Draft(line, {"contract": contract, "system": system}) for system in covered]
        named = line.some("functions", functions, "functions.csv")
        served = dict.fromkeys([*named, *(system.function for system in covered)])
        serves += [Draft(line, {"contract": contract, "function": job}) for job in served]
    run.replace(ContractSystem, made, covers, owner="contract")
    run.replace(ContractFunction, made, serves, owner="contract")


FILES = {"frameworks.csv": frameworks, "contracts.csv": contracts}
"""What each file is read by, in the order in which they rest on each other."""
