"""Who runs a product, for which function, hosted where, and how happy they are."""

import datetime
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import groupby
from typing import Any

from django.contrib.postgres.aggregates import ArrayAgg
from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet, Window
from django.db.models.functions import Lag
from django.utils import timezone

from boroughs.models import Borough
from citytools.charts import Chart, dot_plot
from citytools.facts.statistics import Range, ScaleAnswers, median_range
from citytools.lists.prepared_query import PreparedCounts, PreparedQuery
from citytools.worlds.addresses import page_address
from contracts.models import Contract, Vat
from systems.models import Function, Hosting, Product, Status, System, SystemQuerySet

# Systems shown on one page.
MAX_SYSTEMS_ON_PAGE = 300


@dataclass(frozen=True)
class ProductUse:
    """The known systems of a product; `rows` are the first of them by function and borough.

    `contracts` counts those that pay for them.

    `boroughs` counts those of the 33; `idle` the systems that are not in use;
    `hosting` holds (where, systems), most first, not known last.
    """

    rows: Sequence[System]
    systems: int
    contracts: int
    boroughs: int
    idle: int
    hosting: Sequence[tuple[str, int]]
    satisfaction: ScaleAnswers

    @property
    def by_function(self) -> list[tuple[Function, list[System]]]:
        return [
            (function, list(members))
            for function, members in groupby(self.rows, lambda system: system.function)
        ]

    @property
    def functions(self) -> list[Function]:
        """The functions for which the rows are run, in their order."""
        return [function for function, _ in self.by_function]

    @property
    def more(self) -> int:
        return self.systems - len(self.rows)


def product_use(product: int) -> ProductUse:
    """The use of the product of that key; four queries."""
    counts = _product_counts(product)
    return ProductUse(
        _product_systems(product),
        counts["systems"],
        counts["contracts"],
        counts["boroughs"],
        counts["idle"],
        hosting_counts(product),
        satisfaction_answers(product),
    )


@PreparedCounts
def _product_counts(product: int) -> dict[str, QuerySet[Any]]:
    """Its systems, those of them not in use, the boroughs of the 33 that have any; contracts."""
    systems = System.objects.filter(product=product)
    return {
        "systems": systems.values("pk"),
        "idle": systems.not_in_use().values("pk"),
        "boroughs": systems.of_the_33().order_by().values("borough").distinct(),
        "contracts": Contract.objects.for_systems(systems).values("pk"),
    }


@PreparedQuery
def _product_systems(product: int) -> SystemQuerySet:
    ordered = (
        System.objects.filter(product=product)
        .for_list()
        .order_by("function__position", "function_id", "borough__name", "pk")
    )
    return ordered[:MAX_SYSTEMS_ON_PAGE]


def hosting_counts(product: int) -> list[tuple[str, int]]:
    """(where its systems run, how many), most first, not known last."""
    labels = {str(value): str(label) for value, label in Hosting.choices}
    rows = _systems_by_hosting(product)
    rows.sort(key=lambda row: row[0] == "")  # stable: the others keep their order
    return [(labels.get(value, "not known"), count) for value, count in rows]


@PreparedQuery
def _systems_by_hosting(product: int) -> QuerySet[Any]:
    systems = System.objects.filter(product=product).order_by().values_list("hosting")
    counts: QuerySet[Any] = systems.annotate(systems=Count("pk"))
    return counts.order_by("-systems", "hosting")


def satisfaction_answers(product: int) -> ScaleAnswers:
    """The boroughs' own views of its systems in use, 1 to 5."""
    rows = _systems_by_satisfaction(product)
    scores = [score for score, count in rows if score is not None for _ in range(count)]
    return ScaleAnswers(scores, sum(count for _, count in rows))


@PreparedQuery
def _systems_by_satisfaction(product: int) -> QuerySet[Any]:
    used = System.objects.in_use().filter(product=product)
    scores = used.order_by().values_list("satisfaction")
    counts: QuerySet[Any] = scores.annotate(systems=Count("pk"))
    return counts.order_by("satisfaction")


# Two signs are read. In one borough and function, a product that is being retired or is retired
# stands beside one that is planned, being put in or live: the borough moves, or has moved, from
# the one to the other. And a record whose product was changed: a move, or a mistake put right;
# which of the two the history cannot tell, so it is said as it is.

MAX_MOVES = 200
LEAVING = (Status.RETIRING, Status.RETIRED)
ARRIVING = (Status.PLANNED, Status.IMPLEMENTING, Status.LIVE)


@dataclass(frozen=True)
class Move:
    """One borough's move for one function; `sign` says in words what it is read from."""

    borough: Borough
    function: Function
    before: Product
    after: Product
    sign: str
    address: str


def moves_involving(product: Product) -> list[Move]:
    """Moves to and from a product, by borough; four queries."""
    moves = [*_side_by_side(product.pk), *_moves_in_history(product)]
    return sorted(moves, key=lambda move: (move.borough.name, move.function.position, move.address))


def _side_by_side(product: int) -> Iterator[Move]:
    places = {(system.borough_id, system.function_id): system for system in _moving(product)}
    for rival in _moving_beside(product) if places else ():
        system = places.get((rival.borough_id, rival.function_id))
        if system and (system.status in LEAVING) != (rival.status in LEAVING):
            yield _move(*((system, rival) if system.status in LEAVING else (rival, system)))


@PreparedQuery
def _moving(product: int) -> SystemQuerySet:
    moving = System.objects.filter(status__in=[*LEAVING, *ARRIVING], product=product)
    return moving.for_list().order_by("borough__name", "pk")[:MAX_MOVES]


@PreparedQuery
def _moving_beside(product: int) -> SystemQuerySet:
    """Systems of other products where a borough has the product for the same function."""
    moving = System.objects.filter(status__in=[*LEAVING, *ARRIVING])
    same_place = {"borough": OuterRef("borough"), "function": OuterRef("function")}
    beside = moving.exclude(product=product).filter(
        Exists(moving.filter(product=product, **same_place))
    )
    return beside.for_list().order_by("borough__name", "pk")[:5000]


def _move(old: System, new: System) -> Move:
    leaving, arriving = old.get_status_display().lower(), new.get_status_display().lower()
    return Move(
        old.borough,
        old.function,
        old.product,
        new.product,
        f"The one is {leaving}, the other {arriving}",
        new.get_absolute_url(),
    )


def _moves_in_history(product: Product) -> Iterator[Move]:
    events = System.pgh_event_model.objects  # type: ignore[attr-defined]
    # As a list: as a subquery PostgreSQL ran it for each event where it had no statistics
    concerned = events.filter(product=product).values_list("pgh_obj_id", flat=True)
    systems = System.objects.filter(pk__in=concerned).order_by("pk")
    keys = list(systems.values_list("pk", flat=True)[:5000])
    changes = list(
        events.filter(pgh_obj_id__in=keys)
        .annotate(before=Window(Lag("product_id"), partition_by="pgh_obj_id", order_by="pgh_id"))
        .filter(Q(product=product) | Q(before=product.pk))
        .exclude(before=None)
        .exclude(before=F("product_id"))
        .select_related("borough", "function", "product")
        .order_by("pgh_id")[:MAX_MOVES]
    )
    befores = Product.objects.in_bulk({event.before for event in changes})
    for event in changes:
        if event.before in befores:
            yield Move(
                event.borough,
                event.function,
                befores[event.before],
                event.product,
                f"The record was changed on {timezone.localtime(event.pgh_created_at):%-d %B %Y}: "
                "a move, or a mistake put right",
                page_address("systems:detail", event.key),
            )


# Products shown for one function.
MAX_PRODUCTS = 5
# Pairs of function and product that are read.
MAX_ALTERNATIVES = 1000


@dataclass(frozen=True)
class ProductAlternative:
    """Another product for a function: which of the 33 run it, and how happy they are."""

    product: Product
    boroughs: Sequence[str]
    satisfaction: ScaleAnswers


def any_rated(alternatives: Iterable[tuple[Function, Sequence[ProductAlternative], int]]) -> bool:
    """Whether any borough has said how satisfied it is with one of them."""
    return any(other.satisfaction.n for _, others, _ in alternatives for other in others)


def alternatives_to(
    functions: Iterable[Function],
    without: Iterable[Product],
    limit: int = MAX_PRODUCTS,
) -> list[tuple[Function, list[ProductAlternative], int]]:
    """(function, its most widely run other products, how many more there are); two queries.

    Functions stand in their order; one without any other product is left out.
    """
    rows = _alternative_rows(functions, without)
    products = Product.objects.select_related("manufacturer").in_bulk(
        {row["product"] for row in rows}
    )
    names = {function.pk: function for function in functions}
    result = []
    for key, group in groupby(rows, lambda row: row["function"]):
        alternatives = [
            ProductAlternative(
                products[row["product"]],
                row["boroughs"],
                ScaleAnswers(row["scores"], len(row["boroughs"])),
            )
            for row in group
        ]
        result.append((names[key], alternatives[:limit], len(alternatives[limit:])))
    return result


def _alternative_rows(
    functions: Iterable[Function], without: Iterable[Product]
) -> list[dict[str, Any]]:
    """A row for each function and product, most boroughs first."""
    systems = System.objects.in_use().of_the_33()
    rows = systems.filter(function__in=functions).exclude(product__in=without).order_by()
    counts = rows.values("function", "product").annotate(
        running=Count("borough", distinct=True),
        boroughs=ArrayAgg("borough__name", order_by="borough__name"),
        scores=ArrayAgg("satisfaction", filter=Q(satisfaction__isnull=False), default=[]),
    )
    order = ("function__position", "function", "-running", "product__name", "product")
    ordered: Any = counts.order_by(*order)
    return list(ordered[:MAX_ALTERNATIVES])


# Only what can be compared is: contracts that run today, state a yearly value, and pay for this
# product alone. A shared contract counts once, over the residents of every borough that shares
# it. A cost for each user needs the users of every system that the contract pays for; who uses
# two functions is counted in both. Values are as stated, whatever their VAT basis, which is said.

MAX_CONTRACTS = 2000


@dataclass(frozen=True)
class Cost:
    """One contract's yearly pounds for each 1,000 residents and each user; None: not known."""

    contract: Contract
    value: Decimal
    residents: int | None
    users: int | None

    @property
    def each_thousand(self) -> Decimal | None:
        """Pounds a year for each 1,000 residents."""
        return _share(self.value * 1000, self.residents)

    @property
    def few_residents(self) -> bool:
        """Whether the City of London pays it alone: no rate of its residents is like others’."""
        bodies = [self.contract.lead, *self.contract.partners.all()]
        return all(body.has_few_residents for body in bodies)

    @property
    def each_user(self) -> Decimal | None:
        """Pounds a year for each user."""
        return _share(self.value, self.users)


def _share(pounds: Decimal, people: int | None) -> Decimal | None:
    # With nobody to share it, a cost is neither zero nor infinite: nothing can be said
    return round(pounds / people, 2) if people else None


@dataclass(frozen=True)
class Costs:
    """The costs that can be compared, by lead borough, and how many cannot and why.

    `unpriced` running contracts state no yearly value; `mixed` pay for other products too,
    `services` for services beside IT.
    """

    rows: Sequence[Cost]
    unpriced: int
    mixed: int
    services: int = 0

    @property
    def thousands(self) -> list[Decimal]:
        """Every known cost for each 1,000 residents, without the City's own."""
        return [
            cost.each_thousand
            for cost in self.rows
            if cost.each_thousand is not None and not cost.few_residents
        ]

    @property
    def city(self) -> list[Cost]:
        """What the City of London pays alone, and no range holds."""
        return [cost for cost in self.rows if cost.few_residents and cost.each_thousand is not None]

    @property
    def users(self) -> list[Decimal]:
        """Every known cost for each user."""
        return [cost.each_user for cost in self.rows if cost.each_user is not None]

    @property
    def each_thousand(self) -> Range | None:
        """The typical cost for each 1,000 residents; None below 6 contracts."""
        return median_range(self.thousands)

    @property
    def each_user(self) -> Range | None:
        """The typical cost for each user; None below 6 contracts."""
        return median_range(self.users)

    @property
    def vat(self) -> list[str]:
        """'5 excluding VAT', '2 with the VAT basis not known': what the compared values hold."""
        counts = Counter(cost.contract.vat for cost in self.rows)
        words = {
            Vat.EXCLUDING: "excluding VAT",
            Vat.INCLUDING: "including VAT",
            "": "with the VAT basis not known",
        }
        return [f"{counts[basis]} {label}" for basis, label in words.items() if counts[basis]]


@PreparedQuery
def latest_contracts(product: int, today: datetime.date) -> QuerySet[Contract]:
    """Ten of the contracts that pay for its systems, those that end next first."""
    contracts = Contract.objects.for_systems(System.objects.filter(product=product))
    return contracts.for_list().soonest_first(today)[:10]


@PreparedQuery
def _running_contracts(product: int, today: datetime.date) -> QuerySet[Contract]:
    contracts = Contract.objects.for_systems(System.objects.filter(product=product))
    rows = contracts.running_on(today).select_related("lead", "supplier")
    ordered = rows.prefetch_related("partners", "systems").order_by("lead__name", "pk")
    return ordered[:MAX_CONTRACTS]


def product_costs(product: int, today: datetime.date) -> Costs:
    """The yearly costs of one product in the contracts of its systems; three queries."""
    comparable, mixed, unpriced, services = [], 0, 0, 0
    for contract in _running_contracts(product, today):
        covered = list(contract.systems.all())
        bodies = [contract.lead, *contract.partners.all()]
        if contract.includes_services:
            services += 1
        elif any(system.product_id != product for system in covered):
            mixed += 1
        elif contract.annual_value is None:
            unpriced += 1
        else:
            residents = _total([body.population or None for body in bodies])
            users = _total([system.users for system in covered])
            comparable.append(Cost(contract, contract.annual_value, residents, users))
    return Costs(comparable, unpriced, mixed, services)


def _total(counts: Sequence[int | None]) -> int | None:
    """The sum; None where a part of it is not known."""
    known = [count for count in counts if count is not None]
    return sum(known) if len(known) == len(counts) else None


def cost_each_thousand(costs: Costs) -> Chart | None:
    """What each compared contract costs for each 1,000 residents; None below 6 of them."""
    typical = costs.each_thousand
    if typical is None:
        return None
    return Chart(
        key="cost-each-thousand",
        title=f"Half of {typical.n} contracts cost £{typical.median:,.0f} a year or less for each "
        "1,000 residents",
        sentence=f"The typical cost lies between £{typical.low:,.0f} and £{typical.high:,.0f} with "
        f"95 % confidence: the values of rank {typical.first} and {typical.last} of {typical.n}, "
        "shown as a band. Each dot is a contract.",
        figure=dot_plot(costs.thousands, typical, "a year for each 1,000 residents"),
        head=("Contract", "A year", "Residents", "For each 1,000 residents"),
        rows=[
            (
                f"{cost.contract.title} ({cost.contract.lead})",
                f"£{cost.value:,.0f}",
                f"{cost.residents:,}",
                f"£{cost.each_thousand:,.2f}" + (", left out of the range" * cost.few_residents),
            )
            for cost in costs.rows
            if cost.each_thousand is not None
        ],
        source="Contracts that run today, state a yearly value and pay for this product alone, "
        "in the order of the boroughs that lead them. Residents: Census 2021.",
        height="short",
    )
