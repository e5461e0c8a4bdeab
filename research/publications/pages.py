"""What the page of one finding and the list of findings show, measured once each."""

import datetime
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from django.db.models import Q
from django.utils.dateformat import format as in_format
from django.utils.safestring import SafeString

from boroughs.models import Borough
from citytools.charts import Chart
from citytools.lists.filterset import FactFilterSet
from research.metrics import charts, figures
from research.metrics.base import Scope
from research.metrics.definitions import METRICS
from research.metrics.figures import MetricFigure
from research.models import CaseStudy, Finding, MetricValue, Recommendation, State
from research.publications import citation, text, verdicts
from research.publications.citation import Citation
from research.publications.verdicts import ClaimTest, Verdict
from systems.models import Function, Product

MAX_DAYS = 2000
"""Days of a trend that are drawn."""


@dataclass(frozen=True)
class FindingPage:
    """A finding with every number it speaks of, as measured over a scope."""

    finding: Finding
    scope: Scope

    @cached_property
    def figures(self) -> dict[str, MetricFigure]:
        """The numbers by key, that of the claim first."""
        return text.own_figures(self.finding, text.measure_quoted([self.finding], self.scope))

    @property
    def in_order(self) -> list[MetricFigure]:
        """The numbers as the page lists them."""
        return list(self.figures.values())

    @property
    def tested(self) -> ClaimTest:
        """The claim held against the rows."""
        return verdicts.run_claim_test(self.finding, self.figures)

    @property
    def picture(self) -> Chart | None:
        """What the claim's number is made of."""
        figure = self.tested.figure
        return charts.metric_chart(figure) if figure else None

    @cached_property
    def trend(self) -> Chart | None:
        """The recorded past of the claim's number, up to the day; real records only."""
        figure = self.tested.figure
        if figure is None:
            return None
        recorded = MetricValue.objects.filter(metric=figure.metric.key, on__lte=self.scope.on)
        newest = list(recorded.order_by("-on", "-pk")[:MAX_DAYS])
        return charts.trend_chart(figure.metric, newest[::-1]) if newest else None

    def cited(self, absolute: Callable[[str], str]) -> Citation:
        """How to cite the page; `absolute` makes a path a whole address."""
        return citation.cite_finding(self.finding, self.figures, self.scope, absolute)

    @property
    def rows(self) -> str:
        """The address of the rows behind the claim; empty where none measure the same."""
        figure = self.tested.figure
        return self.finding.rows or (figure.rows if figure else "")


def test_claims(findings: Sequence[Finding], scope: Scope) -> list[ClaimTest]:
    """Each finding with its verdict; every metric is measured once, however many speak of it."""
    measured = figures.figures_for(
        [finding.metric for finding in findings if finding.metric in METRICS], scope
    )
    return [verdicts.run_claim_test(finding, measured) for finding in findings]


@dataclass(frozen=True)
class AdviceNotice:
    """Why a recommendation may stand on less than it did."""

    said: str
    finding: Finding
    reason: str


@dataclass(frozen=True)
class Advice:
    """A recommendation with its text, and the findings it rests on, each held against the rows."""

    recommendation: Recommendation
    body: SafeString
    resting: Sequence[ClaimTest]
    withdrawn: Sequence[Finding]
    rows: str
    """Whose rows: 'today’s rows' or 'the rows of 1 May 2026'."""

    @property
    def notices(self) -> list[AdviceNotice]:
        """One for each finding that does not hold, has turned or was withdrawn."""
        turned = [
            AdviceNotice(f"{said} on {self.rows}", test.finding, test.sentence)
            for test in self.resting
            if (said := _changed_verdict(test))
        ]
        return turned + [_gone(finding) for finding in self.withdrawn]


def advice_by_audience(
    recommendations: Sequence[Recommendation], scope: Scope, today: datetime.date
) -> list[tuple[str, list[Advice]]]:
    """(audience, its recommendations); every metric is measured once, however many rest on it.

    `findings` of each are those ever public by the day of the scope, prefetched.
    """
    metrics = [finding.metric for advised in recommendations for finding in advised.findings.all()]
    measured = text.measure_quoted(recommendations, scope, metrics)
    rows = "today’s rows" if scope.on == today else f"the rows of {_words(scope.on)}"
    advice = [
        _advice(recommendation, measured, scope.on, rows) for recommendation in recommendations
    ]
    return [
        (audience.label, [one for one in advice if one.recommendation.audience == audience])
        for audience in Recommendation.Audience
    ]


def _advice(
    advised: Recommendation, measured: Mapping[str, MetricFigure], on: datetime.date, rows: str
) -> Advice:
    findings = list(advised.findings.all())
    return Advice(
        advised,
        text.render_text(advised.body, text.own_figures(advised, measured), level=4),
        [
            verdicts.run_claim_test(finding, measured)
            for finding in findings
            if finding.state(on) == State.PUBLISHED
        ],
        [finding for finding in findings if finding.state(on) == State.WITHDRAWN],
        rows,
    )


def _changed_verdict(tested: ClaimTest) -> str:
    """What has become of a finding; empty where it holds as before, or cannot be tested."""
    if tested.now == Verdict.DOES_NOT_HOLD:
        gone = "no longer holds" if tested.flipped else "does not hold"
        return f"A finding it rests on {gone}"
    return "A finding it rests on did not hold when published, and holds" if tested.flipped else ""


def _gone(finding: Finding) -> AdviceNotice:
    said = f"A finding it rests on was withdrawn on {_words(finding.withdrawn_on)}"
    return AdviceNotice(said, finding, f"The reason given: {finding.withdrawal_reason}")


def _words(day: datetime.date | None) -> str:
    return in_format(day, "j F Y") if day else ""


MAX_PUBLICATIONS = 10
"""Records of one kind that a page names."""


@dataclass(frozen=True)
class About:
    """What is published about one thing, newest first."""

    case_studies: Sequence[CaseStudy]
    findings: Sequence[Finding] = ()

    def __len__(self) -> int:
        return len(self.case_studies) + len(self.findings)


def research_about_borough(borough: Borough, on: datetime.date) -> About:
    """Case studies about a borough; one query. No finding is about one borough."""
    return About(list(CaseStudy.objects.published(on).about(borough)[:MAX_PUBLICATIONS]))


def research_about_product(product: Product, on: datetime.date) -> About:
    """Case studies about a product, and findings whose rows are its own; two queries."""
    studies = CaseStudy.objects.published(on).about(product)[:MAX_PUBLICATIONS]
    return About(list(studies), _findings("product", product.slug, on))


def research_about_function(function: Function, on: datetime.date) -> About:
    """Case studies about a function, and findings whose rows are of it; two queries."""
    studies = CaseStudy.objects.published(on).about(function)[:MAX_PUBLICATIONS]
    return About(list(studies), _findings("function", function.slug, on))


def research_about_filter(chosen: FactFilterSet, on: datetime.date) -> About | None:
    """The same where a list is narrowed to exactly one function; None where it is not."""
    functions = [] if chosen.problems else list(chosen.values.get("function") or ())
    return research_about_function(functions[0], on) if len(functions) == 1 else None


def _findings(name: str, slug: str, on: datetime.date) -> list[Finding]:
    """Findings that link to rows chosen by this name and slug, of their own or their metric's."""
    chosen = rf"[?&]{name}={slug}(&|$)"
    metrics = [key for key, metric in METRICS.items() if re.search(chosen, metric.rows)]
    rows = Q(rows__regex=chosen) | Q(rows="", metric__in=metrics)
    return list(Finding.objects.published(on).filter(rows)[:MAX_PUBLICATIONS])
