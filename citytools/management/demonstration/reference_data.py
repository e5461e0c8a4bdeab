"""What the generator knows of the real world: the fixtures it must fit and must not touch."""

import csv
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

Row = dict[str, str]

ASSUMPTIONS = Path(__file__).parent


@dataclass(frozen=True)
class BoroughSize:
    slug: str
    name: str
    code: str
    population: int

    @property
    def size(self) -> int:
        """Percentage of an average borough, within limits: the City is small, not negligible."""
        return min(150, max(35, self.population * 100 // 265_000))


@dataclass(frozen=True)
class FunctionAssumptions:
    """A job that a system does, and what the generator assumes about it in an average borough."""

    name: str
    slug: str
    service_area: str
    word: str
    weight: int
    products: int
    users: int
    annual_value: int


@dataclass(frozen=True)
class ReferenceData:
    """The real fixtures, as far as the invented ones depend on them."""

    boroughs: dict[str, BoroughSize]
    functions: dict[str, FunctionAssumptions]
    departments: dict[str, list[str]]  # by service area; invented
    skills: dict[str, str]  # slug to group
    evidence: frozenset[tuple[str, str]]  # borough and function that a main system serves today
    real_names: tuple[str, ...]


def read_reference_data(fixtures: Path) -> ReferenceData:
    """The reference data in a folder of real fixtures."""
    boroughs = {
        row["slug"]: BoroughSize(row["slug"], row["name"], row["code"], int(row["population"]))
        for row in read_rows(fixtures / "boroughs.csv")
        if row["kind"] != "regional"
    }
    return ReferenceData(
        boroughs=boroughs,
        functions=_functions(fixtures),
        departments={
            row["service_area"]: split_cell(row["departments"])
            for row in read_rows(ASSUMPTIONS / "departments.csv")
        },
        skills={row["slug"]: row["group"] for row in read_rows(fixtures / "skills.csv")},
        evidence=frozenset(
            (row["borough"], row["function"])
            for row in read_rows(fixtures / "systems.csv")
            if _is_main_system_today(row)
        ),
        real_names=tuple(sorted(set(_real_names(fixtures)))),
    )


def _functions(fixtures: Path) -> dict[str, FunctionAssumptions]:
    assumed = {row["function"]: row for row in read_rows(ASSUMPTIONS / "assumptions.csv")}
    functions = {}
    for row in read_rows(fixtures / "functions.csv"):
        name = row["function"]
        if name not in assumed:
            raise ValueError(f"{name}: add this function to {ASSUMPTIONS / 'assumptions.csv'}.")
        keys = ("weight", "products", "users", "annual_value")
        numbers = (int(assumed[name][key]) for key in keys)
        word = assumed[name]["word"]
        functions[name] = FunctionAssumptions(
            name, row["slug"], row["service_area"], word, *numbers
        )
    return functions


def _is_main_system_today(row: Row) -> bool:
    """Whether evidence answers for the function, so that a return would say the same."""
    ended = row["status"] in {"retired", "planned"} or "" < row["as_of"] < "2020"
    return not ended and row["companion"] == row["national_or_shared"] == "no"


def _real_names(fixtures: Path) -> Iterator[str]:
    columns = {"suppliers": "name", "supplier_aliases": "alias", "ownerships": "owner"}
    for file, column in columns.items():
        yield from (row[column] for row in read_rows(fixtures / f"{file}.csv"))
    for row in read_rows(fixtures / "products.csv"):
        yield from [row["name"], *split_cell(row["former_names"])]


def read_rows(path: Path) -> list[Row]:
    """The rows of a fixture that has been checked elsewhere; the loader is the strict reader."""
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def split_cell(cell: str) -> list[str]:
    """The parts of a cell that holds a list."""
    return [part for part in cell.split("; ") if part]


def bare_letters(name: str) -> str:
    """A name without case, spaces and punctuation, for comparison."""
    return re.sub(r"[^a-z0-9]", "", name.casefold())


def slugify(name: str) -> str:
    """A name as it stands in an address."""
    return "-".join(re.findall(r"[a-z0-9]+", name.casefold().replace("'", "")))


def clashing_names(name: str, taken: Iterable[str]) -> list[str]:
    """Those of the names that equal, contain, or are contained in this one."""
    bare = bare_letters(name)
    return [
        other
        for other in taken
        if (bare_other := bare_letters(other)) and (bare_other in bare or bare in bare_other)
    ]
