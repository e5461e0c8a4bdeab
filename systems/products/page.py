"""Who runs a product, for which function, hosted where, and how happy they are."""

import datetime
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from django.contrib.postgres.aggregates import ArrayAgg
from django.db.models import Count, Q, QuerySet

from citytools.charts import Chart, dot_plot
from citytools.facts.statistics import ScaleAnswers
from citytools.lists.prepared_query import PreparedCounts, PreparedQuery
from contracts.models import Contract
from systems.costs import Costs
from systems.models import Function, Hosting, Product, System, SystemQuerySet

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


@PreparedQuery
def latest_contracts(product: int, today: datetime.date) -> QuerySet[Contract]:
    """Ten of the contracts that pay for its systems, those that end next first."""
    contracts = Contract.objects.for_systems(System.objects.filter(product=product))
    return contracts.for_list().soonest_first(today)[:10]


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
