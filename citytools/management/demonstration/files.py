"""The demonstration: what City Tools would show if the boroughs sent their returns.

Each return is invented, beside the evidence: systems for functions where evidence has none,
skills, contracts with their notice. From the real fixtures and a seed to the text of
`fixtures/demo/*.csv`. Nothing in this package imports Django, reads the clock or touches a network;
every drawn number is an integer, so that the same seed gives the same bytes on every machine.
"""

import csv
import io
from pathlib import Path

from citytools.management.demonstration.contracts import contract_rows
from citytools.management.demonstration.market import (
    framework_rows,
    invent_catalogue,
    product_rows,
    supplier_rows,
)
from citytools.management.demonstration.reference_data import Row, read_reference_data
from citytools.management.demonstration.returns import (
    earlier_skill_return_days,
    past_rows,
    return_days,
    return_rows,
    skill_rows,
    system_rows,
)

SEED = 2019

_PROVENANCE = "source_kind,source_url,as_of,confidence,confirmed_on"
# The same columns as the real fixtures
COLUMNS = {
    "suppliers.csv": "name,slug,company_number,sme,vcse,note,illustrative",
    "frameworks.csv": "name,slug,reference,provider,starts_on,ends_on,source,illustrative",
    "products.csv": "name,slug,manufacturer,functions,former_names,certainty,source,note,"
    "in_house_or_public,illustrative",
    "systems.csv": "key,borough,function,product,hosting,status,live_since,users,satisfaction,"
    "intention,national_or_shared,companion,note,source_kind,source_url,as_of,read_on,"
    "confidence,confirmed_on",
    "contracts.csv": "key,lead,partners,title,reference,ocid,supplier,department,functions,systems,"
    "starts_on,ends_on,rolling,stage,extension_until,notice_months,annual_value,total_value,"
    "tender_value,includes_services,vat,route,framework,note,source_kind,source_url,as_of,read_on,"
    "confidence,confirmed_on",
    "returns.csv": "borough,subject,received_on,complete," + _PROVENANCE,
    "skill_levels.csv": "borough,skill,level,headcount,can_teach,wants_help," + _PROVENANCE,
    "past_levels.csv": "borough,skill,level,headcount,can_teach,wants_help," + _PROVENANCE,
}


def demonstration_files(fixtures: Path, seed: int = SEED) -> dict[str, str]:
    """File names and their text, invented around the real fixtures in a folder."""
    reference = read_reference_data(fixtures)
    catalogue = invent_catalogue(reference, seed)
    days = return_days(reference, seed)
    earlier = earlier_skill_return_days(days, seed)
    systems = system_rows(reference, catalogue, days, seed)
    levels = skill_rows(reference, days, seed)
    tables = {
        "suppliers.csv": supplier_rows(catalogue, seed),
        "frameworks.csv": framework_rows(reference),
        "products.csv": product_rows(catalogue),
        "systems.csv": systems,
        "contracts.csv": contract_rows(reference, catalogue, systems, days, seed),
        "returns.csv": return_rows(days, earlier),
        "skill_levels.csv": levels,
        "past_levels.csv": past_rows(levels, earlier, seed),
    }
    return {name: _text(COLUMNS[name].split(","), rows) for name, rows in tables.items()}


def _text(columns: list[str], rows: list[Row]) -> str:
    file = io.StringIO()
    writer = csv.DictWriter(file, columns, restval="", lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return file.getvalue()


def write_files(files: dict[str, str], folder: Path) -> None:
    """Put the files into a folder, which is made if need be."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in files.items():
        (folder / name).write_text(text, encoding="utf-8", newline="\n")


def stale_files(files: dict[str, str], folder: Path) -> list[str]:
    """Names of the files that are missing from a folder or hold other bytes."""
    return [
        name
        for name, text in files.items()
        if not (folder / name).is_file() or (folder / name).read_bytes() != text.encode()
    ]
