"""Whether a finding's claim holds on the rows of a day, and what rests on it."""

import datetime
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from django.utils.safestring import SafeString

from citytools.facts.statistics import NO_LIMITS, AttainableRange, suppliers_for_less
from research.metrics.base import (
    Measurement,
    Metric,
    MetricFigure,
    PublishedValue,
    Scope,
    Unit,
    add_published_value,
    day_in_words,
    value_in_words,
)
from research.metrics.definitions import METRICS, figures_for
from research.models import Comparison, Finding, Recommendation, State
from research.publications import text

FROM_BELOW = {Comparison.MORE_THAN, Comparison.AT_LEAST}
"""Comparisons that a larger value satisfies sooner."""


class Verdict(StrEnum):
    """What the rows say of a claim.

    A claim holds or does not only where the rows could have said either, and there are enough.
    """

    HOLDS = "holds"
    DOES_NOT_HOLD = "does not hold"
    CONSISTENT = "consistent, too few to test"
    NOT_KNOWN = "not known"


def verdict_on(
    claim: Finding, metric: Metric, measured: Measurement | PublishedValue | None
) -> Verdict:
    """What a metric's value says of a claim, given what else it could have been."""
    agrees = claim.holds(measured.value if measured else None)
    if agrees is None or measured is None:
        return Verdict.NOT_KNOWN
    decided = agrees if _cannot_turn(claim, metric, agrees=agrees) else None
    if decided is None and measured.counted >= metric.testable.n:
        decided = _decided_by_rows(claim, measured.attainable, agrees=agrees)
    if decided is None:
        return Verdict.CONSISTENT if agrees else Verdict.NOT_KNOWN
    return Verdict.HOLDS if decided else Verdict.DOES_NOT_HOLD


def _cannot_turn(claim: Finding, metric: Metric, *, agrees: bool) -> bool:
    """Whether more records cannot turn it: a count reaches an amount, or passes it, for good."""
    for_good = FROM_BELOW if agrees else {Comparison.LESS_THAN, Comparison.AT_MOST}
    return metric.unit == Unit.COUNT and claim.comparison in for_good


def _decided_by_rows(claim: Finding, attainable: AttainableRange, *, agrees: bool) -> bool | None:
    """Whether the claim holds; None where arithmetic says so alone, whatever the rows say.

    Suppliers that are seen do exist: that so many share the records speaks against a claim that
    few hold most of them, where suppliers that nobody has recorded could speak for none.
    """
    if agrees:
        return True if _could_fail(claim, attainable) else None
    return False if attainable.places or _could_hold(claim, attainable) else None


def _could_fail(claim: Finding, attainable: AttainableRange) -> bool:
    """Whether any value in the range refutes the claim."""
    return not all(claim.holds(limit) for limit in _limits(attainable))


def _could_hold(claim: Finding, attainable: AttainableRange) -> bool:
    """Whether any value in the range bears the claim out."""
    least, greatest = _limits(attainable)
    if claim.comparison == Comparison.EQUAL:
        return claim.threshold is not None and least <= claim.threshold <= greatest
    return bool(claim.holds(least) or claim.holds(greatest))


def _limits(attainable: AttainableRange) -> tuple[Decimal, Decimal]:
    least, greatest = attainable.least, attainable.greatest
    infinity = Decimal("Infinity")
    return -infinity if least is None else least, infinity if greatest is None else greatest


@dataclass(frozen=True)
class ClaimTest:
    """A finding held against the rows: what they say now, and what they said at publication."""

    finding: Finding
    figure: MetricFigure | None

    @property
    def now(self) -> Verdict:
        """What the rows that were measured say."""
        figure = self.figure
        if figure is None:
            return Verdict.NOT_KNOWN
        return verdict_on(self.finding, figure.metric, figure.measured)

    @property
    def at_publication(self) -> Verdict:
        """What the rows said when the finding was published."""
        figure = self.figure
        if figure is None:
            return Verdict.NOT_KNOWN
        return verdict_on(self.finding, figure.metric, figure.published)

    @property
    def flipped(self) -> bool:
        """Whether the claim held when it was published and does so no longer, or the other way."""
        return {self.at_publication, self.now} == {Verdict.HOLDS, Verdict.DOES_NOT_HOLD}

    @property
    def tag(self) -> str:
        """The verdict, a flip said first."""
        if self.flipped:
            return "no longer holds" if self.now == Verdict.DOES_NOT_HOLD else "now holds"
        return str(self.now)

    @property
    def test(self) -> str:
        """'more than 50.0 %': what the metric must be for the claim to hold; empty without one."""
        threshold = self.finding.threshold
        if self.figure is None or threshold is None or not self.finding.comparison:
            return ""
        limit = "0" if not threshold else value_in_words(self.figure.metric.unit, threshold)
        return f"{self.finding.get_comparison_display()} {limit}"

    @property
    def sentence(self) -> str:
        """The verdict with its numbers and days."""
        if self.figure is None:
            return "No number of ours measures what was claimed, so the rows cannot test it."
        if not self.test:
            return "The claim names no amount that could be tested; the number is shown beside it."
        day = day_in_words(self.figure.scope.on)
        if self.figure.measured.value is None:
            return f"On {day} there are no rows from which the number could be computed."
        sentence = f"{self.figure.words} on {day}; the claim holds while it is {self.test}."
        if self.flipped and self.figure.published:
            published = day_in_words(self.figure.published.on)
            words = self.figure.published_words
            sentence = f"{words} when published on {published}, {sentence}"
        return sentence[0].upper() + sentence[1:]

    @property
    def reason(self) -> str:
        """Why the rows cannot test the claim though there is a number, or why it had to fail."""
        figure = self.figure
        if figure is None or figure.measured.value is None or not self.test:
            return ""
        if self.now in {Verdict.HOLDS, Verdict.DOES_NOT_HOLD}:
            return self._too_many_suppliers
        return " ".join(filter(None, (self._too_few, self._foregone)))

    @property
    def _too_many_suppliers(self) -> str:
        attainable = self.figure.measured.attainable if self.figure else NO_LIMITS
        if self.figure is None or not attainable.places or _could_hold(self.finding, attainable):
            return ""
        greatest = value_in_words(self.figure.metric.unit, attainable.greatest)
        return (
            f"With {attainable.given} the {attainable.places} largest cannot hold more than "
            f"{greatest}, and suppliers that are seen do exist."
        )

    @property
    def refutation(self) -> str:
        """Which values, of how many records, would refute the claim, and what arithmetic allows."""
        figure = self.figure
        if figure is None or not self.test:
            return ""
        at_once = _cannot_turn(self.finding, figure.metric, agrees=False)
        enough = "whatever n is" if at_once else f"from n = {figure.metric.testable.n} on"
        words = f"a value that is not {self.test}, {enough}."
        if not figure.limits_in_words:
            return words
        given = figure.measured.attainable.given
        among = f" with {given}" if given else ""
        return f"{words} By arithmetic it can be {figure.limits_in_words}{among}."

    @property
    def _too_few(self) -> str:
        if self.figure is None or self.figure.measured.counted >= self.figure.metric.testable.n:
            return ""
        least, counted = self.figure.metric.testable, self.figure.measured.counted
        return (
            f"n = {counted}, and this number tests a claim from n = {least.n} on: {least.reason}."
        )

    @property
    def _foregone(self) -> str:
        """That arithmetic alone decides, and what it would take before the claim could fail."""
        claim, figure = self.finding, self.figure
        if figure is None or claim.threshold is None:
            return ""
        attainable, unit = figure.measured.attainable, figure.metric.unit
        agrees = claim.holds(figure.measured.value)
        if _decided_by_rows(claim, attainable, agrees=bool(agrees)) is not None:
            return ""
        among = f"With {attainable.given or f'n = {figure.measured.counted}'}"
        if not attainable.places or claim.comparison not in FROM_BELOW or claim.threshold <= 0:
            return f"{among} it is {figure.limits_in_words}, whatever is true."
        suppliers = suppliers_for_less(
            attainable.places, claim.threshold, or_equal=claim.comparison == Comparison.MORE_THAN
        )
        return (
            f"{among} the {attainable.places} largest hold at least "
            f"{value_in_words(unit, attainable.least)}, whatever is true; it takes {suppliers} "
            "suppliers or more before this claim could fail."
        )


def run_claim_test(finding: Finding, figures: Mapping[str, MetricFigure]) -> ClaimTest:
    """A finding with the figure of its metric, if measured, beside its value at publication."""
    figure = figures.get(finding.metric)
    return ClaimTest(
        finding, add_published_value(figure, finding.published_values) if figure else None
    )


def run_claim_tests(findings: Sequence[Finding], scope: Scope) -> list[ClaimTest]:
    """Each finding with its verdict; every metric is measured once, however many use it."""
    keys = [finding.metric for finding in findings if finding.metric in METRICS]
    measured = figures_for(keys, scope)
    return [run_claim_test(finding, measured) for finding in findings]


@dataclass(frozen=True)
class AdviceNotice:
    """Why a recommendation may rest on less than it did."""

    headline: str
    finding: Finding
    reason: str


@dataclass(frozen=True)
class Advice:
    """A recommendation with its text, and a test of each public finding that it rests on."""

    recommendation: Recommendation
    body: SafeString
    claim_tests: Sequence[ClaimTest]
    notices: Sequence[AdviceNotice]
    """One for each finding that does not hold, has flipped or was withdrawn."""


def advice_by_audience(
    recommendations: Sequence[Recommendation], scope: Scope, today: datetime.date
) -> list[tuple[str, list[Advice]]]:
    """(audience, its recommendations); every metric is measured once, however many rest on it.

    `findings` of each are those ever public by the day of the scope, prefetched.
    """
    metrics = [
        finding.metric
        for recommendation in recommendations
        for finding in recommendation.findings.all()
    ]
    measured = text.measure_quoted(recommendations, scope, metrics)
    rows = "today’s rows" if scope.on == today else f"the rows of {day_in_words(scope.on)}"
    return [
        (
            audience.label,
            [
                _advice(recommendation, measured, scope.on, rows)
                for recommendation in recommendations
                if recommendation.audience == audience
            ],
        )
        for audience in Recommendation.Audience
    ]


def _advice(
    recommendation: Recommendation,
    measured: Mapping[str, MetricFigure],
    on: datetime.date,
    rows: str,
) -> Advice:
    figures = text.own_figures(recommendation, measured)
    body = text.render_text(recommendation.body, figures, level=4)
    tests, notices = [], []
    for finding in recommendation.findings.all():
        if finding.state(on) == State.PUBLISHED:
            tests.append(test := run_claim_test(finding, measured))
            if headline := _changed_verdict(test):
                notices.append(AdviceNotice(f"{headline} on {rows}", finding, test.sentence))
    for finding in recommendation.findings.all():
        if finding.state(on) == State.WITHDRAWN:
            day, reason = day_in_words(finding.withdrawn_on), finding.withdrawal_reason
            headline = f"A finding it rests on was withdrawn on {day}"
            notices.append(AdviceNotice(headline, finding, f"The reason given: {reason}"))
    return Advice(recommendation, body, tests, notices)


def _changed_verdict(test: ClaimTest) -> str:
    """What has become of a finding; empty where it holds as before, or is not tested."""
    if test.now == Verdict.DOES_NOT_HOLD:
        return f"A finding it rests on {'no longer holds' if test.flipped else 'does not hold'}"
    return "A finding it rests on did not hold when published, and holds" if test.flipped else ""
