"""What the largest suppliers hold, and how far products have spread.

Each function returns one that takes the facts and measures them.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Sequence
from decimal import Decimal
from operator import attrgetter

from citytools.facts.statistics import (
    number_of_holders,
    share_of_largest,
    share_with_few_makers,
    top_share,
)
from contracts.models import Route
from research.metrics.base import Measurement, Picture, share
from research.metrics.facts import ContractFact, LondonFacts, SystemFact

Compute = Callable[[LondonFacts], Measurement]
MAX_SUPPLIERS_IN_PICTURE = 15
COMPETITIVE = (
    Route.OPEN, Route.RESTRICTED, Route.COMPETITIVE_FLEXIBLE, Route.FRAMEWORK_COMPETITION,
)  # fmt: skip
"""Routes on which suppliers tender against each other. A quote is no tender."""


def share_by_contracts(places: int) -> Compute:
    """The share of the largest by number of contracts."""
    return lambda facts: _top_of_contracts(places, facts, facts.in_sums)


def share_by_systems(places: int) -> Compute:
    """The share of the largest makers by number of systems in use."""

    def compute(facts: LondonFacts) -> Measurement:
        known = [system for system in facts.distinctive if system.maker is not None]
        holdings = [((system.maker_name, system.maker), Decimal(1)) for system in known]
        left_out, boroughs = len(facts.distinctive) - len(known), facts.boroughs_with(known)
        return _top(places, holdings, "Systems in use", boroughs, left_out)

    return compute


def share_by_pounds(field: str, head: str) -> Callable[[int], Compute]:
    """The share of the largest of the pounds in a field, for a number of places."""
    pounds: Callable[[ContractFact], Decimal | None] = attrgetter(field)

    def for_places(places: int) -> Compute:
        return lambda facts: _top_of_contracts(places, facts, facts.in_sums, pounds, head)

    return for_places


def share_in_competition(service_area: str, places: int) -> Compute:
    """The share of the largest of the contracts won in competition for a service area."""

    def compute(facts: LondonFacts) -> Measurement:
        won = [
            contract
            for contract in facts.in_sums
            if service_area in contract.service_areas and contract.route in COMPETITIVE
        ]
        return _top_of_contracts(places, facts, won)

    return compute


def _top_of_contracts(
    places: int,
    facts: LondonFacts,
    contracts: Sequence[ContractFact],
    amount: Callable[[ContractFact], Decimal | None] = lambda contract: Decimal(1),
    head: str = "Contracts",
) -> Measurement:
    """Of the contracts, those without a supplier or an amount are left out."""
    known = [
        contract
        for contract in contracts
        if contract.supplier is not None and amount(contract) is not None
    ]
    holdings = [
        ((contract.supplier_name, contract.supplier), amount(contract) or Decimal(0))
        for contract in known
    ]
    boroughs, left_out = facts.boroughs_with(contracts=known), len(contracts) - len(known)
    return _top(places, holdings, head, boroughs, left_out)


def _top(
    places: int,
    holdings: Sequence[tuple[tuple[str | None, int | None], Decimal]],
    head: str,
    boroughs: int,
    left_out: int,
) -> Measurement:
    """`holdings`: ((supplier's name, its primary key), amount) of each record counted."""
    totals: dict[tuple[str, int], Decimal] = defaultdict(Decimal)
    for (name, key), amount in holdings:
        totals[name or "", key or 0] += amount
    suppliers = sorted(totals.items(), key=lambda item: (-item[1], item[0]))
    top = top_share([amount for _, amount in suppliers], places)
    bars = [
        (name, float(round(amount))) for (name, _), amount in suppliers[:MAX_SUPPLIERS_IN_PICTURE]
    ]
    return share(
        top.amount,
        top.total,
        counted=len(holdings),
        boroughs=boroughs,
        left_out=left_out,
        picture=Picture(("Supplier", head), bars),
        attainable=share_of_largest(
            places,
            len(suppliers),
            len(holdings),
            "contracts" if head.startswith("Pounds") else head.lower(),
            pounds=head.startswith("Pounds"),
        ),
    )


def functions_with_few_makers(max_makers: int) -> Compute:
    """Functions with so many makers in use or fewer."""

    def compute(facts: LondonFacts) -> Measurement:
        makers: dict[int, set[int]] = {system.function: set() for system in facts.distinctive}
        known = [system for system in facts.distinctive if system.maker is not None]
        for system in known:
            makers[system.function].add(system.maker or 0)
        systems = Counter(system.function for system in known)
        numbers = Counter(len(several) for several in makers.values() if several)
        bars = [
            (f"{many} maker{'' if many == 1 else 's'}", float(functions))
            for many, functions in sorted(numbers.items())
        ]
        return share(
            sum(functions for many, functions in numbers.items() if many <= max_makers),
            numbers.total(),
            counted=numbers.total(),
            boroughs=facts.boroughs_with(known),
            left_out=len(makers) - numbers.total(),
            picture=Picture(("Makers in use", "Functions"), bars),
            attainable=share_with_few_makers([*systems.values()], max_makers),
        )

    return compute


def makers_for(functions: Sequence[str]) -> Compute:
    """Different makers in use for some functions, by slug."""

    def compute(facts: LondonFacts) -> Measurement:
        systems = [system for system in facts.distinctive if system.function_slug in functions]
        known = [system for system in systems if system.maker is not None]
        makers = Counter(system.maker_name or "" for system in known)
        return Measurement(
            Decimal(len(makers)) if makers else None,
            counted=len(known),
            boroughs=facts.boroughs_with(known),
            left_out=len(systems) - len(known),
            picture=Picture(("Maker", "Systems in use"), most_first(makers.items())),
            attainable=number_of_holders(len(known), f"{len(known)} systems in use"),
        )

    return compute


def most_first(counts: Iterable[tuple[str, int]]) -> list[tuple[str, float]]:
    """Bars by falling number, then by name."""
    return [(name, float(many)) for name, many in sorted(counts, key=lambda bar: (-bar[1], bar[0]))]


def boroughs_with(function: str, *, product: str = "", maker: str = "") -> Compute:
    """Boroughs with a product, or any of a maker, for a function, of those with any for it.

    All by slug.
    """

    def is_meant(system: SystemFact) -> bool:
        return bool(product and system.product_slug == product) or bool(
            maker and system.maker_slug == maker
        )

    def compute(facts: LondonFacts) -> Measurement:
        used = [system for system in facts.systems if system.function_slug == function]
        boroughs_by_product: dict[str, set[int]] = defaultdict(set)
        for system in used:
            boroughs_by_product[system.product_name].add(system.borough)
        known = facts.boroughs_with(used)
        return share(
            facts.boroughs_with(filter(is_meant, used)),
            known,
            counted=known,
            boroughs=known,
            left_out=facts.boroughs - known,
            picture=Picture(
                ("Product", "Boroughs"),
                most_first((name, len(them)) for name, them in boroughs_by_product.items()),
            ),
        )

    return compute
