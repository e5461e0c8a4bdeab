"""Whether a finding's claim holds on the rows of a day."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from django.utils.dateformat import format as in_format

from research.measured import Unit
from research.metrics.figures import Figure, in_words, with_published
from research.models import Finding
from research.models.claims import Comparison

FEW = 30
"""Below so many records a share is called an anecdote."""


class Verdict(StrEnum):
    """What the rows say of a claim."""

    HOLDS = "holds"
    DOES_NOT_HOLD = "does not hold"
    CANNOT_BE_TESTED = "cannot be tested"


@dataclass(frozen=True)
class Tested:
    """A finding held against the rows: what they say now, and what they said at publication."""

    finding: Finding
    figure: Figure | None

    @property
    def now(self) -> Verdict:
        """What the rows that were measured say."""
        return _verdict(self.finding.holds(self.figure.measured.value if self.figure else None))

    @property
    def then(self) -> Verdict:
        """What the rows said when the finding was published."""
        published = self.figure.published if self.figure else None
        return _verdict(self.finding.holds(published.value if published else None))

    @property
    def flipped(self) -> bool:
        """Whether the claim held when it was published and does so no longer, or the other way."""
        both = (self.then, self.now)
        return self.then != self.now and Verdict.CANNOT_BE_TESTED not in both

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
        limit = "0" if not threshold else in_words(self.figure.metric.unit, threshold)
        return f"{Comparison(self.finding.comparison).label} {limit}"

    @property
    def sentence(self) -> str:
        """The verdict with its numbers and days."""
        if self.figure is None:
            return "No number of ours measures what was claimed, so the rows cannot test it."
        if not self.test:
            return "The claim names no amount that could be tested; the number stands beside it."
        day = in_format(self.figure.scope.on, "j F Y")
        if self.now == Verdict.CANNOT_BE_TESTED:
            return f"On {day} there are no rows from which the number could be computed."
        said = f"{self.figure.words} on {day}; the claim holds while it is {self.test}."
        if self.flipped and self.figure.published:
            published = in_format(self.figure.published.on, "j F Y")
            said = f"{self.figure.then} when published on {published}, {said}"
        return said[0].upper() + said[1:]

    @property
    def caution(self) -> str:
        """What the number cannot carry; empty where nothing is to be said."""
        if self.figure is None or self.figure.measured.value is None:
            return ""
        measured, metric = self.figure.measured, self.figure.metric
        if metric.unit != Unit.PER_CENT or not 0 < measured.counted < FEW:
            return ""
        step = Decimal(100) / measured.counted
        return (
            f"n = {measured.counted}: of so few, one more or less moves the share by about "
            f"{step:.0f} percentage points. Read it as an example, not as a market share."
        )


def tested(finding: Finding, figures: Mapping[str, Figure]) -> Tested:
    """A finding with the figure of its metric among those measured, and the value it keeps."""
    figure = figures.get(finding.metric)
    return Tested(finding, with_published(figure, finding.published_values) if figure else None)


def _verdict(holds: bool | None) -> Verdict:
    if holds is None:
        return Verdict.CANNOT_BE_TESTED
    return Verdict.HOLDS if holds else Verdict.DOES_NOT_HOLD
