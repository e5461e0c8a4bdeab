"""Functions, suppliers, products and systems, from files."""

from pathlib import Path

from boroughs.models import Borough
from citytools.imports import SOURCED, ImportRun
from citytools.imports.csv_reader import CsvRow, read_csv
from citytools.imports.table_writer import RecordDraft
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

_FUNCTION = (
    "service_area", "area_slug", "kind", "function", "slug", "also_called", "area_also_called",
    "expected_of", "expected_why",
)  # fmt: skip
_LATER = frozenset(
    {
        *("expected_of", "expected_why", "in_house_or_public"),
        *("national_or_shared", "companion", "read_on"),
    }
)
"""Columns that came later: a file may lack them."""
_AREA_COLUMNS = {"name": "service_area", "slug": "area_slug", "also_called": "area_also_called"}
_SUPPLIER = ("name", "slug", "company_number", "sme", "vcse", "note", "illustrative")
_PRODUCT = (
    "name", "slug", "certainty", "source", "note", "in_house_or_public", "illustrative",
)  # fmt: skip
_SYSTEM = (
    "key", "hosting", "status", "live_since", "users", "satisfaction", "intention",
    "national_or_shared", "companion", "note", *SOURCED, "read_on",
)  # fmt: skip


def functions(path: Path, run: ImportRun) -> None:
    """functions.csv: service areas in the order of their first function, functions in theirs."""
    rows = read_csv(path, _FUNCTION, run.faults, optional=_LATER)
    firsts: dict[str, CsvRow] = {}
    kinds = {line.place: line.field_values(ServiceArea, ["kind"]) for line in rows}
    for line in rows:
        first = firsts.setdefault(line.required("service_area"), line)
        is_read = "kind" not in first.unread | line.unread
        if is_read and kinds[first.place] != kinds[line.place]:
            line.wrong("kind", f"{first.place} says otherwise.", "Give one kind an area.")
    area_drafts = [
        RecordDraft(
            line,
            {
                "name": name,
                "slug": line.required("area_slug"),
                "position": position,
                "also_called": line.text("area_also_called"),
                **kinds[line.place],
            },
        )
        for position, (name, line) in enumerate(firsts.items(), start=1)
    ]
    run.upsert(ServiceArea, area_drafts, key=["slug"], columns=_AREA_COLUMNS)
    areas = run.directory(ServiceArea, "name", column="service_area")
    positions = {line.place: position for position, line in enumerate(rows, start=1)}
    drafts = run.drafts(
        Function,
        rows,
        lambda line: {
            "service_area": line.lookup("service_area", areas, "functions.csv"),
            "name": line.text("function"),
            "slug": line.required("slug"),
            "position": positions[line.place],
            "also_called": line.text("also_called"),
            **line.field_values(Function, ["expected_of", "expected_why"]),
        },
    )
    run.upsert(Function, drafts, key=["slug"], columns={"name": "function"})


def suppliers(path: Path, run: ImportRun) -> None:
    """suppliers.csv: companies by their present names."""
    rows = read_csv(path, _SUPPLIER, run.faults)
    drafts = [RecordDraft(line, line.field_values(Supplier, _SUPPLIER)) for line in rows]
    run.upsert(Supplier, drafts, key=["slug"])


def supplier_aliases(path: Path, run: ImportRun) -> None:
    """supplier_aliases.csv: former and other names."""
    known = run.directory(Supplier, "name")
    drafts = run.drafts(
        SupplierAlias,
        read_csv(path, ("supplier", "alias", "kind", "source"), run.faults),
        lambda line: {
            "supplier": line.required_lookup("supplier", known, "suppliers.csv"),
            "name": line.text("alias"),
            **line.field_values(SupplierAlias, ["kind", "source"]),
        },
    )
    run.upsert(SupplierAlias, drafts, key=["name"], columns={"name": "alias"})


def ownerships(path: Path, run: ImportRun) -> None:
    """ownerships.csv: who belongs to whom, and since when."""
    known = run.directory(Supplier, "name")
    drafts = run.drafts(
        Ownership,
        read_csv(path, ("supplier", "owner", "since", "source"), run.faults),
        lambda line: {
            **{
                name: line.required_lookup(name, known, "suppliers.csv")
                for name in ("supplier", "owner")
            },
            **line.field_values(Ownership, ["since", "source"]),
        },
    )
    run.upsert(Ownership, drafts, key=["supplier", "owner", "since"])


def products(path: Path, run: ImportRun) -> None:
    """products.csv: products with their functions and former names."""
    makers = run.directory(Supplier, "name")
    known = run.directory(Function, "name", column="function")
    columns = (*_PRODUCT, "manufacturer", "functions", "former_names")
    drafts = run.drafts(
        Product,
        read_csv(path, columns, run.faults, optional=_LATER),
        lambda line: {
            "manufacturer": line.lookup("manufacturer", makers, "suppliers.csv"),
            **line.field_values(Product, _PRODUCT),
        },
    )
    rows = run.upsert(Product, drafts, key=["slug"])
    functions_made_for = [
        RecordDraft(line, {"product": product, "function": function})
        for line, product, function in run.listed(
            rows, Product, "functions", known, "functions.csv"
        )
    ]
    run.replace(ProductFunction, rows, functions_made_for, owner="product", column="functions")
    former_names = [
        RecordDraft(line, {"product": product, "name": name})
        for line, product in rows
        for name in line.parts("former_names")
    ]
    run.upsert(
        ProductAlias, former_names, key=["product", "name"], columns={"name": "former_names"}
    )


def systems(path: Path, run: ImportRun) -> None:
    """systems.csv: what each borough runs for what."""
    boroughs = run.directory(Borough, "slug")
    functions = run.directory(Function, "name", column="function")
    products = run.directory(Product, "name")
    drafts = run.drafts(
        System,
        read_csv(path, ("borough", "function", "product", *_SYSTEM), run.faults, optional=_LATER),
        lambda line: {
            "borough": line.required_lookup("borough", boroughs, "boroughs.csv"),
            "function": line.required_lookup("function", functions, "functions.csv"),
            "product": line.required_lookup("product", products, "products.csv"),
            **line.field_values(System, _SYSTEM),
        },
    )
    run.upsert(System, drafts, key=["borough", "function", "product"], stable_key="key")


# The function that reads each file; a file comes after those that it refers to.
FILES = {
    "functions.csv": functions,
    "suppliers.csv": suppliers,
    "supplier_aliases.csv": supplier_aliases,
    "ownerships.csv": ownerships,
    "products.csv": products,
    "systems.csv": systems,
}
