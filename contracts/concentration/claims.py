"""What was said of concentration in 2019 and after, each with who said it and where."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from citytools.shares import at_most


@dataclass(frozen=True)
class Claim:
    """A published share: of `places` suppliers, in words, with its denominator as given."""

    places: int
    words: str
    denominator: str
    sources: Sequence[tuple[str, str]]
    finding: str


CLAIMS = (
    Claim(
        10,
        "more than 50\u00a0%",
        "technology contracts of the boroughs that took part in 2019",
        [
            (
                "Cities Today",
                "https://cities-today.com/london-launches-new-dashboard-to-re-shape-government-technology/",
            )
        ],
        "ten-vendors-half-of-contracts",
    ),
    Claim(
        15,
        "90 or 91\u00a0%",
        "public-sector technology contracts of London, as retold from 2020 on",
        [
            ("Computer Weekly", "https://www.computerweekly.com/news/252488816"),
            ("Nitrous", "https://nitrous.city/public-procurement/thirty3-a-year-on"),
        ],
        "fifteen-suppliers-ninety-per-cent",
    ),
)
BOTH = "two-shares-side-by-side"
"""The finding that holds the two claims against each other."""

FROM_HALF = at_most(Decimal("0.5"), 10, 15)
"""What fifteen can hold at most where ten hold half."""
NEEDED = Decimal("0.9") * 10 / 15
"""What ten must hold at least where fifteen hold 90 per cent."""
REMARK = (
    f"Where ten suppliers hold 50\u00a0%, fifteen can hold at most {100 * FROM_HALF:.0f}\u00a0%: "
    "none of the five more is larger than the ten are on average. For fifteen to hold 90\u00a0%, "
    f"ten must hold at least {100 * NEEDED:.0f}\u00a0%. The two claims cannot easily describe one "
    "distribution, and neither says what was counted. Quote no share without its denominator."
)
