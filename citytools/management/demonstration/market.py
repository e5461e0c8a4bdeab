"""Invented suppliers and products: some suites that many run, and a long tail.

Nobody will take their names for real: villages that do not exist, and words for daydreams. Every
one ends in "(invented)". A name that equals, contains, or is contained in a real one is passed
over, so that new real facts never make an invented name lie.
"""

import random
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from itertools import cycle

from citytools.management.demonstration.random_draws import happens, stream, weighted_choice
from citytools.management.demonstration.reference_data import (
    ASSUMPTIONS,
    ReferenceData,
    Row,
    clashing_names,
    read_rows,
    slugify,
    split_cell,
)

MARK = " (invented)"


def _names(kind: str) -> tuple[str, ...]:
    rows = read_rows(ASSUMPTIONS / "names.csv")
    return tuple(row["name"] for row in rows if row["kind"] == kind)


SUPPLIERS, RESELLERS, BRANDS = map(_names, ("supplier", "reseller", "brand"))
FRAMEWORKS, BUYING_BODIES = map(_names, ("framework", "buying body"))


def free_names(bare_names: Iterable[str], taken: Iterable[str]) -> Iterator[str]:
    """The names with their mark, without those that clash with a name already taken."""
    taken = tuple(taken)
    for bare in bare_names:
        if not clashing_names(bare + MARK, taken):
            yield bare + MARK


_MAKERS = 42
_LARGE_MAKERS = 10
HOSTING = {
    "saas": 42, "supplier_hosted": 26, "on_premises": 16,
    "council_cloud": 11, "shared": 3, "outsourced": 2,
}  # fmt: skip


@dataclass(frozen=True)
class IllustrativeProduct:
    """An invented product, and how it tends to be run and liked."""

    name: str
    manufacturer: str
    functions: tuple[str, ...]
    former_name: str
    popularity: int
    hosting: str
    liking: int  # tenths of a point: the satisfaction around which its users' views lie


@dataclass(frozen=True)
class Catalogue:
    """All that can be bought in the invented market."""

    suppliers: tuple[str, ...]
    resellers: tuple[str, ...]
    products: tuple[IllustrativeProduct, ...]

    @cached_property
    def by_name(self) -> dict[str, IllustrativeProduct]:
        return {product.name: product for product in self.products}

    @cached_property
    def by_function(self) -> dict[str, list[IllustrativeProduct]]:
        """The products made for each function, suites first."""
        by_function: dict[str, list[IllustrativeProduct]] = defaultdict(list)
        for product in self.products:
            for function in product.functions:
                by_function[function].append(product)
        return by_function


def invent_catalogue(reference: ReferenceData, seed: int) -> Catalogue:
    """Suppliers, resellers and products, none of whose names touches a real one."""
    suppliers = list(free_names(SUPPLIERS, reference.real_names))[:_MAKERS]
    resellers = tuple(free_names(RESELLERS, reference.real_names))
    market = _Market(reference, suppliers, stream(seed, "products"))
    products = (*_suites(reference, market), *_single_products(reference, market))
    return Catalogue(tuple(suppliers), resellers, products)


class _Market:
    """Who makes the next product, and what it is called; no name is used twice."""

    def __init__(self, reference: ReferenceData, suppliers: list[str], rng: random.Random) -> None:
        self.taken = list(reference.real_names)
        self.large = suppliers[:_LARGE_MAKERS]
        self.small = cycle(suppliers[_LARGE_MAKERS:])
        self.rng = rng
        self.count = 0

    def product(
        self, word: str, functions: tuple[str, ...], popularity: int
    ) -> IllustrativeProduct:
        """A new product; large suppliers make the popular ones."""
        self.count += 1
        large = happens(self.rng, 25 + popularity * 5)
        maker = self.rng.choice(self.large) if large else next(self.small)
        name = self._free_name(word, maker, popularity)
        former = self._free_name(word, maker, popularity) if happens(self.rng, 12) else ""
        hosting = weighted_choice(self.rng, HOSTING)
        liking = 18 + self.rng.randrange(31)
        return IllustrativeProduct(name, maker, functions, former, popularity, hosting, liking)

    def _free_name(self, word: str, maker: str, popularity: int) -> str:
        for name in free_names(self._ideas(word, maker, popularity), self.taken):
            self.taken.append(name)
            return name
        raise ValueError(
            f"Every name with “{word}” touches a real or a given one, as "
            f"“{BRANDS[0]} {word}” touches {clashing_names(f'{BRANDS[0]} {word}', self.taken)}: "
            f"change the word in assumptions.csv or suites.csv, or add a brand to names.csv."
        )

    def _ideas(self, word: str, maker: str, popularity: int) -> Iterator[str]:
        prefix = maker.split(" ")[0]
        if self.count % 9 == 0 and popularity < 6:
            yield f"{prefix} {word} Casework, Records and Performance Reporting Suite"
        if self.count % 2:
            yield f"{prefix} {word}"
        first = self.rng.randrange(len(BRANDS))
        for brand in BRANDS[first:] + BRANDS[:first]:
            yield f"{brand} {word}"


def _suites(reference: ReferenceData, market: _Market) -> Iterator[IllustrativeProduct]:
    for row in _suite_rows():
        functions = tuple(
            name for name in split_cell(row["functions"]) if name in reference.functions
        )
        for rival in range(int(row["rivals"])):
            yield market.product(row["word"], functions, popularity=12 // (rival + 1))


def _single_products(reference: ReferenceData, market: _Market) -> Iterator[IllustrativeProduct]:
    covered = [
        function
        for row in _suite_rows()
        for function in split_cell(row["functions"]) * int(row["rivals"])
    ]
    for function in reference.functions.values():
        for rank in range(covered.count(function.name), function.products):
            popularity = (10, 5, 3, 1)[rank]
            yield market.product(function.word, (function.name,), popularity)


def _suite_rows() -> list[Row]:
    return read_rows(ASSUMPTIONS / "suites.csv")


def supplier_rows(catalogue: Catalogue, seed: int) -> list[Row]:
    """suppliers.csv; no company numbers, since any number might be a real company's."""
    rng = stream(seed, "suppliers")
    return [
        {
            "name": name,
            "slug": slugify(name),
            "sme": "yes" if happens(rng, 62) else "no",
            "vcse": "yes" if happens(rng, 5) else "no",
            "note": "Invented for demonstration.",
            "illustrative": "yes",
        }
        for name in (*catalogue.suppliers, *catalogue.resellers)
    ]


def framework_rows(reference: ReferenceData) -> list[Row]:
    """frameworks.csv; call-offs from real frameworks would be invented under a real name."""
    return [
        {
            "name": name,
            "slug": slugify(name),
            "reference": f"DEMO-F{number}",
            "provider": BUYING_BODIES[number % len(BUYING_BODIES)] + MARK,
            "source": "Invented for demonstration.",
            "illustrative": "yes",
        }
        for number, name in enumerate(framework_names(reference), start=1)
    ]


def framework_names(reference: ReferenceData) -> list[str]:
    """The invented frameworks, none of whose names touches a real one."""
    return list(free_names(FRAMEWORKS, reference.real_names))


def product_rows(catalogue: Catalogue) -> list[Row]:
    """products.csv."""
    return [
        {
            "name": product.name,
            "slug": slugify(product.name),
            "manufacturer": product.manufacturer,
            "functions": "; ".join(product.functions),
            "former_names": product.former_name,
            "certainty": "to_verify",
            "note": "Invented for demonstration.",
            "in_house_or_public": "no",
            "illustrative": "yes",
        }
        for product in catalogue.products
    ]
