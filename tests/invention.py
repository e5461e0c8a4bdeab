"""What tests of the invented estate share: its rows, and the real world beside it."""

import csv
from functools import cache
from pathlib import Path

from citytools.management.demonstration.files import demonstration_files
from citytools.management.demonstration.reference_data import ReferenceData, read_reference_data

FIXTURES = Path(__file__).parents[1] / "fixtures"
FACTS = ("systems.csv", "contracts.csv", "returns.csv", "skill_levels.csv", "past_levels.csv")
"""Files of which every row is a fact with a source."""


@cache
def invented() -> dict[str, str]:
    return demonstration_files(FIXTURES)


@cache
def real() -> ReferenceData:
    return read_reference_data(FIXTURES)


@cache
def rows(name: str) -> list[dict[str, str]]:
    return list(csv.DictReader(invented()[name].splitlines()))


def parts(cell: str) -> list[str]:
    return cell.split("; ") if cell else []
