"""What the tile map can show: one number a borough, never a score of merit."""

import datetime
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from dateutil.relativedelta import relativedelta
from django.db.models import Count, Q

from boroughs.age import LATELY
from boroughs.models import Subject
from contracts.models import AHEAD_MONTHS, Contract, ContractPartner
from skills.models import SkillLevel
from systems.models import System

Values = Mapping[int, int]
"""Borough's primary key to its number."""


@dataclass(frozen=True)
class Measure:
    """A number a borough; `subject` is the return that makes a count complete.

    A count without a complete return is a lower bound. A share is of what is known, so that
    no return makes it more; where nothing is known there is none.
    """

    words: str
    one: str
    several: str
    subject: Subject
    values: Callable[[datetime.date], Values]
    share: bool = False

    def unit(self, value: int) -> str:
        """The unit that fits a value."""
        return self.one if value == 1 else self.several

    def number(self, value: int) -> str:
        """The value as a tile writes it."""
        return f"{value}%" if self.share else f"{value:,}"


def _systems(today: datetime.date) -> Values:
    return Counter(System.objects.order_by().values_list("borough", flat=True))


def _decisions(today: datetime.date) -> Values:
    due = Contract.objects.acting_between(
        today, today + relativedelta(months=AHEAD_MONTHS)
    ).order_by()
    shared = ContractPartner.objects.filter(contract__in=due).order_by()
    return Counter(due.values_list("lead", flat=True)) + Counter(
        shared.values_list("borough", flat=True)
    )


def _confirmed(today: datetime.date) -> Values:
    year_ago = today - relativedelta(months=LATELY)
    recent = Count("pk", filter=Q(confirmed_on__range=(year_ago, today)))
    counted = System.objects.order_by().values("borough").annotate(all=Count("pk"), recent=recent)
    return {row["borough"]: 100 * row["recent"] // row["all"] for row in counted}


def _strengths(today: datetime.date) -> Values:
    return Counter(SkillLevel.objects.strong().order_by().values_list("borough", flat=True))


def _offers(today: datetime.date) -> Values:
    offered = SkillLevel.objects.filter(can_teach=True)
    return Counter(offered.order_by().values_list("borough", flat=True))


MEASURES = {
    "systems": Measure("Systems known", "system", "systems", Subject.SYSTEMS, _systems),
    "decisions": Measure(
        f"Contracts to act on within {AHEAD_MONTHS} months",
        "contract",
        "contracts",
        Subject.CONTRACTS,
        _decisions,
    ),
    "confirmed": Measure(
        "Share of systems confirmed in the last year",
        "of its systems",
        "of its systems",
        Subject.SYSTEMS,
        _confirmed,
        share=True,
    ),
    "skills": Measure(
        "Skills at practitioner or above", "skill", "skills", Subject.SKILLS, _strengths
    ),
    "offers": Measure("Skills it can teach", "skill", "skills", Subject.SKILLS, _offers),
}
