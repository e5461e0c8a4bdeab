"""The skills of one borough: strengths, gaps, gaps that matter, offers and wishes.

A gap that matters: the level is known, and something that the borough has in use calls for more.
Where the level is not known, a need is a question, not a gap.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby

from boroughs.models import Borough, Return, Subject
from skills.demand import SkillCall, skill_calls
from skills.level_history import LevelChange, level_changes, level_histories
from skills.matrix import CellLabel, change_label
from skills.models import Level, Skill, SkillLevel, SkillLevelQuerySet
from skills.summary import Strength, skill_strengths
from systems.models import System


@dataclass(frozen=True)
class ProfileLine:
    """One skill: the borough's level, what calls for it, its peers' levels, and London's.

    `level` is None where it is not known; `peers` has None for each whose level is not known.
    """

    skill: Skill
    level: SkillLevel | None
    calls: Sequence[SkillCall]
    peers: Sequence[SkillLevel | None]
    london: Strength | None

    @property
    def needed(self) -> Level | None:
        """The highest level that anything in use calls for; None where nothing calls."""
        return Level(max(call.need.level for call in self.calls)) if self.calls else None

    @property
    def shortfall(self) -> int:
        """By how many levels it falls short of what is called for; 0 where it does not."""
        if self.level is None or self.needed is None:
            return 0
        return max(0, self.needed - self.level.level)

    @property
    def change(self) -> CellLabel | None:
        """How the level differs from the return before."""
        return change_label(self.level) if self.level else None

    @property
    def unmet(self) -> list[SkillCall]:
        """The calls that the level does not meet."""
        now = self.level.level if self.level else Level.EXPERT
        return [call for call in self.calls if call.need.level > now]


@dataclass(frozen=True)
class Profile:
    """All skills of one borough, in their order."""

    borough: Borough
    lines: Sequence[ProfileLine]
    peers: Sequence[Borough]
    changes: Sequence[LevelChange]
    latest: Return | None

    @property
    def known(self) -> list[ProfileLine]:
        return [line for line in self.lines if line.level]

    @property
    def strengths(self) -> list[ProfileLine]:
        """At practitioner or expert, experts first."""
        levels = (Level.EXPERT, Level.PRACTITIONER)
        return [line for level in levels for line in self._at(level)]

    @property
    def gaps(self) -> list[ProfileLine]:
        """At none or awareness, none first."""
        levels = (Level.NONE, Level.AWARENESS)
        return [line for level in levels for line in self._at(level)]

    def _at(self, level: Level) -> list[ProfileLine]:
        return [line for line in self.lines if line.level and line.level.level == level]

    @property
    def gaps_that_matter(self) -> list[ProfileLine]:
        """The furthest short first, then what most systems call for."""
        gaps = [line for line in self.lines if line.shortfall]
        return sorted(gaps, key=lambda line: (-line.shortfall, -len(line.unmet)))

    @property
    def open_questions(self) -> list[ProfileLine]:
        """Called for by something in use, while the level is not known."""
        return [line for line in self.lines if line.calls and not line.level]

    @property
    def has_calls(self) -> bool:
        """Whether anything in use calls for a skill."""
        return any(line.calls for line in self.lines)

    @property
    def offers_complete(self) -> bool:
        """Whether each recorded level says if the borough would teach: not asked is not a no."""
        return all(line.level.can_teach is not None for line in self.lines if line.level)

    @property
    def wishes_complete(self) -> bool:
        """Whether each recorded level says if the borough wants help."""
        return all(line.level.wants_help is not None for line in self.lines if line.level)

    @property
    def offers(self) -> list[ProfileLine]:
        return [line for line in self.lines if line.level and line.level.can_teach]

    @property
    def wishes(self) -> list[ProfileLine]:
        return [line for line in self.lines if line.level and line.level.wants_help]

    @property
    def groups(self) -> list[tuple[str, list[ProfileLine]]]:
        grouped = groupby(self.lines, lambda line: line.skill.group.name)
        return [(name, list(lines)) for name, lines in grouped]


def skill_profile(borough: Borough, peers: Sequence[Borough]) -> Profile:
    """The profile, compared with these peers; eight queries."""
    levels = SkillLevel.objects.all()
    systems = System.objects.in_use().filter(borough=borough)
    returns = Return.objects.filter(borough=borough, subject=Subject.SKILLS)
    own = levels.filter(borough=borough)
    return Profile(
        borough,
        _lines(own, levels, skill_calls(systems), peers),
        peers,
        level_changes(level_histories(own)),
        returns.order_by("-received_on", "-pk").first(),
    )


def _lines(
    own: SkillLevelQuerySet,
    all_levels: SkillLevelQuerySet,
    calls: Mapping[int, Sequence[SkillCall]],
    peers: Sequence[Borough],
) -> list[ProfileLine]:
    own_levels = {level.skill_id: level for level in own.with_previous()}
    peer_levels = {
        (level.skill_id, level.borough_id): level for level in all_levels.filter(borough__in=peers)
    }
    london = {strength.skill: strength for strength in skill_strengths(all_levels)}
    return [
        ProfileLine(
            skill,
            own_levels.get(skill.pk),
            calls.get(skill.pk, ()),
            [peer_levels.get((skill.pk, peer.pk)) for peer in peers],
            london.get(skill.name),
        )
        for skill in Skill.objects.in_page_order()
    ]
