"""How many systems, contracts and skill levels are known of a borough, and what it returned."""

from typing import Any

from django.db.models import Exists, OuterRef, QuerySet

from boroughs.models import Borough, Return, Subject
from citytools.counting import counted
from contracts.models import Contract, ContractPartner
from skills.models import SkillLevel
from systems.models import System


def boroughs_with_counts(boroughs: QuerySet[Borough]) -> QuerySet[Any]:
    """Adds system_count, contract_count (led or shared), skill_count and returned_<subject>."""
    returned = {
        f"returned_{subject}": Exists(
            Return.objects.filter(borough=OuterRef("pk"), subject=subject)
        )
        for subject in Subject.values
    }
    return boroughs.annotate(
        system_count=counted(System.objects.all(), "borough"),
        contract_count=counted(Contract.objects.all(), "lead")
        + counted(ContractPartner.objects.all(), "borough"),
        skill_count=counted(SkillLevel.objects.all(), "borough"),
        **returned,
    )
