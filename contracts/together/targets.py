"""The common end dates that the planner offers, and the one that was asked for."""

import datetime
from collections.abc import Sequence
from dataclasses import dataclass

from dateutil.relativedelta import relativedelta

from contracts.joint_procurement.filters import WindowFilter
from contracts.joint_procurement.plan import Plan, Step, cheapest, plan
from contracts.joint_procurement.presentation import Shown
from contracts.joint_procurement.windows import Candidate
from contracts.together.nearby import holdings_of


@dataclass(frozen=True)
class Targets:
    """`chosen` is the plan shown: the one asked for, else the cheapest, else the last end.

    `earliest` is the first day that leaves time to buy. `offered` are the ends of the contracts.
    """

    chosen: Plan
    cheapest: Plan | None
    earliest: datetime.date
    offered: Sequence[Plan]
    rows: Sequence[tuple[Candidate, Step]]

    @property
    def too_soon(self) -> bool:
        """Whether the chosen date leaves no time to buy."""
        return self.chosen.target < self.earliest


def of(shown: Shown, chosen: WindowFilter, today: datetime.date) -> Targets | None:
    """The plans for a window's contracts; None where they are more than are shown."""
    if shown.contracts > len(shown.rows):
        return None
    holdings = holdings_of(shown.joint)
    earliest = today + relativedelta(months=chosen.lead)
    best = cheapest(holdings, earliest)
    ends = sorted({holding.ends_on for holding in holdings})
    asked = chosen.named.get("target")
    made = plan(holdings, asked) if asked else best or plan(holdings, ends[-1])
    offered = [plan(holdings, end) for end in ends]
    rows = zip([one for one, _ in shown.rows], made.steps, strict=True)
    return Targets(made, best, earliest, offered, list(rows))
