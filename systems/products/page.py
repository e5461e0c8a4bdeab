"""Who runs a product, for which function, hosted where, and how happy they are."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby

from django.db.models import Count

from citytools.means import Answers
from systems.models import Function, Hosting, Product, Status, System, SystemQuerySet

MOST = 300
"""Systems shown on one page."""


@dataclass(frozen=True)
class Use:
    """The known systems of a product; `rows` are the first of them by function and borough.

    `boroughs` counts those of the 33; `idle` the systems that are retired or only planned;
    `hosting` holds (where, systems), most first, not known last.
    """

    rows: Sequence[System]
    systems: int
    boroughs: int
    idle: int
    hosting: Sequence[tuple[str, int]]
    satisfaction: Answers

    @property
    def by_function(self) -> list[tuple[Function, list[System]]]:
        """The rows under their functions."""
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
        """How many systems are not among the rows."""
        return self.systems - len(self.rows)


def of(systems: SystemQuerySet) -> Use:
    """The use of one product, or of several; five queries."""
    ordered = systems.for_list().order_by(
        "function__position", "function_id", "borough__name", "product__name", "pk"
    )
    counted = systems.order_by().values_list("status").annotate(systems=Count("pk"))
    statuses = dict(counted.order_by("status"))
    return Use(
        list(ordered[:MOST]),
        sum(statuses.values()),
        systems.borough_count(),
        statuses.get(Status.RETIRED, 0) + statuses.get(Status.PLANNED, 0),
        hosting(systems),
        satisfaction(systems),
    )


def known_of(product: Product, *, illustrative: bool = True) -> SystemQuerySet:
    """Every recorded use of a product, or the real ones alone."""
    systems = System.objects.filter(product=product)
    return systems if illustrative else systems.real()


def hosting(systems: SystemQuerySet) -> list[tuple[str, int]]:
    """(where they run, how many systems), most first, not known last."""
    labels = {str(value): str(label) for value, label in Hosting.choices}
    counts = systems.order_by().values_list("hosting").annotate(systems=Count("pk"))
    rows = list(counts.order_by("-systems", "hosting"))
    rows.sort(key=lambda row: row[0] == "")
    return [(labels.get(value, "not known"), count) for value, count in rows]


def satisfaction(systems: SystemQuerySet) -> Answers:
    """The boroughs' own views of systems in use, 1 to 5."""
    counts = systems.in_use().order_by().values_list("satisfaction").annotate(systems=Count("pk"))
    rows = list(counts.order_by("satisfaction"))
    given = [score for score, count in rows if score is not None for _ in range(count)]
    return Answers(given, sum(count for _, count in rows))
