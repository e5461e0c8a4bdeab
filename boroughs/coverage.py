"""How much of London a count stands for: a borough without a return is never a zero."""

from dataclasses import dataclass

from boroughs.models import LONDON, Borough


@dataclass(frozen=True)
class Coverage:
    """Of the 33: how many are among the counted rows, and how many have sent a return.

    `invented` says how many of those returns are made up for demonstration.
    """

    boroughs: int
    reporting: int
    invented: int = 0
    london: int = LONDON


def of(subject: str, boroughs: int, *, illustrative: bool) -> Coverage:
    """Coverage of a subject; invented returns count only where invented rows may be shown."""
    real = Borough.objects.reporting(subject, illustrative=False).count()
    if not illustrative:
        return Coverage(boroughs, real)
    reporting = Borough.objects.reporting(subject).count()
    return Coverage(boroughs, reporting, reporting - real)
