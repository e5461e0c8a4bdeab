"""Whether a finding's claim holds on the rows of a day, and what rests on it."""

import datetime
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from django.utils.safestring import SafeString

from research.metrics.base import (
    MetricFigure,
    Scope,
    Unit,
    add_published_value,
    day_in_words,
    value_in_words,
)
from research.metrics.definitions import METRICS, figures_for
from research.models import Finding, Recommendation, State
from research.publications import text

MIN_ROWS_FOR_TEST = 30
"""Below so many records the page warns that a share is an example."""


class Verdict(StrEnum):
    """What the rows say of a claim."""

    HOLDS = "holds"
    DOES_NOT_HOLD = "does not hold"
    CANNOT_BE_TESTED = "cannot be tested"


@dataclass(frozen=True)
class ClaimTest:
    """A finding held against the rows: what they say now, and what they said at publication."""

    finding: Finding
    figure: MetricFigure | None

    @property
    def now(self) -> Verdict:
        """What the rows that were measured say."""
        return _verdict(self.finding.holds(self.figure.measured.value if self.figure else None))

    @property
    def at_publication(self) -> Verdict:
        """What the rows said when the finding was published."""
        published = self.figure.published if self.figure else None
        return _verdict(self.finding.holds(published.value if published else None))

    @property
    def flipped(self) -> bool:
        """Whether the claim held when it was published and does so no longer, or the other way."""
        return {self.at_publication, self.now} == {Verdict.HOLDS, Verdict.DOES_NOT_HOLD}

    @property
    def tag(self) -> str:
        """The verdict in three words at most, a flip said first."""
        if not self.test:
            return "not tested here"
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
        if self.now == Verdict.CANNOT_BE_TESTED:
            return f"On {day} there are no rows from which the number could be computed."
        sentence = f"{self.figure.words} on {day}; the claim holds while it is {self.test}."
        if self.flipped and self.figure.published:
            published = day_in_words(self.figure.published.on)
            words = self.figure.published_words
            sentence = f"{words} when published on {published}, {sentence}"
        return sentence[0].upper() + sentence[1:]

    @property
    def caution(self) -> str:
        """A warning where few records are counted; otherwise empty."""
        if self.figure is None or self.figure.measured.value is None:
            return ""
        measured, metric = self.figure.measured, self.figure.metric
        if metric.unit != Unit.PER_CENT or not 0 < measured.counted < MIN_ROWS_FOR_TEST:
            return ""
        step = Decimal(100) / measured.counted
        return (
            f"n = {measured.counted}: of so few, one more or less moves the share by about "
            f"{step:.0f} percentage points. Read it as an example, not as a market share."
        )


def run_claim_test(finding: Finding, figures: Mapping[str, MetricFigure]) -> ClaimTest:
    """A finding with the figure of its metric, if measured, beside its value at publication."""
    figure = figures.get(finding.metric)
    return ClaimTest(
        finding, add_published_value(figure, finding.published_values) if figure else None
    )


def _verdict(holds: bool | None) -> Verdict:
    if holds is None:
        return Verdict.CANNOT_BE_TESTED
    return Verdict.HOLDS if holds else Verdict.DOES_NOT_HOLD


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
    """What has become of a finding; empty where it holds as before, or cannot be tested."""
    if test.now == Verdict.DOES_NOT_HOLD:
        return f"A finding it rests on {'no longer holds' if test.flipped else 'does not hold'}"
    return "A finding it rests on did not hold when published, and holds" if test.flipped else ""
