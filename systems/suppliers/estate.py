"""What London's 33 run of a supplier, and what else they run for the same functions."""

from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import groupby

from boroughs.models import Borough, Subject
from citytools.means import Answers
from systems.models import Function, Hosting, Product, Status, System, SystemQuerySet

MOST = 20_000
"""Systems that are read, more than London has."""


@dataclass(frozen=True)
class FunctionUse:
    """A function for which the supplier's products run: the systems of each, by borough.

    `answered` counts the boroughs whose answer on the function is known: they have a system in use
    for it, or their latest return on systems is complete.
    """

    function: Function
    choices: Sequence[tuple[Product, Sequence[System]]]
    answered: int

    @property
    def running(self) -> int:
        """How many of the 33 run any of the products for it."""
        return len({one.borough_id for _, systems in self.choices for one in systems})


@dataclass(frozen=True)
class ProductUse:
    """A product and its systems in use in the 33; none, where none is known."""

    product: Product
    systems: Sequence[System]

    @property
    def boroughs(self) -> int:
        """How many of the 33 run it."""
        return len({one.borough_id for one in self.systems})

    @property
    def satisfaction(self) -> Answers:
        """The boroughs' own views of it, 1 to 5."""
        given = [one.satisfaction for one in self.systems if one.satisfaction is not None]
        return Answers(given, len(self.systems))

    @property
    def hosting(self) -> list[tuple[str, int]]:
        """(where it runs, how many systems)."""
        return hosting(self.systems)


@dataclass(frozen=True)
class Estate:
    """Systems in use in the 33 for the functions in which the supplier's products run.

    `own` are of the supplier, `others` of other makers or of none known; both by function, product
    and borough. `idle` counts systems of its products that are retired or only planned. `complete`
    holds the boroughs whose latest return on systems is complete: what it leaves out is none.
    """

    own: Sequence[System]
    others: Sequence[System]
    idle: int
    complete: frozenset[int]

    @cached_property
    def boroughs(self) -> list[Borough]:
        """Those that run any of its products, by name."""
        return _by_name(one.borough for one in self.own)

    @cached_property
    def answered(self) -> frozenset[int]:
        """The boroughs of which it is known whether they run any of its products."""
        return self.complete | {one.borough_id for one in self.own}

    @cached_property
    def functions(self) -> list[FunctionUse]:
        """Each function, who runs what for it, and of how many that is known."""
        rows = []
        for function, systems in groupby(self.own, lambda one: one.function):
            products = groupby(systems, lambda one: one.product)
            choices = [(product, list(members)) for product, members in products]
            rows.append(FunctionUse(function, choices, len(self.known(function))))
        return rows

    def known(self, function: Function) -> set[int]:
        """The boroughs whose answer on one of the functions is known."""
        systems = (*self.own, *self.others)
        return {one.borough_id for one in systems if one.function == function} | self.complete

    @property
    def hosting(self) -> list[tuple[str, int]]:
        """(where they run, how many systems), in the order of the choices, not known last."""
        return hosting(self.own)

    @property
    def invented(self) -> int:
        """How many of its systems are invented for demonstration."""
        return sum(one.illustrative for one in self.own)

    def of_products(self, products: Iterable[Product]) -> list[ProductUse]:
        """Each product with its systems."""
        return [
            ProductUse(product, [one for one in self.own if one.product_id == product.pk])
            for product in products
        ]


def read(makers: Collection[int], *, illustrative: bool) -> Estate:
    """The estate of some makers, by primary key, together; three queries."""
    told = System.objects.filter(borough__in=Borough.objects.london())
    told = told if illustrative else told.real()
    running = told.in_use()
    theirs = told.filter(product__manufacturer__in=makers)
    functions = theirs.in_use().order_by().values("function")
    systems = list(_ordered(running.filter(function__in=functions)))
    idle = theirs.filter(status__in=[Status.RETIRED, Status.PLANNED]).count()
    complete = Borough.objects.complete(Subject.SYSTEMS, illustrative=illustrative)
    return Estate(
        [one for one in systems if one.product.manufacturer_id in makers],
        [one for one in systems if one.product.manufacturer_id not in makers],
        idle,
        frozenset(complete.values_list("pk", flat=True)),
    )


def products_of(makers: Collection[int], *, illustrative: bool) -> list[Product]:
    """What they make, by name; two queries."""
    products = Product.objects.filter(manufacturer__in=makers)
    found = products if illustrative else products.filter(illustrative=False)
    return list(found.for_list().order_by("name", "pk")[:500])


def hosting(systems: Iterable[System]) -> list[tuple[str, int]]:
    """(where they run, how many), in the order of the choices, not known last."""
    counts = Counter(one.hosting for one in systems)
    places = [*Hosting.choices, ("", "not known")]
    return [(str(label), counts[value]) for value, label in places if counts[value]]


def _ordered(systems: SystemQuerySet) -> SystemQuerySet:
    return systems.for_list().order_by(
        *("function__service_area__position", "function__service_area_id"),
        *("function__position", "function_id"),
        *("product__name", "product_id", "borough__name", "pk"),
    )[:MOST]


def _by_name(boroughs: Iterable[Borough]) -> list[Borough]:
    unique = {one.pk: one for one in boroughs}
    return sorted(unique.values(), key=lambda one: (one.name, one.pk))
