"""What the page of one finding and the list of findings show, measured once each."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property

from citytools.charts import Chart
from research import quoting
from research.metrics import charts, figures
from research.metrics.definitions import METRICS
from research.metrics.figures import Figure
from research.models import Finding, MetricValue
from research.publications import citation, verdicts
from research.publications.citation import Citation
from research.publications.verdicts import Tested
from research.scope import Scope

MOST_DAYS = 2000
"""Days of a trend that are drawn."""


@dataclass(frozen=True)
class FindingPage:
    """A finding with every number it speaks of, as measured over a scope."""

    finding: Finding
    scope: Scope

    @cached_property
    def figures(self) -> dict[str, Figure]:
        """The numbers by key, that of the claim first."""
        return quoting.own(self.finding, quoting.measured([self.finding], self.scope))

    @property
    def in_order(self) -> list[Figure]:
        """The numbers as the page lists them."""
        return list(self.figures.values())

    @property
    def tested(self) -> Tested:
        """The claim held against the rows."""
        return verdicts.tested(self.finding, self.figures)

    @property
    def picture(self) -> Chart | None:
        """What the claim's number is made of."""
        figure = self.tested.figure
        return charts.picture_of(figure) if figure else None

    @cached_property
    def trend(self) -> Chart | None:
        """The recorded past of the claim's number, up to the day; real records only."""
        figure = self.tested.figure
        if figure is None:
            return None
        recorded = MetricValue.objects.filter(metric=figure.metric.key, on__lte=self.scope.on)
        newest = list(recorded.order_by("-on", "-pk")[:MOST_DAYS])
        return charts.trend(figure.metric, newest[::-1]) if newest else None

    def cited(self, absolute: Callable[[str], str]) -> Citation:
        """How to cite the page; `absolute` makes a path a whole address."""
        return citation.finding(self.finding, self.figures, self.scope, absolute)

    @property
    def rows(self) -> str:
        """The address of the rows behind the claim; empty where none measure the same."""
        figure = self.tested.figure
        return self.finding.rows or (figure.rows if figure else "")


def claims_tested(findings: Sequence[Finding], scope: Scope) -> list[Tested]:
    """Each finding with its verdict; every metric is measured once, however many speak of it."""
    measured = figures.figures([one.metric for one in findings if one.metric in METRICS], scope)
    return [verdicts.tested(one, measured) for one in findings]
