"""What the overview counts: each figure is a link to the rows behind it."""

import datetime
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from dateutil.relativedelta import relativedelta
from django.db.models import Count, Q, QuerySet

from boroughs.models import LONDON, Borough, Subject
from citytools.facts.provenance import SourceKind
from contracts.models import AHEAD_MONTHS, Contract
from skills.models import Skill
from systems.models import System


@dataclass(frozen=True)
class Figure:
    """One big number, what it counts, and where its rows are."""

    number: int
    words: str
    address: str
    of: int | None = None


def figures(today: datetime.date) -> list[Figure]:
    """Systems, contracts, boroughs reporting, and decisions in the months ahead."""
    year = today + relativedelta(months=AHEAD_MONTHS)
    due = urlencode({"act_by_after": today, "act_by_before": year, "sort": "act_by"})
    return [
        Figure(System.objects.count(), "systems", "/systems/"),
        Figure(Contract.objects.count(), "contracts", "/contracts/"),
        Figure(
            Borough.objects.reporting(Subject.SYSTEMS).count(),
            "boroughs have sent a return on systems",
            "/boroughs/",
            of=LONDON,
        ),
        Figure(
            Contract.objects.acting_between(today, year).count(),
            f"contracts to decide on within {AHEAD_MONTHS} months",
            f"/contracts/?{due}",
        ),
    ]


def teaching(most: int = 5) -> QuerySet[Any]:
    """Skills that one of the 33 would teach and another wants, most wanted first."""
    london = ~Q(levels__borough__kind=Borough.Kind.REGIONAL)
    offers = Count("levels", filter=london & Q(levels__can_teach=True))
    wishes = Count("levels", filter=london & Q(levels__wants_help=True))
    answers = Q(levels__can_teach=True) | Q(levels__wants_help=True)
    made_up = Q(levels__source_kind=SourceKind.ILLUSTRATIVE)
    invented = Count("levels", filter=london & made_up & answers)
    asked = Skill.objects.annotate(offers=offers, wishes=wishes, invented=invented)
    return asked.filter(offers__gt=0, wishes__gt=0).order_by("-wishes", "position", "pk")[:most]


def latest_changes(most: int = 5) -> QuerySet[System]:
    """Systems whose source is newest, real ones only."""
    return System.objects.real().for_list().order_by("-as_of", "-pk")[:most]
