"""Invented skill levels: a full matrix for the boroughs that answered, some of them before too."""

import datetime

from citytools.management.demonstration.random_draws import happens, stream, weighted
from citytools.management.demonstration.reference_data import Row, World
from citytools.management.demonstration.returns import Received, confirmed_on, provenance

_THRESHOLDS = (22, 41, 60, 77)
_HEADCOUNT = (
    {"0": 1},
    {"1 to 2": 6, "3 to 5": 3, "6 to 10": 1},
    {"1 to 2": 5, "3 to 5": 4, "6 to 10": 2, "11 to 20": 1},
    {"1 to 2": 2, "3 to 5": 5, "6 to 10": 3, "11 to 20": 1, "21 or more": 1},
    {"3 to 5": 4, "6 to 10": 4, "11 to 20": 2, "21 or more": 1},
)
"""By level: an expert organisation has more than a lone pair of hands."""


def skill_rows(world: World, days: Received, seed: int) -> list[Row]:
    """skill_levels.csv; levels lean together within a borough, a group and a skill."""
    rarity = stream(seed, "rarity")
    leaning = {skill: rarity.randrange(-14, 15) for skill in sorted(world.skills)}
    rows: list[Row] = []
    for slug in sorted(world.boroughs):
        if (slug, "skills") not in days:
            continue
        dice = stream(seed, "skills", slug)
        strength = 34 + dice.randrange(34)
        groups = {group: dice.randrange(-16, 17) for group in sorted(set(world.skills.values()))}
        for skill, group in world.skills.items():
            score = strength + groups[group] + leaning[skill] + dice.randrange(-12, 13)
            level = sum(score >= threshold for threshold in _THRESHOLDS)
            as_of = days[slug, "skills"]
            rows.append(
                {
                    "borough": slug,
                    "skill": skill,
                    "level": str(level),
                    "headcount": "" if happens(dice, 14) else weighted(dice, _HEADCOUNT[level]),
                    "can_teach": "yes" if level >= 3 and happens(dice, 25 * level - 25) else "no",
                    "wants_help": "yes" if happens(dice, (55, 60, 32, 6, 2)[level]) else "no",
                    **provenance(as_of, confirmed_on(dice.randrange(100), as_of)),
                }
            )
    return rows


_STEPS = {"0": 66, "-1": 25, "1": 9}
"""How the earlier level differed: most stayed, more were raised since than lowered."""


def past_rows(levels: list[Row], earlier: dict[str, datetime.date], seed: int) -> list[Row]:
    """past_levels.csv: what the same boroughs said a year or so before, with some left out."""
    rows: list[Row] = []
    for level in levels:
        if level["borough"] not in earlier:
            continue
        dice = stream(seed, "past", level["borough"], level["skill"])
        before = min(4, max(0, int(level["level"]) + int(weighted(dice, _STEPS))))
        if happens(dice, 92):
            rows.append(
                {
                    "borough": level["borough"],
                    "skill": level["skill"],
                    "level": str(before),
                    "headcount": weighted(dice, _HEADCOUNT[before]),
                    "can_teach": "yes" if before >= 3 and happens(dice, 40) else "no",
                    "wants_help": "yes" if happens(dice, (55, 60, 32, 6, 2)[before]) else "no",
                    **provenance(earlier[level["borough"]]),
                }
            )
    return rows
