"""Whether a finding's claim holds on the rows of a day."""

import datetime
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

import pghistory
from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.utils.dateformat import format as in_format

from citytools.history import batches
from research.metrics.base import Unit
from research.metrics.figures import MetricFigure, add_published_value, value_in_words
from research.models import Finding, Publication, State
from research.models.claims import Comparison
from research.publications import text

MIN_ROWS_FOR_TEST = 30
"""Below so many records a share is called an anecdote."""


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
        limit = "0" if not threshold else value_in_words(self.figure.metric.unit, threshold)
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
        if metric.unit != Unit.PER_CENT or not 0 < measured.counted < MIN_ROWS_FOR_TEST:
            return ""
        step = Decimal(100) / measured.counted
        return (
            f"n = {measured.counted}: of so few, one more or less moves the share by about "
            f"{step:.0f} percentage points. Read it as an example, not as a market share."
        )


def run_claim_test(finding: Finding, figures: Mapping[str, MetricFigure]) -> ClaimTest:
    """A finding with the figure of its metric among those measured, and the value it keeps."""
    figure = figures.get(finding.metric)
    return ClaimTest(
        finding, add_published_value(figure, finding.published_values) if figure else None
    )


def _verdict(holds: bool | None) -> Verdict:
    if holds is None:
        return Verdict.CANNOT_BE_TESTED
    return Verdict.HOLDS if holds else Verdict.DOES_NOT_HOLD


class Refused(Exception):  # noqa: N818 (it reads as what it says)
    """Why a record can not be published or withdrawn, a sentence each with its remedy."""

    def __init__(self, *reasons: str) -> None:
        super().__init__(" ".join(reasons))
        self.reasons = reasons


def publish_record(record: Publication, on: datetime.date) -> None:
    """Make it public from a day on, also again after a withdrawal, with its numbers of that day.

    Refused where it is public already, or not sound.
    """
    with transaction.atomic(), pghistory.context(batch="published"):
        _lock(record)
        if record.state(on) == State.PUBLISHED:
            raise Refused("It is public already.")
        try:
            check_publication(record)
        except ValidationError as error:
            raise Refused(*batches.restore_problems(record, error)) from error
        record.published_on, record.withdrawn_on, record.withdrawal_reason = on, None, ""
        record.published_values = text.publication_values(record, on, anew=True)
        record.save()


def withdraw_record(record: Publication, on: datetime.date, reason: str) -> None:
    """Take it back from a day on, for a reason that is shown in public."""
    with transaction.atomic(), pghistory.context(batch="withdrawn"):
        _lock(record)
        if record.state(on) != State.PUBLISHED:
            raise Refused("Only what is public can be withdrawn.")
        if not reason.strip():
            raise Refused("Say why it is withdrawn.")
        record.withdrawn_on, record.withdrawal_reason = on, reason.strip()
        record.save()


def _lock(record: Publication) -> None:
    """Wait for whoever writes to the record, and read what they wrote."""
    record.refresh_from_db(from_queryset=type(record)._default_manager.select_for_update())


def check_publication(record: models.Model) -> None:
    """ValidationError unless the record and its tokens are sound."""
    record.full_clean()
    if isinstance(record, Publication) and (wrong := text.record_faults(record)):
        raise ValidationError(wrong)
