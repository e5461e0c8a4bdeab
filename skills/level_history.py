"""How each borough's level of each skill went from return to return."""

import datetime
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from dateutil.relativedelta import relativedelta

from boroughs.models import LONDON, Borough
from citytools.charts import SEQUENCE, Chart, upright_bars
from citytools.facts import dates
from citytools.facts.dates import last_day_of, quarter_of, quarter_words, quarters_from
from skills.models import Level, PastLevel, Skill, SkillLevelQuerySet

MAX_LEVELS = 20_000


@dataclass(frozen=True)
class ReturnedLevel:
    """What one return said: the level, and as of when, as precise as it was."""

    level: Level
    as_of: str

    @property
    def day(self) -> datetime.date:
        """From when on it counts: the latest day that it can mean."""
        return dates.last_day(self.as_of)


@dataclass(frozen=True)
class LevelChange:
    """A level that a later return raised or lowered."""

    borough: Borough
    skill: Skill
    before: ReturnedLevel
    after: ReturnedLevel
    illustrative: bool

    @property
    def raised(self) -> bool:
        """Up or down."""
        return self.after.level > self.before.level


@dataclass(frozen=True)
class LevelHistory:
    """One borough's answers on one skill, the earliest first; the last is the present one."""

    borough: Borough
    skill: Skill
    answers: Sequence[ReturnedLevel]
    illustrative: bool

    def at(self, day: datetime.date) -> Level | None:
        """The level known on a day; None where no return had said any yet."""
        said = [level.level for level in self.answers if level.day <= day]
        return said[-1] if said else None

    @property
    def steps(self) -> int | None:
        """By how much the last return raised the level; None where it was the first."""
        if len(self.answers) < 2:
            return None
        return self.answers[-1].level - self.answers[-2].level

    @property
    def changes(self) -> list[LevelChange]:
        """Where two returns after each other differ."""
        return [
            LevelChange(self.borough, self.skill, level, two, self.illustrative)
            for level, two in pairwise(self.answers)
            if level.level != two.level
        ]


def level_histories(levels: SkillLevelQuerySet) -> list[LevelHistory]:
    """The courses that end in these levels, in their order; two queries."""
    past = PastLevel.objects.behind(levels).order_by("as_of_last", "pk")
    before: Mapping[tuple[int, int], list[ReturnedLevel]] = defaultdict(list)
    fields = ("borough", "skill", "level", "as_of")
    for borough, skill, level, as_of in past.values_list(*fields)[:MAX_LEVELS]:
        before[borough, skill].append(ReturnedLevel(Level(level), as_of))
    return [
        LevelHistory(
            one.borough,
            one.skill,
            [*before[one.borough_id, one.skill_id], ReturnedLevel(Level(one.level), one.as_of)],
            one.illustrative,
        )
        for one in levels.for_list()[:MAX_LEVELS]
    ]


def level_changes(courses: Iterable[LevelHistory]) -> list[LevelChange]:
    """What changed from return to return, the latest first, then by borough and skill."""
    changes = [change for course in courses for change in course.changes]
    changes.sort(key=lambda change: (change.borough.name, change.skill.position, change.skill.pk))
    return sorted(changes, key=lambda change: change.after.day, reverse=True)


def count_changes(courses: Iterable[LevelHistory]) -> tuple[int, int, int]:
    """How many of the 33 the last return raised, lowered, and left as they were."""
    london = [course for course in courses if course.borough.kind != Borough.Kind.REGIONAL]
    steps = [course.steps for course in london if course.steps is not None]
    up, down = sum(step > 0 for step in steps), sum(step < 0 for step in steps)
    return up, down, len(steps) - up - down


QUARTER_COUNT = 8
_BEST_FIRST = sorted(Level, reverse=True)


def quarterly_chart(
    skill: Skill, courses: Sequence[LevelHistory], today: datetime.date, csv: str
) -> Chart:
    """Boroughs of the 33 at each level, as known at the end of each quarter up to today."""
    london = [course for course in courses if course.borough.kind != Borough.Kind.REGIONAL]
    columns = [_count_by_level(london, day) for day in _days(london, today)]
    labels = [quarter_words(quarter_of(day)) for day in _days(london, today)]
    series = {level.label: [column[level] for column in columns] for level in _BEST_FIRST}
    unknown = [LONDON - sum(column.values()) for column in columns]
    return Chart(
        key="over-returns",
        title=_title(skill, london),
        sentence=_sentence(london),
        figure=upright_bars(labels, series, colours=SEQUENCE),
        head=("At the end of", *series, "Not known"),
        rows=list(zip(labels, *series.values(), unknown, strict=True)),
        source=f"Returns on skills, each with its own source and date, as at {today:%-d %B %Y}.",
        csv=csv,
    )


def _days(courses: Sequence[LevelHistory], today: datetime.date) -> list[datetime.date]:
    """Ends of quarters, the last one today, from the first that has an answer on."""
    first = today - relativedelta(months=3 * (QUARTER_COUNT - 1))
    ends = [last_day_of(one) for one in quarters_from(first, QUARTER_COUNT)]
    days = [*ends[:-1], today]
    return [day for day in days if any(course.at(day) is not None for course in courses)]


def _count_by_level(courses: Sequence[LevelHistory], day: datetime.date) -> dict[Level, int]:
    known = [course.at(day) for course in courses]
    return {level: known.count(level) for level in Level}


def _title(skill: Skill, courses: Sequence[LevelHistory]) -> str:
    up, down, same = count_changes(courses)
    if not up + down + same:
        return f"{skill.name} over the returns: no borough has an earlier return to compare with"
    of = (
        f"Of {up + down + same} borough{'s' if up + down + same > 1 else ''} with an earlier return"
    )
    return f"{of}, {up or 'none'} raised {skill.name} and {down or 'none'} lowered it"


def _sentence(courses: Sequence[LevelHistory]) -> str:
    if not courses:
        return "No borough’s level is known."
    *_, same = count_changes(courses)
    only = len(courses) - sum(count_changes(courses))
    return (
        f"{same or 'None'} stayed as {'it was' if same == 1 else 'they were'}; of {only or 'none'} "
        f"only one return is known. A level counts from the day of its return until the next; a "
        "bar that grows may mean that more boroughs have answered. Those without a return are not "
        "known, which is not none."
    )
