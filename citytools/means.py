"""A mean of answers, shown only where there are enough of them, and always with their number."""

from collections.abc import Sequence
from dataclasses import dataclass

ENOUGH = 3
"""Answers from which a mean is shown: fewer would speak of single records."""


@dataclass(frozen=True)
class Answers:
    """Answers on a scale, and among how many records they are."""

    given: Sequence[int]
    among: int

    @property
    def n(self) -> int:
        """How many answers there are."""
        return len(self.given)

    @property
    def mean(self) -> float | None:
        """The mean to one decimal place; None where there are too few answers."""
        return round(sum(self.given) / self.n, 1) if self.n >= ENOUGH else None

    @property
    def words(self) -> str:
        """'3.7 (n = 6)', 'fewer than 3 answers', or nothing where there is none."""
        if self.mean is not None:
            return f"{self.mean} (n = {self.n})"
        return f"fewer than {ENOUGH} answers" if self.n else ""
