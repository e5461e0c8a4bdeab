"""Which part of the plan is shown: a filter narrows what is seen, never what is planned."""

from collections.abc import Sequence
from dataclasses import dataclass

from skills.models import Skill
from skills.training.filters import TrainingFilter


@dataclass(frozen=True)
class Shown:
    """The skills, groups and boroughs to show, by slug; empty means all."""

    skills: frozenset[str]
    groups: frozenset[str]
    boroughs: frozenset[str]

    @property
    def all(self) -> bool:
        """Whether nothing is left out."""
        return not (self.skills or self.groups or self.boroughs)

    def holds(self, skill: Skill, bodies: Sequence[str]) -> bool:
        """Whether something of this skill is shown, in which these boroughs take part."""
        return (
            (not self.skills or skill.slug in self.skills)
            and (not self.groups or skill.group.slug in self.groups)
            and (not self.boroughs or not self.boroughs.isdisjoint(bodies))
        )


def of(chosen: TrainingFilter) -> Shown:
    """What the query string asks to see."""
    skills, groups, boroughs = (
        frozenset(one.slug for one in chosen.named[name]) for name in ("skill", "group", "borough")
    )
    return Shown(skills, groups, boroughs)
