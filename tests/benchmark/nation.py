"""An invented nation: the demonstration told once for each set of 33 bodies, to any size.

The first set are London's 33 themselves; the bodies of the others are places that do not exist.
Nothing real but reference data is in it: boroughs, functions and skills. As in the demonstration,
the same seed gives the same rows on every machine.
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import islice, product
from math import isqrt
from pathlib import Path

from citytools.management.demonstration.contracts import contract_rows, key
from citytools.management.demonstration.market import BRANDS, MARK, Catalogue, Product, catalogue
from citytools.management.demonstration.random_draws import happens, stream
from citytools.management.demonstration.reference_data import (
    Framework,
    Row,
    World,
    read,
    rows,
    slug,
)
from citytools.management.demonstration.returns import (
    SYSTEMS,
    earlier_skills,
    received,
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
_SIGNS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"

MOST = len(_BEFORE) * len(_ENDS) * len(BRANDS)
"""As many places as the words give."""


def places(taken_codes: frozenset[str], count: int) -> list[Row]:
    """Rows of name, slug, code and gss_code; the first ones are the same however many are asked.

    A code is three signs, as on a tile, and none of the taken ones. No GSS code begins with X.
    """
    if count > MOST:
        raise ValueError(f"{count} places are more than the {MOST} that can be named.")
    codes = (code for code in map("".join, product(_SIGNS, repeat=3)) if code not in taken_codes)
    return [
        {"name": name, "slug": slug(name), "code": code, "gss_code": f"X{number:08}"}
        for number, (name, code) in enumerate(zip(islice(_names(), count), codes, strict=False), 1)
    ]


def _names() -> Iterator[str]:
    for before in _BEFORE:
        for end in _ENDS:
            for brand in BRANDS:
                yield f"{before} {brand}{end}".strip() + MARK


_YEARS = frozenset(str(year) for year in range(2016, 2027))
_APART = 1_000_000
"""Seeds of sets lie this far apart, so that no set of one nation is a set of another."""


@dataclass(frozen=True)
class Told:
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
        if not 1 <= self.systems <= self.most:
            raise ValueError(
                f"{self.systems} systems: write 1 to {self.most}, for which there are names."
            )

    @cached_property
    def most(self) -> int:
        """The most systems for whose bodies there are names."""
        return (MOST // len(self._world.boroughs) + 1) * SYSTEMS

    @property
    def sets(self) -> int:
        """How many sets of 33 bodies."""
        return -(-self.systems // SYSTEMS)

    @cached_property
    def _world(self) -> World:
        return replace(read(self.fixtures), frameworks=self.frameworks, real_systems=())

    @cached_property
    def frameworks(self) -> tuple[Framework, ...]:
        """Frameworks, more of them in a larger nation."""
        count = 4 + isqrt(self.sets)
        return tuple(Framework(f"Imaginary framework {one}{MARK}", _YEARS) for one in range(count))

    @cached_property
    def shops(self) -> list[Catalogue]:
        """Markets, each served by makers of its own: the nation's grow with its size's root."""
        seeds = range(isqrt(self.sets))
        return [_numbered(catalogue(self._world, self.seed + one), one + 1) for one in seeds]

    @cached_property
    def bodies(self) -> list[Row]:
        """The invented bodies, set by set, with a London borough's size each."""
        codes = frozenset(row["code"] for row in rows(self.fixtures / "boroughs.csv"))
        like = list(self._world.boroughs.values())
        found = places(codes, (self.sets - 1) * len(like))
        return [
            {
                **place,
                "population": str(like[at % len(like)].population),
                "population_year": "2021",
            }
            for at, place in enumerate(found)
        ]

    def told(self) -> Iterator[Told]:
        """Set after set."""
        for number in range(self.sets):
            yield self._set(number, self.systems - number * SYSTEMS)

    def _set(self, number: int, room: int) -> Told:
        seed = self.seed * _APART + number
        shop = self.shops[number % len(self.shops)]
        names = self._names(number)
        boroughs = {
            borough: replace(known, code=names[borough]["code"])
            for borough, known in self._world.boroughs.items()
        }
        world = replace(self._world, boroughs=boroughs)
        days = received(world, seed)
        every = system_rows(world, shop, days, seed)
        systems = every[:room]
        contracts = _covered(contract_rows(world, shop, every, days, seed), systems)
        returns = return_rows(days, earlier_skills(days, seed))
        return Told(
            [_moved(row, names, "borough") for row in systems],
            [_contract(row, names) for row in _apart(contracts)],
            [_moved(row, names, "borough") for row in returns],
            [_moved(row, names, "borough") for row in skill_rows(world, days, seed)],
        )

    def _names(self, number: int) -> dict[str, Row]:
        """The body that stands in a set for each of London's 33."""
        if number == 0:
            known = self._world.boroughs
            return {one: {"slug": one, "code": borough.code} for one, borough in known.items()}
        size = len(self._world.boroughs)
        return dict(
            zip(self._world.boroughs, self.bodies[(number - 1) * size : number * size], strict=True)
        )


def _moved(row: Row, names: dict[str, Row], *columns: str) -> Row:
    """A row about the bodies of the set, in place of London's."""
    moved = {
        column: "; ".join(names[one]["slug"] for one in row[column].split("; ") if one)
        for column in columns
    }
    return {**row, **moved}


def _contract(row: Row, names: dict[str, Row]) -> Row:
    parts = (one.split("/", 1) for one in row["systems"].split("; "))
    systems = "; ".join(f"{names[borough]['slug']}/{rest}" for borough, rest in parts)
    return {**_moved(row, names, "lead", "partners"), "systems": systems}


def _covered(contracts: list[Row], systems: list[Row]) -> list[Row]:
    """The contracts all of whose systems are told."""
    told = {key(system) for system in systems}
    return [row for row in contracts if told.issuperset(row["systems"].split("; "))]


def _apart(contracts: list[Row]) -> list[Row]:
    """Contracts of one lead, title and start told apart, as the database asks."""
    seen: Counter[tuple[str, str, str]] = Counter()
    apart = []
    for row in contracts:
        named = (row["lead"], row["title"], row["starts_on"])
        seen[named] += 1
        title = row["title"] if seen[named] == 1 else f"{row['title']}, lot {seen[named]}"
        apart.append({**row, "title": title})
    return apart


def _numbered(shop: Catalogue, number: int) -> Catalogue:
    """A market whose names bear its number, but for the first."""
    if number == 1:
        return shop

    def named(name: str) -> str:
        return name.removesuffix(MARK) + f" {number}{MARK}" if name else ""

    def product(one: Product) -> Product:
        maker, former = named(one.manufacturer), named(one.former_name)
        return replace(one, name=named(one.name), manufacturer=maker, former_name=former)

    return Catalogue(
        tuple(map(named, shop.suppliers)),
        tuple(map(named, shop.resellers)),
        tuple(map(product, shop.products)),
    )


def ownership_rows(shop: Catalogue, seed: int) -> list[Row]:
    """Some makers belong to one further up the list, so that no circle arises."""
    dice = stream(seed, "ownerships", shop.suppliers[0])
    found = []
    for at, name in enumerate(shop.suppliers[1:], 1):
        if happens(dice, 20):
            owner = shop.suppliers[dice.randrange(at)]
            since = str(2012 + dice.randrange(14))
            found.append({"supplier": name, "owner": owner, "since": since})
    return found


def framework_rows(frameworks: tuple[Framework, ...]) -> list[Row]:
    """Frameworks with the columns of frameworks.csv."""
    return [
        {"name": one.name, "slug": slug(one.name), "source": "Invented for demonstration."}
        for one in frameworks
    ]
