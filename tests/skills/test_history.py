"""Levels over time: what is a change, what is a correction, and what is no past at all."""

import datetime
from typing import Any

import pytest
from django.db import connection
from django.test import Client

from boroughs.models import Borough
from skills import level_history
from skills.models import PastLevel, SkillLevel
from tests import factories
from tests.estate import small_london
from tests.pages import rows, words
from tests.staff import PROVENANCE, messages, post_change, signed_in

pytestmark = pytest.mark.django_db

TODAY = datetime.date(2026, 11, 30)


def changed(level: SkillLevel, /, **fields: Any) -> list[PastLevel]:
    """The past after a change of the present."""
    SkillLevel.objects.filter(pk=level.pk).update(**fields)
    return list(PastLevel.objects.all())


def test_a_later_return_keeps_what_the_one_before_said() -> None:
    level = factories.skill_level(level=1, headcount="3 to 5", can_teach=False, as_of="2025-10-01")
    (past,) = changed(level, level=3, as_of="2026-10-01", headcount="6 to 10")
    assert (past.borough, past.skill) == (level.borough, level.skill)
    assert (past.level, past.headcount, past.as_of) == (1, "3 to 5", "2025-10-01")
    assert (past.can_teach, past.wants_help, past.confidence) == (False, None, "high")


def test_a_level_that_stays_in_a_later_return_is_kept_too() -> None:
    level = factories.skill_level(level=2, as_of="2025-10-01")
    (past,) = changed(level, as_of="2026-10-01")
    assert past.level == 2


def test_a_correction_keeps_its_date_and_adds_nothing_to_the_past() -> None:
    level = factories.skill_level(level=1, as_of="2026-10-01")
    assert changed(level, level=4) == []
    assert changed(level, note="Typed wrong.", as_of="2026-10-01") == []


@pytest.mark.parametrize(
    ("before", "after", "is_kept"),
    [
        ("2025", "2026", True),
        ("2025-12", "2026", True),
        ("2025", "2025-09", False),
        ("2025-09", "2025-09-30", False),
        ("2025-09-30", "2025-09", False),
        ("2025-09-30", "2025-10", True),
        ("2026-09-30", "2025", False),
        ("2026-10-01", "2026-09-30", False),
    ],
)
def test_only_what_was_surely_earlier_is_the_past(before: str, after: str, is_kept: bool) -> None:
    level = factories.skill_level(as_of=before)
    assert bool(changed(level, as_of=after)) is is_kept


@pytest.mark.parametrize("to", ["return", "illustrative"])
def test_what_is_invented_is_never_the_past_of_what_is_real(to: str) -> None:
    kinds = {"return": "illustrative", "illustrative": "return"}
    level = factories.skill_level(as_of="2025-10-01", source_kind=kinds[to])
    assert changed(level, as_of="2026-10-01", source_kind=to) == []
    factories.past_level(level, source_kind=kinds[to])
    assert previous_of(level) == (None, None)


def test_a_level_moved_to_another_borough_is_a_correction() -> None:
    level = factories.skill_level(as_of="2025-10-01")
    assert changed(level, borough=factories.borough(), as_of="2026-10-01") == []


def test_the_same_return_twice_keeps_one_past_level_with_the_latest_words() -> None:
    level = factories.skill_level(level=1, as_of="2025-10-01")
    changed(level, level=2, as_of="2026-10-01")
    assert len(changed(level, level=0, as_of="2025-10-01")) == 1
    (past,) = changed(level, level=2, as_of="2026-10-01")
    assert past.level == 0


def previous_of(level: SkillLevel) -> tuple[Any, Any]:
    row: Any = SkillLevel.objects.with_previous().get(pk=level.pk)
    return row.previous, row.previous_as_of


def test_the_previous_level_is_the_latest_of_the_earlier_ones() -> None:
    level = factories.skill_level(level=3, as_of="2026-10-01")
    for when, value in (("2024", 0), ("2025-11-30", 2), ("2025-06", 1), ("2026-10", 4)):
        factories.past_level(level, level=value, as_of=when)
    factories.past_level(level=4)
    assert previous_of(level) == (2, "2025-11-30")


def test_the_file_has_the_previous_level_and_its_date(client: Client) -> None:
    level = factories.skill_level(level=3)
    (row,) = rows(client, "/skills/skills.csv")
    assert (row["previous_level"], row["previous_as_of"]) == ("", "")
    factories.past_level(level, level=0, as_of="2025")
    (row,) = rows(client, "/skills/skills.csv")
    assert (row["previous_level"], row["previous_as_of"]) == ("0", "2025")


PREVIOUS = """
SELECT now.id, before.level FROM skills_skilllevel now JOIN LATERAL (
    SELECT past.level FROM skills_pastlevel past
    WHERE (past.borough_id, past.skill_id) = (now.borough_id, now.skill_id)
    AND (past.source_kind = 'illustrative') = (now.source_kind = 'illustrative')
    AND rpad(past.as_of, 10, '~') < now.as_of
    ORDER BY rpad(past.as_of, 10, '~') DESC, past.id DESC LIMIT 1
) before ON true
"""


def test_sql_agrees_on_the_previous_level_of_every_one() -> None:
    small_london()
    for number, level in enumerate(SkillLevel.objects.order_by("pk")):
        for when in ("2024", "2025-11", "2025-11-30")[: number % 4]:
            factories.past_level(
                level,
                as_of=when,
                level=number % 5,
                source_kind=("return", "illustrative")[number % 2],
            )
    with connection.cursor() as cursor:
        cursor.execute(PREVIOUS)
        expected = dict(cursor.fetchall())
    levels: Any = SkillLevel.objects.with_previous()
    assert {level.pk: level.previous for level in levels if level.previous is not None} == expected
    assert len(expected) > 10
    last = {level.borough_id * 1000 + level.skill_id: level.previous for level in levels}
    for history in level_history.level_histories(SkillLevel.objects.all()):
        before = [returned_level.level for returned_level in history.answers[:-1]]
        assert last[history.borough.pk * 1000 + history.skill.pk] == (
            before[-1] if before else None
        )


def histories_for(skill: Any, *answers: tuple[int | None, int]) -> list[level_history.LevelHistory]:
    """Courses of one skill: a borough for each pair of levels a year before and now."""
    for before, now in answers:
        level = factories.skill_level(skill=skill, level=now, as_of="2026-10-01")
        if before is not None:
            factories.past_level(level, level=before, as_of="2025-10-01")
    return level_history.level_histories(SkillLevel.objects.filter(skill=skill))


def test_a_course_says_what_was_known_on_a_day() -> None:
    (history,) = histories_for(factories.skill(), (1, 3))
    days = ("2025-09-30", "2025-10-01", "2026-09-30", "2026-10-01")
    assert [history.at(datetime.date.fromisoformat(day)) for day in days] == [None, 1, 1, 3]
    assert history.difference == 2


def test_the_trend_counts_boroughs_by_level_at_the_end_of_each_quarter() -> None:
    skill = factories.skill("Design")
    histories = histories_for(skill, (1, 3), (2, 2), (4, 3), (None, 0))
    gla = factories.borough("GLA", kind=Borough.Kind.REGIONAL)
    factories.skill_level(skill=skill, borough=gla, level=4)
    histories = level_history.level_histories(SkillLevel.objects.filter(skill=skill))
    chart = level_history.quarterly_chart(skill, histories, TODAY, "")
    assert chart.head == (
        "At the end of", "Expert", "Practitioner", "Working", "Awareness", "None", "Not known",
    )  # fmt: skip
    assert chart.rows[0] == ("Oct–Dec 2025", 1, 0, 1, 1, 0, 30)
    assert chart.rows[3] == ("Jul–Sep 2026", 1, 0, 1, 1, 0, 30)
    assert chart.rows[4] == ("Oct–Dec 2026", 0, 2, 1, 0, 1, 29)
    assert len(chart.rows) == 5
    assert chart.title == ("Of 3 boroughs with an earlier return, 1 raised Design and 1 lowered it")
    assert "1 stayed as it was; of 1 only one return is known." in chart.sentence
    bars = [[trace["y"][place] for trace in chart.figure["data"]] for place in range(5)]
    assert bars == [list(row[1:6]) for row in chart.rows]


def test_a_first_return_is_no_trend(client: Client) -> None:
    factories.skill_level(skill=factories.skill("Design"))
    text = words(client.get("/skills/design/"))
    assert "no borough has an earlier return to compare with" in text
    assert "No two returns differ." in text


def test_a_year_counts_from_the_last_day_it_can_mean() -> None:
    level = factories.skill_level(as_of="2026-10-01")
    factories.past_level(level, as_of="2025", level=1)
    (history,) = level_history.level_histories(SkillLevel.objects.all())
    assert history.at(datetime.date(2025, 12, 30)) is None
    assert history.at(datetime.date(2025, 12, 31)) == 1


def test_a_skill_says_who_changed_and_when_the_latest_first(client: Client) -> None:
    skill = factories.skill("Design")
    early = factories.skill_level(
        skill=skill, level=3, as_of="2026-09-01", borough=factories.borough("Ealing")
    )
    late = factories.skill_level(
        skill=skill, level=1, as_of="2026-10", borough=factories.borough("Camden")
    )
    factories.past_level(early, level=2, as_of="2025")
    factories.past_level(early, level=3, as_of="2024")
    factories.past_level(late, level=2, as_of="2025-10-31")
    text = words(client.get("/skills/design/"))
    order = [
        "Camden lowered from working (as of 31 October 2025) to awareness (as of October 2026)",
        "Ealing raised from working (as of 2025) to practitioner (as of 1 September 2026)",
        "Ealing lowered from practitioner (as of 2024) to working (as of 2025)",
    ]
    places = [text.index(line) for line in order]
    assert places == sorted(places)


def test_the_matrix_shows_what_changed_with_sign_and_words(client: Client) -> None:
    skill = factories.skill()
    for name, before, now in (("A", 1, 3), ("B", 3, 2), ("C", 2, 2), ("D", None, 4)):
        level = factories.skill_level(borough=factories.borough(name), skill=skill, level=now)
        if before is not None:
            factories.past_level(level, level=before)
    factories.borough("E")
    page = client.get("/skills/", {"show": "change"})
    ((_, (row,)),) = page.context["matrix"].groups
    assert [tuple(cell.label) for cell in row.cells] == [
        ("up", "+2", "raised from awareness to practitioner"),
        ("down", "−1", "lowered from practitioner to working"),
        ("same", "=", "same as before, working"),
        ("new", "new", "no earlier return to compare with"),
        ("unknown", "?", "not known"),
    ]
    assert row.summary == "1/1 of 3"
    assert "+2 raised from awareness to practitioner" in words(page, "tbody")


def test_staff_are_told_when_an_edit_made_a_past_level(client: Client) -> None:
    level = factories.skill_level(as_of="2026-09-01")
    keys = {"borough": level.borough_id, "skill": level.skill_id, "level": "3"}
    keys |= {"can_teach": "unknown", "wants_help": "unknown"}
    dated = {day: PROVENANCE | keys | {"as_of": f"2026-{day}-01"} for day in ("09", "10")}
    corrected = post_change(signed_in(client), level, dated["09"])
    assert not any("past level" in message for message in messages(corrected))
    later = post_change(client, level, dated["10"])
    assert any("as of 2026-09-01 is kept as a past level" in message for message in messages(later))
