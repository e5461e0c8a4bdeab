"""How much of London a count stands for: a borough without a return is never a zero."""

from dataclasses import dataclass
from typing import Any

from django.db.models import Exists, QuerySet

from boroughs.models import LONDON, Borough, Subject, latest_complete, returns_subquery
from citytools.facts.statistics import count_related_rows
from contracts.models import Contract, ContractPartner
from skills.models import SkillLevel
from systems.models import System


@dataclass(frozen=True)
class Coverage:
    """Of the 33: how many are among the counted rows, and how many have sent a return.

    `invented` says how many of those returns are made up for demonstration.
    """

    boroughs: int
    reporting: int
    invented: int = 0
    london: int = LONDON


def coverage_for(subject: str, boroughs: int, *, illustrative: bool) -> Coverage:
    """Coverage of a subject; invented returns count only where invented rows may be shown."""
    real = Borough.objects.reporting(subject, illustrative=False).count()
    if not illustrative:
        return Coverage(boroughs, real)
    reporting = Borough.objects.reporting(subject).count()
    return Coverage(boroughs, reporting, reporting - real)


def boroughs_with_counts(boroughs: QuerySet[Borough]) -> QuerySet[Any]:
    """Adds system_count, contract_count (led or shared), skill_count, returned_<subject>, and
    complete_<subject>: whether the latest return is complete, null where there is none.
    """
    returned = {
        f"returned_{subject}": Exists(returns_subquery("pk", subject)) for subject in Subject.values
    }
    complete = {f"complete_{subject}": latest_complete("pk", subject) for subject in Subject.values}
    return boroughs.annotate(
        system_count=count_related_rows(System.objects.all(), "borough"),
        contract_count=count_related_rows(Contract.objects.all(), "lead")
        + count_related_rows(ContractPartner.objects.all(), "borough"),
        skill_count=count_related_rows(SkillLevel.objects.all(), "borough"),
        **returned,
        **complete,
    )
