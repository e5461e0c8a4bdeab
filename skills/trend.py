"""The picture of one skill over the returns: boroughs by level at the end of each quarter."""

import datetime
from collections.abc import Sequence

from dateutil.relativedelta import relativedelta

from boroughs.models import LONDON, Borough
from citytools.charts import SEQUENCE, Chart, upright_bars
from citytools.quarters import last_day_of, quarter_of, quarter_words, quarters_from
from skills.history import Course, tally
from skills.models import Level, Skill

QUARTERS = 8
_BEST_FIRST = sorted(Level, reverse=True)


def by_quarter(skill: Skill, courses: Sequence[Course], today: datetime.date, csv: str) -> Chart:
    """Boroughs of the 33 at each level, as known at the end of each quarter up to today."""
    london = [one for one in courses if one.borough.kind != Borough.Kind.REGIONAL]
    columns = [_at(london, day) for day in _days(london, today)]
    labels = [quarter_words(quarter_of(day)) for day in _days(london, today)]
    series = {level.label: [one[level] for one in columns] for level in _BEST_FIRST}
    unknown = [LONDON - sum(one.values()) for one in columns]
    return Chart(
        key="over-returns",
        title=_finding(skill, london),
        sentence=_sentence(london),
        figure=upright_bars(labels, series, colours=SEQUENCE),
        head=("At the end of", *series, "Not known"),
        rows=list(zip(labels, *series.values(), unknown, strict=True)),
        source=f"Returns on skills, each with its own source and date, as at {today:%-d %B %Y}.",
        csv=csv,
    )


def _days(courses: Sequence[Course], today: datetime.date) -> list[datetime.date]:
    """Ends of quarters, the last one today, from the first that has an answer on."""
    first = today - relativedelta(months=3 * (QUARTERS - 1))
    ends = [last_day_of(one) for one in quarters_from(first, QUARTERS)]
    days = [*ends[:-1], today]
    return [day for day in days if any(one.at(day) is not None for one in courses)]


def _at(courses: Sequence[Course], day: datetime.date) -> dict[Level, int]:
    known = [one.at(day) for one in courses]
    return {level: known.count(level) for level in Level}


def _finding(skill: Skill, courses: Sequence[Course]) -> str:
    up, down, same = tally(courses)
    if not up + down + same:
        return f"{skill.name} over the returns: no borough has an earlier return to compare with"
    of = (
        f"Of {up + down + same} borough{'s' if up + down + same > 1 else ''} with an earlier return"
    )
    return f"{of}, {up or 'none'} raised {skill.name} and {down or 'none'} lowered it"


def _sentence(courses: Sequence[Course]) -> str:
    if not courses:
        return "No borough’s level is known."
    *_, same = tally(courses)
    only = len(courses) - sum(tally(courses))
    return (
        f"{same or 'None'} stayed as {'it was' if same == 1 else 'they were'}; of {only or 'none'} "
        f"only one return is known. A level counts from the day of its return until the next; a "
        "bar that grows may mean that more boroughs have answered. Those without a return are not "
        "known, which is not none."
    )
