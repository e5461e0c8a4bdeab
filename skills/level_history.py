"""How each borough's level of each skill went from return to return."""

import datetime
from collections import Counter, defaultdict
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
QUARTER_COUNT = 8


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

    @property
    def raised(self) -> bool:
        return self.after.level > self.before.level


@dataclass(frozen=True)
class LevelHistory:
    """One borough's answers on one skill, the earliest first; the last is the present one."""

    borough: Borough
    skill: Skill
    answers: Sequence[ReturnedLevel]

    def at(self, day: datetime.date) -> Level | None:
        """The level known on a day; None before the first return."""
        known = [answer.level for answer in self.answers if answer.day <= day]
        return known[-1] if known else None

    @property
    def difference(self) -> int | None:
        """By how many levels the last return raised it; None where it was the first."""
        if len(self.answers) < 2:
            return None
        return self.answers[-1].level - self.answers[-2].level

    @property
    def changes(self) -> list[LevelChange]:
        """Where two consecutive returns differ."""
        return [
            LevelChange(self.borough, self.skill, before, after)
            for before, after in pairwise(self.answers)
            if before.level != after.level
        ]


def level_histories(levels: SkillLevelQuerySet) -> list[LevelHistory]:
    """The histories that end in these levels, in their order; two queries."""
    past = PastLevel.objects.behind(levels).order_by("as_of_last", "pk")
    before: Mapping[tuple[int, int], list[ReturnedLevel]] = defaultdict(list)
    fields = ("borough", "skill", "level", "as_of")
    for borough, skill, level, as_of in past.values_list(*fields)[:MAX_LEVELS]:
        before[borough, skill].append(ReturnedLevel(Level(level), as_of))
    return [
        LevelHistory(
            present.borough,
            present.skill,
            [
                *before[present.borough_id, present.skill_id],
                ReturnedLevel(Level(present.level), present.as_of),
            ],
        )
        for present in levels.for_list()[:MAX_LEVELS]
    ]


def level_changes(histories: Iterable[LevelHistory]) -> list[LevelChange]:
    """What changed from return to return, the latest first, then by borough and skill."""
    changes = [change for history in histories for change in history.changes]
    changes.sort(key=lambda change: (change.borough.name, change.skill.position, change.skill.pk))
    return sorted(changes, key=lambda change: change.after.day, reverse=True)


def count_changes(histories: Iterable[LevelHistory]) -> tuple[int, int, int]:
    """How many of the 33 the last return raised, lowered, and left as they were."""
    differences = [
        history.difference for history in _london(histories) if history.difference is not None
    ]
    up, down = sum(value > 0 for value in differences), sum(value < 0 for value in differences)
    return up, down, len(differences) - up - down


def _london(histories: Iterable[LevelHistory]) -> list[LevelHistory]:
    return [history for history in histories if history.borough.kind != Borough.Kind.REGIONAL]


def quarterly_chart(
    skill: Skill, histories: Sequence[LevelHistory], today: datetime.date, csv: str
) -> Chart:
    """Boroughs of the 33 at each level, as known at the end of each quarter up to today."""
    london = _london(histories)
    days = _quarter_ends(london, today)
    columns = [Counter(history.at(day) for history in london) for day in days]
    labels = [quarter_words(quarter_of(day)) for day in days]
    best_first = sorted(Level, reverse=True)
    series = {level.label: [column[level] for column in columns] for level in best_first}
    unknown = [LONDON - len(london) + column[None] for column in columns]
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


def _quarter_ends(histories: Sequence[LevelHistory], today: datetime.date) -> list[datetime.date]:
    """Ends of the last quarters, the last one today, from the first on that has an answer."""
    first = today - relativedelta(months=3 * (QUARTER_COUNT - 1))
    ends = [last_day_of(quarter) for quarter in quarters_from(first, QUARTER_COUNT)]
    days = [*ends[:-1], today]
    return [day for day in days if any(history.at(day) is not None for history in histories)]


def _title(skill: Skill, histories: Sequence[LevelHistory]) -> str:
    up, down, same = count_changes(histories)
    count = up + down + same
    if not count:
        return f"{skill.name} over the returns: no borough has an earlier return to compare with"
    return (
        f"Of {count} borough{'s' if count > 1 else ''} with an earlier return, "
        f"{up or 'none'} raised {skill.name} and {down or 'none'} lowered it"
    )


def _sentence(histories: Sequence[LevelHistory]) -> str:
    if not histories:
        return "No borough’s level is known."
    counts = count_changes(histories)
    same, single = counts[-1], len(histories) - sum(counts)
    return (
        f"{same or 'None'} stayed as {'it was' if same == 1 else 'they were'}; of "
        f"{single or 'none'} only one return is known. A level counts from the day of its return "
        "until the next; a bar that grows may mean that more boroughs have answered. Those without "
        "a return are not known, which is not none."
    )
