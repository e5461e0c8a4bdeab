"""Recommendations beside what the rows say of the findings that they rest on."""

import datetime
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.utils.dateformat import format as in_format
from django.utils.safestring import SafeString

from research import quoting
from research.metrics.figures import Figure
from research.models import Finding, Recommendation, State
from research.publications import text, verdicts
from research.publications.verdicts import Tested, Verdict
from research.scope import Scope


@dataclass(frozen=True)
class Notice:
    """Why a recommendation may stand on less than it did."""

    said: str
    finding: Finding
    reason: str


@dataclass(frozen=True)
class Advice:
    """A recommendation with its text, and the findings it rests on, each held against the rows."""

    recommendation: Recommendation
    body: SafeString
    resting: Sequence[Tested]
    withdrawn: Sequence[Finding]
    rows: str
    """Whose rows: 'today’s rows' or 'the rows of 1 May 2026'."""

    @property
    def notices(self) -> list[Notice]:
        """One for each finding that does not hold, has turned or was withdrawn."""
        turned = [
            Notice(f"{said} on {self.rows}", one.finding, one.sentence)
            for one in self.resting
            if (said := _turned(one))
        ]
        return turned + [_gone(finding) for finding in self.withdrawn]


def by_audience(
    recommendations: Sequence[Recommendation], scope: Scope, today: datetime.date
) -> list[tuple[str, list[Advice]]]:
    """(audience, its recommendations); every metric is measured once, however many rest on it.

    `findings` of each are those ever public by the day of the scope, prefetched.
    """
    metrics = [one.metric for advised in recommendations for one in advised.findings.all()]
    measured = quoting.measured(recommendations, scope, metrics)
    rows = "today’s rows" if scope.on == today else f"the rows of {_words(scope.on)}"
    advice = [_advice(one, measured, scope.on, rows) for one in recommendations]
    return [
        (audience.label, [one for one in advice if one.recommendation.audience == audience])
        for audience in Recommendation.Audience
    ]


def _advice(
    advised: Recommendation, measured: Mapping[str, Figure], on: datetime.date, rows: str
) -> Advice:
    findings = list(advised.findings.all())
    return Advice(
        advised,
        text.rendered(advised.body, quoting.own(advised, measured), level=4),
        [verdicts.tested(one, measured) for one in findings if one.state(on) == State.PUBLISHED],
        [one for one in findings if one.state(on) == State.WITHDRAWN],
        rows,
    )


def _turned(tested: Tested) -> str:
    """What has become of a finding; empty where it holds as before, or cannot be tested."""
    if tested.now == Verdict.DOES_NOT_HOLD:
        gone = "no longer holds" if tested.flipped else "does not hold"
        return f"A finding it rests on {gone}"
    return "A finding it rests on did not hold when published, and holds" if tested.flipped else ""


def _gone(finding: Finding) -> Notice:
    said = f"A finding it rests on was withdrawn on {_words(finding.withdrawn_on)}"
    return Notice(said, finding, f"The reason given: {finding.withdrawal_reason}")


def _words(day: datetime.date | None) -> str:
    return in_format(day, "j F Y") if day else ""
