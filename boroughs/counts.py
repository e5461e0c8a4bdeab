"""How many systems, contracts and skill levels are known of a borough, and what it returned."""

from typing import Any

from django.db.models import Exists, QuerySet

from boroughs.models import Borough, Subject, latest_complete, returns_of
from citytools.counting import counted
from contracts.models import Contract, ContractPartner
from skills.models import SkillLevel
from systems.models import System


def boroughs_with_counts(boroughs: QuerySet[Borough]) -> QuerySet[Any]:
    """Adds system_count, contract_count (led or shared), skill_count, returned_<subject>, and
    complete_<subject>: whether the latest return is complete, null where there is none.
    """
    returned = {
        f"returned_{subject}": Exists(returns_of("pk", subject)) for subject in Subject.values
    }
    complete = {f"complete_{subject}": latest_complete("pk", subject) for subject in Subject.values}
    return boroughs.annotate(
        system_count=counted(System.objects.all(), "borough"),
        contract_count=counted(Contract.objects.all(), "lead")
        + counted(ContractPartner.objects.all(), "borough"),
        skill_count=counted(SkillLevel.objects.all(), "borough"),
        **returned,
        **complete,
    )
