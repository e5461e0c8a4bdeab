"""What a borough's page shows: its estate, its decisions, its skills, and how far we know them."""

import datetime
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import groupby

from boroughs.models import Borough, Return, Subject
from contracts.models import Contract
from skills.models import SkillLevel
from systems.models import System


@dataclass(frozen=True)
class Part:
    """One subject of the profile: the latest return on it, if any."""

    subject: Subject
    latest: Return | None


def estate(borough: Borough, most: int = 300) -> list[tuple[str, list[System]]]:
    """The borough's systems by service area, in the areas' order."""
    systems = borough.systems.for_list().order_by(
        *("function__service_area__position", "function__service_area_id"),
        *("function__position", "product__name", "pk"),
    )
    return [
        (name, list(members))
        for name, members in groupby(
            systems[:most], lambda system: system.function.service_area.name
        )
    ]


def decisions(borough: Borough, today: datetime.date, most: int = 20) -> Iterable[Contract]:
    """Contracts led or shared whose act-by date is today or later, soonest first."""
    contracts = Contract.objects.of_boroughs(Borough.objects.filter(pk=borough.pk))
    return contracts.for_list().filter(act_by__gte=today).order_by("act_by", "pk")[:most]


def skill_groups(borough: Borough) -> list[tuple[str, list[SkillLevel]]]:
    """The borough's known skill levels by group."""
    levels = borough.skill_levels.for_list().order_by(
        "skill__group__position", "skill__group_id", "skill__position", "pk"
    )
    return [
        (name, list(members))
        for name, members in groupby(levels[:200], lambda level: level.skill.group.name)
    ]


def parts(borough: Borough) -> list[Part]:
    """The latest return on each subject, or none."""
    returns = {one.subject: one for one in reversed(borough.returns.all()[:100])}
    return [Part(subject, returns.get(subject)) for subject in Subject]
