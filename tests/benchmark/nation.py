"""An invented nation: the demonstration told once for each set of 33 bodies, to any size.

The first set are London's 33 themselves; the bodies of the others are places that do not exist.
Nothing real but reference data is in it: boroughs, functions and skills. As in the demonstration,
the same seed gives the same rows on every machine. But they are written as evidence, for a database
of their own: what real visitors wait for is `/`, which has no inventions to leave out.
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import islice, product
from math import isqrt
from pathlib import Path

from citytools.management.demonstration.contracts import contract_rows
from citytools.management.demonstration.market import (
    BRANDS,
    MARK,
    Catalogue,
    IllustrativeProduct,
    framework_rows,
    invent_catalogue,
)
from citytools.management.demonstration.random_draws import happens, stream
from citytools.management.demonstration.reference_data import (
    ReferenceData,
    Row,
    read_reference_data,
    read_rows,
    slugify,
)
from citytools.management.demonstration.returns import (
    earlier_skill_return_days,
    return_days,
    return_rows,
    skill_rows,
    system_rows,
)

_BEFORE = (
    "", "Upper", "Lower", "Nether", "Over", "Great", "Little", "North", "South", "East", "West",
    "Old", "New", "Long", "Market", "Middle", "High", "Deep", "Far", "Hither", "Inner", "Outer",
    "Grand", "Broad", "Whole", "Quiet", "Merry", "Sunny", "Misty", "Windy",
)  # fmt: skip
_ENDS = (
    "ham", "ton", "by", "wick", "worth", "bury", "ford", "leigh", "thorpe", "well", "stead",
    "hurst", "mouth", "minster", "combe", "dale", "field", "port", "bridge", "gate", "hampton",
    "stoke", "church", "mere", "holme", "den", "cliffe", "haven",
    "bourne", "wold", "garth", "croft",
)  # fmt: skip
SOURCE = "https://benchmark.example/"
"""Where the address of each source begins: a name that the internet keeps free for ever."""
_NOTE = "Invented for the benchmark."
_SIGNS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"

MAX_PLACES = len(_BEFORE) * len(_ENDS) * len(BRANDS)
"""As many places as the words give."""


def invent_places(taken_codes: frozenset[str], count: int) -> list[Row]:
    """Rows of name, slug, code and gss_code; the first ones are the same however many are asked.

    A code is three signs, as on a tile, and none of the taken ones. No GSS code begins with X.
    """
    if count > MAX_PLACES:
        raise ValueError(f"{count} places are more than the {MAX_PLACES} that can be named.")
    codes = (code for code in map("".join, product(_SIGNS, repeat=3)) if code not in taken_codes)
    return [
        {"name": name, "slug": slugify(name), "code": code, "gss_code": f"X{number:08}"}
        for number, (name, code) in enumerate(zip(islice(_names(), count), codes, strict=False), 1)
    ]


def _names() -> Iterator[str]:
    for before in _BEFORE:
        for end in _ENDS:
            for brand in BRANDS:
                yield f"{before} {brand}{end}".strip() + MARK


SYSTEMS_IN_SET = 809
"""As many as the first City Tools mapped; a set's returns name more, of which so many are drawn."""

_SEED_STEP = 1_000_000
"""Seeds of sets lie this far apart, so that no set of one nation is a set of another."""


@dataclass(frozen=True)
class BodySet:
    """What one set of bodies has returned; bodies are named by slug."""

    systems: list[Row]
    contracts: list[Row]
    returns: list[Row]
    levels: list[Row]


@dataclass(frozen=True)
class Nation:
    """As many sets of bodies as the systems need; the last set tells only what is left to tell."""

    fixtures: Path
    systems: int
    seed: int

    def __post_init__(self) -> None:
        if not 1 <= self.systems <= self.max_systems:
            raise ValueError(
                f"{self.systems} systems: write 1 to {self.max_systems}, for which there are names."
            )

    @cached_property
    def max_systems(self) -> int:
        """The most systems for whose bodies there are names."""
        return (MAX_PLACES // len(self._reference.boroughs) + 1) * SYSTEMS_IN_SET

    @property
    def sets(self) -> int:
        """How many sets of 33 bodies."""
        return -(-self.systems // SYSTEMS_IN_SET)

    @cached_property
    def _reference(self) -> ReferenceData:
        return replace(read_reference_data(self.fixtures), evidence=frozenset())

    @property
    def frameworks(self) -> list[Row]:
        """Rows of frameworks.csv."""
        rows = framework_rows(self._reference)
        return [{**as_real_thing(row), "source": _NOTE} for row in rows]

    @cached_property
    def catalogues(self) -> list[Catalogue]:
        """Markets, each served by makers of its own: the nation's grow with its size's root."""
        seeds = range(isqrt(self.sets))
        return [
            _with_number(invent_catalogue(self._reference, self.seed + extra), extra + 1)
            for extra in seeds
        ]

    @cached_property
    def bodies(self) -> list[Row]:
        """The invented bodies, set by set, with a London borough's size each."""
        codes = frozenset(row["code"] for row in read_rows(self.fixtures / "boroughs.csv"))
        like = list(self._reference.boroughs.values())
        places = invent_places(codes, (self.sets - 1) * len(like))
        return [
            {**place, "population": str(like[at % len(like)].population), "population_year": "2021"}
            for at, place in enumerate(places)
        ]

    def body_sets(self) -> Iterator[BodySet]:
        """Set after set."""
        for number in range(self.sets):
            yield self._set(number, self.systems - number * SYSTEMS_IN_SET)

    def _set(self, number: int, room: int) -> BodySet:
        seed = self.seed * _SEED_STEP + number
        catalogue = self.catalogues[number % len(self.catalogues)]
        names = self._names(number)
        boroughs = {
            borough: replace(known, code=names[borough]["code"])
            for borough, known in self._reference.boroughs.items()
        }
        reference = replace(self._reference, boroughs=boroughs)
        days = return_days(reference, seed)
        returned = system_rows(reference, catalogue, days, seed)
        places = sorted(stream(seed, "set").sample(range(len(returned)), SYSTEMS_IN_SET))
        every = [returned[place] for place in places]
        systems = every[:room]
        contracts = _with_all_systems(
            contract_rows(reference, catalogue, every, days, seed), systems
        )
        returns = return_rows(days, earlier_skill_return_days(days, seed))
        return BodySet(
            [as_evidence(_system(row, names), "borough") for row in systems],
            [
                as_evidence(_contract(row, names, {row["key"]: row for row in systems}), "lead")
                for row in _with_unique_titles(contracts)
            ],
            [as_evidence(_with_slugs(row, names, "borough"), "borough") for row in returns],
            [
                as_evidence(_with_slugs(row, names, "borough"), "borough")
                for row in skill_rows(reference, days, seed)
            ],
        )

    def _names(self, number: int) -> dict[str, Row]:
        """The body that stands in a set for each of London's 33."""
        if number == 0:
            known = self._reference.boroughs
            return {slug: {"slug": slug, "code": borough.code} for slug, borough in known.items()}
        size = len(self._reference.boroughs)
        return dict(
            zip(
                self._reference.boroughs,
                self.bodies[(number - 1) * size : number * size],
                strict=True,
            )
        )


def as_evidence(row: Row, body: str) -> Row:
    """A fact as the return of the body that the column `body` names would state it."""
    address = f"{SOURCE}returns/{row[body]}"
    return {**row, "source_kind": "return", "source_url": address, "confidence": "high"}


def as_real_thing(row: Row) -> Row:
    """A product, supplier or framework without the demonstration's mark."""
    return {**row, "note": _NOTE, "illustrative": "no"}


def _with_slugs(row: Row, names: dict[str, Row], *columns: str) -> Row:
    """A row about the bodies of the set, in place of London's."""
    slugs = {
        column: "; ".join(names[name]["slug"] for name in row[column].split("; ") if name)
        for column in columns
    }
    return {**row, **slugs}


def _system(row: Row, names: dict[str, Row]) -> Row:
    borough = row["borough"]
    key = names[borough]["slug"] + row["key"].removeprefix(borough)
    return {**_with_slugs(row, names, "borough"), "key": key}


def _contract(row: Row, names: dict[str, Row], systems: dict[str, Row]) -> Row:
    """The database makes its key: many a lead has two of one title and year."""
    covered = (_system(systems[key], names)["key"] for key in row["systems"].split("; "))
    own = {"key": "", "systems": "; ".join(covered)}
    return {**_with_slugs(row, names, "lead", "partners"), **own}


def _with_all_systems(contracts: list[Row], systems: list[Row]) -> list[Row]:
    """The contracts whose systems are all in the set."""
    keys = {system["key"] for system in systems}
    return [row for row in contracts if keys.issuperset(row["systems"].split("; "))]


def _with_unique_titles(contracts: list[Row]) -> list[Row]:
    """Contracts of one lead, title and start told apart, as the database asks."""
    seen: Counter[tuple[str, str, str]] = Counter()
    rows = []
    for row in contracts:
        named = (row["lead"], row["title"], row["starts_on"])
        seen[named] += 1
        title = row["title"] if seen[named] == 1 else f"{row['title']}, lot {seen[named]}"
        rows.append({**row, "title": title})
    return rows


def _with_number(catalogue: Catalogue, number: int) -> Catalogue:
    """A market whose names bear its number, but for the first."""
    if number == 1:
        return catalogue

    def named(name: str) -> str:
        return name.removesuffix(MARK) + f" {number}{MARK}" if name else ""

    def renamed(product: IllustrativeProduct) -> IllustrativeProduct:
        maker, former = named(product.manufacturer), named(product.former_name)
        return replace(product, name=named(product.name), manufacturer=maker, former_name=former)

    return Catalogue(
        tuple(map(named, catalogue.suppliers)),
        tuple(map(named, catalogue.resellers)),
        tuple(map(renamed, catalogue.products)),
    )


def ownership_rows(catalogue: Catalogue, seed: int) -> list[Row]:
    """Some makers belong to one further up the list, so that no circle arises."""
    rng = stream(seed, "ownerships", catalogue.suppliers[0])
    ownerships = []
    for at, name in enumerate(catalogue.suppliers[1:], 1):
        if happens(rng, 20):
            owner = catalogue.suppliers[rng.randrange(at)]
            since = str(2012 + rng.randrange(14))
            ownerships.append({"supplier": name, "owner": owner, "since": since})
    return ownerships
