"""Whether a finding's claim holds on the rows of a day."""

from collections.abc import Mapping
from enum import StrEnum

from research.figures import Figure
from research.models import Finding


class Verdict(StrEnum):
    """What the rows say of a claim."""

    HOLDS = "holds"
    DOES_NOT_HOLD = "does not hold"
    CANNOT_BE_TESTED = "cannot be tested"


def of(finding: Finding, figures: Mapping[str, Figure]) -> Verdict:
    """What the rows that were measured say."""
    figure = figures.get(finding.metric)
    return _verdict(finding.holds(figure.measured.value if figure else None))


def at_publication(finding: Finding, figures: Mapping[str, Figure]) -> Verdict:
    """What the rows said when the finding was published."""
    figure = figures.get(finding.metric)
    published = figure.published if figure else None
    return _verdict(finding.holds(published.value if published else None))


def flipped(finding: Finding, figures: Mapping[str, Figure]) -> bool:
    """Whether the claim held when it was published and does so no longer, or the other way."""
    then, now = at_publication(finding, figures), of(finding, figures)
    return then != now and Verdict.CANNOT_BE_TESTED not in (then, now)


def _verdict(holds: bool | None) -> Verdict:
    if holds is None:
        return Verdict.CANNOT_BE_TESTED
    return Verdict.HOLDS if holds else Verdict.DOES_NOT_HOLD
