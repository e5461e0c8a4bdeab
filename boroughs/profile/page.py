"""What is known of one borough: its estate, its contracts, its skills, and how far we know them."""

import datetime
from dataclasses import dataclass
from itertools import groupby

from boroughs import age
from boroughs.models import Borough, Return, Subject
from citytools.facts.provenance import SourcedQuerySet
from contracts.models import Contract, ContractQuerySet
from skills.models import SkillLevel, SkillLevelQuerySet
from systems.models import System, SystemQuerySet


@dataclass(frozen=True)
class Facts:
    """The facts of one borough; contracts are those that it leads or shares."""

    returns: SourcedQuerySet
    systems: SystemQuerySet
    contracts: ContractQuerySet
    levels: SkillLevelQuerySet


@dataclass(frozen=True)
class Part:
    """One subject of the profile: the latest return on it, if any, and how old the facts are."""

    subject: Subject
    latest: Return | None
    facts: age.Age

    @property
    def complete(self) -> bool | None:
        """Whether the latest return is complete; None where there is none."""
        return self.latest.complete if self.latest else None


def borough_facts(borough: Borough, *, illustrative: bool = True) -> Facts:
    """All facts of a borough, or the real ones alone."""
    found = Facts(
        Return.objects.filter(borough=borough),
        System.objects.filter(borough=borough),
        Contract.objects.of_boroughs(Borough.objects.filter(pk=borough.pk)),
        SkillLevel.objects.filter(borough=borough),
    )
    if illustrative:
        return found
    return Facts(
        found.returns.real(),
        found.systems.real(),
        found.contracts.real(),
        found.levels.real(),
    )


def profile_parts(found: Facts, today: datetime.date) -> list[Part]:
    """Each subject in turn: the latest return and the age of the facts; four queries."""
    newest_first = found.returns.order_by("subject", "-received_on", "-pk")
    latest = {one.subject: one for one in newest_first.distinct("subject")}
    rows: dict[Subject, SourcedQuerySet] = {
        Subject.SYSTEMS: found.systems,
        Subject.CONTRACTS: found.contracts,
        Subject.SKILLS: found.levels,
    }
    return [
        Part(subject, latest.get(subject), age.of(known, today)) for subject, known in rows.items()
    ]


def estate(systems: SystemQuerySet, most: int = 400) -> list[tuple[str, list[System]]]:
    """Systems by service area, in the areas' order."""
    ordered = systems.for_list().order_by(
        *("function__service_area__position", "function__service_area_id"),
        *("function__position", "product__name", "pk"),
    )
    return [
        (name, list(members))
        for name, members in groupby(
            ordered[:most], lambda system: system.function.service_area.name
        )
    ]


def skill_groups(levels: SkillLevelQuerySet, most: int = 200) -> list[tuple[str, list[SkillLevel]]]:
    """Known skill levels by group, in the groups' order."""
    ordered = levels.for_list().order_by(
        "skill__group__position", "skill__group_id", "skill__position", "pk"
    )
    return [
        (name, list(members))
        for name, members in groupby(ordered[:most], lambda level: level.skill.group.name)
    ]
