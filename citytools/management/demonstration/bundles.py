"""What the invented contracts cover: one system, several of a supplier, or several boroughs'."""

from collections import defaultdict
from dataclasses import dataclass

from citytools.management.demonstration.market import Catalogue
from citytools.management.demonstration.random_draws import happens, stream
from citytools.management.demonstration.reference_data import Row, World
from citytools.management.demonstration.returns import WITHOUT_CONTRACTS

CONTRACTS = 260
_SHARED = 12
_COVERED_FIRST = ("Housing", "Adult social care", "Children's services", "Revenues and benefits")
"""The service areas whose contracts are to show chances to buy together."""


@dataclass(frozen=True)
class Bundle:
    """Systems under one contract, and the boroughs whose contract it is, the lead first."""

    boroughs: tuple[str, ...]
    systems: tuple[Row, ...]

    @property
    def functions(self) -> tuple[str, ...]:
        """What the systems do, each once, in order."""
        return tuple(dict.fromkeys(system["function"] for system in self.systems))


def bundles(world: World, shop: Catalogue, systems: list[Row], seed: int) -> list[Bundle]:
    """As many bundles as there are contracts to invent; no system is in two."""
    open_systems = [
        system
        for system in systems
        if system["borough"] not in WITHOUT_CONTRACTS
        and system["status"] in ("live", "implementing", "retiring")
    ]
    shared = _shared(open_systems, seed)
    _remove(open_systems, shared)
    several = _several(shop, open_systems, seed)
    _remove(open_systems, several)
    singles = _singles(world, open_systems, CONTRACTS - len(shared) - len(several), seed)
    return sorted([*shared, *several, *singles], key=lambda bundle: key(bundle.systems[0]))


def _remove(systems: list[Row], covered: list[Bundle]) -> None:
    gone = {key(system) for bundle in covered for system in bundle.systems}
    systems[:] = [system for system in systems if key(system) not in gone]


def _shared(systems: list[Row], seed: int) -> list[Bundle]:
    dice = stream(seed, "shared contracts")
    runs: dict[tuple[str, str], list[Row]] = defaultdict(list)
    for system in systems:
        runs[system["function"], system["product"]].append(system)
    several = [pair for pair in sorted(runs) if len(runs[pair]) >= 3]
    found = []
    for pair in sorted(dice.sample(several, _SHARED)):
        boroughs = min(len(runs[pair]), dice.choice((2, 2, 3, 3, 4, 4, 5, 6)))
        together = dice.sample(runs[pair], boroughs)
        found.append(Bundle(tuple(system["borough"] for system in together), tuple(together)))
    return found


def _several(shop: Catalogue, systems: list[Row], seed: int) -> list[Bundle]:
    dice = stream(seed, "contracts for several systems")
    by_supplier: dict[tuple[str, str], list[Row]] = defaultdict(list)
    for system in systems:
        maker = shop.product(system["product"]).manufacturer
        by_supplier[system["borough"], maker].append(system)
    found = []
    for (borough, _maker), rows in sorted(by_supplier.items()):
        # Systems of one product stand together: a suite is bought as one.
        rows = sorted(rows, key=lambda row: (row["product"], row["function"]))[:4]
        if len(rows) > 1 and happens(dice, 55):
            found.append(Bundle((borough,), tuple(rows)))
    return found


def _singles(world: World, systems: list[Row], count: int, seed: int) -> list[Bundle]:
    dice = stream(seed, "contracts for one system")
    drawn = dice.sample(systems, len(systems))
    drawn.sort(key=lambda row: not _comes_first(world, row))
    if len(drawn) < count:
        raise ValueError(f"{len(drawn)} systems are too few for {count} more contracts.")
    return [Bundle((system["borough"],), (system,)) for system in drawn[:count]]


def _comes_first(world: World, system: Row) -> bool:
    return world.functions[system["function"]].service_area in _COVERED_FIRST


def key(system: Row) -> str:
    """How a contract names a system it covers."""
    return "/".join([system["borough"], system["function"], system["product"]])
