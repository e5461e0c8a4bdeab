"""How much of London a count stands for: a borough without a return is never a zero."""

from dataclasses import dataclass

from boroughs.models import LONDON, Borough


@dataclass(frozen=True)
class Coverage:
    """Of the 33: how many are among the counted rows, and how many have sent a return."""

    boroughs: int
    reporting: int
    london: int = LONDON


def of(subject: str, boroughs: int, *, illustrative: bool) -> Coverage:
    """Coverage of a subject; invented returns count only where invented rows may be shown."""
    reporting = Borough.objects.reporting(subject, illustrative=illustrative).count()
    return Coverage(boroughs, reporting)
