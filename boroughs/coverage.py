"""How much of London a count covers: a borough without a return is never a zero."""

from dataclasses import dataclass

from boroughs.models import LONDON, Borough


@dataclass(frozen=True)
class Coverage:
    """Of the 33: how many are among the counted rows, how many have sent a return, and how many of
    these returns are illustrative.
    """

    boroughs: int
    reporting: int
    illustrative: int = 0
    london: int = LONDON


def coverage_for(subject: str, boroughs: int, *, illustrative: bool) -> Coverage:
    """Coverage of a subject; illustrative returns count only where such rows may be shown."""
    real = Borough.objects.reporting(subject, illustrative=False).count()
    reporting = Borough.objects.reporting(subject).count() if illustrative else real
    return Coverage(boroughs, reporting, reporting - real)
