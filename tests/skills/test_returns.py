"""A return on skills: one page for all skills, saved as one batch, never over somebody else's."""

import datetime
import re
from typing import Any

import pghistory
import pytest
from django.contrib.auth.models import Permission, User
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from boroughs.models import Borough, Return
from citytools.facts import dates
from citytools.models import Batch
from skills.models import PastLevel, Skill, SkillLevel
from tests import factories
from tests.pages import read, text_of, words
from tests.staff import address, messages, signed_in
from tests.staff import confirmed as press

pytestmark = pytest.mark.django_db

HEAD = {"received_on": "2026-11-20", "confidence": "high"}


@pytest.fixture(autouse=True)
def _today(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dates, "today", lambda: datetime.date(2026, 11, 20))


@pytest.fixture
def camden() -> Borough:
    return factories.borough("Camden")


@pytest.fixture
def staff(client: Client) -> Client:
    return signed_in(client)


def place(slug: str = "camden") -> str:
    return reverse("admin:skills_skilllevel_return", args=[slug])


def filled(client: Client, **answers: Any) -> dict[str, str]:
    """The form as the page shows it, with levels given by the skills' names."""
    page = text_of(client.get(place()))
    posted = dict(re.findall(r'<input type="hidden" name="(seen-\w+)" value="([^"]*)"', page))
    for name, body in re.findall(
        r'<select name="(skill-[^"]+)"[^>]*>(.*?)</select>', page, re.DOTALL
    ):
        match = re.search(r'<option value="([^"]*)" selected', body)
        posted[name] = match[1] if match else ""
    for name, level in answers.items():
        posted[f"skill-{Skill.objects.get(name=name).pk}-level"] = str(level)
    return posted


def sent(client: Client, **answers: Any) -> Any:
    """The page filled in and sent; `head` may change its date and so on."""
    head = HEAD | answers.pop("head", {})
    return client.post(place(), filled(client, **answers) | head)


def confirmed(client: Client, **answers: Any) -> Any:
    """The page sent as complete, and once more with the tick that it then asks for."""
    head = answers.pop("head", {}) | {"complete": "on"}
    response = sent(client, head=head, **answers)
    token = re.search(r'name="confirm" value="(\w{32})"', text_of(response))
    assert token
    return sent(client, head=head | {"confirm": token[1]}, **answers)


def problems(response: Any) -> str:
    assert response.status_code == 200, response
    return "\n".join(message for _, message in response.context["sheet"].problems)


def level_of(name: str) -> SkillLevel:
    return SkillLevel.objects.get(skill__name=name)


def test_answers_become_levels_of_that_day_with_one_return(staff: Client, camden: Borough) -> None:
    for name in ("Data", "Law", "Test"):
        factories.skill(name)
    response = sent(staff, Data=3, Law=0)
    (text,) = messages(response)
    assert "0 raised, 0 lowered, 0 unchanged, 2 new; 1 not answered, stays as it was" in text
    data = level_of("Data")
    assert (data.level, data.as_of, data.source_kind, data.confidence) == (
        3, "2026-11-20", "return", "high",
    )  # fmt: skip
    assert (data.headcount, data.can_teach, data.wants_help) == ("", None, None)
    assert SkillLevel.objects.count() == 2
    borough_return = Return.objects.get()
    assert (str(borough_return.received_on), borough_return.subject, borough_return.complete) == (
        "2026-11-20",
        "skills",
        False,
    )


def test_all_answers_on_a_skill_are_kept(staff: Client, camden: Borough) -> None:
    key = f"skill-{factories.skill('Data').pk}"
    answers = {f"{key}-headcount": "3 to 5", f"{key}-can_teach": "yes", f"{key}-wants_help": "no"}
    confirmed(staff, Data=4, head=answers)
    data = level_of("Data")
    assert (data.headcount, data.can_teach, data.wants_help) == ("3 to 5", True, False)
    assert Return.objects.get().complete


def test_the_page_is_filled_in_from_last_time(staff: Client, camden: Borough) -> None:
    level = factories.skill_level(
        borough=camden, level=3, headcount="6 to 10", can_teach=True, wants_help=False
    )
    factories.returned(camden, subject="skills", received_on="2026-09-30")
    posted = filled(staff)
    key = f"skill-{level.skill_id}"
    names = ("level", "headcount", "can_teach", "wants_help")
    assert [posted[f"{key}-{name}"] for name in names] == ["3", "6 to 10", "yes", "no"]
    assert "The answers of the return of 30 September 2026 are filled in" in words(
        staff.get(place()), "body"
    )


def test_a_later_return_says_what_went_up_and_down_and_keeps_the_past(
    staff: Client, camden: Borough
) -> None:
    for name, level in (("Up", 1), ("Down", 3), ("Same", 2), ("Left", 2)):
        factories.skill_level(borough=camden, skill=factories.skill(name), level=level)
    factories.skill("New")
    response = sent(staff, Up=2, Down=0, New=1, Left="")
    assert "1 raised, 1 lowered, 1 unchanged, 1 new; 1 not answered" in messages(response)[0]
    past = PastLevel.objects.order_by("skill__name").values_list("skill__name", "level", "as_of")
    assert list(past) == [
        ("Down", 3, "2026-09-30"),
        ("Same", 2, "2026-09-30"),
        ("Up", 1, "2026-09-30"),
    ]
    assert level_of("Left").as_of == "2026-09-30"
    assert level_of("Same").as_of == "2026-11-20"


def test_the_same_day_again_corrects_the_return_and_makes_no_past(
    staff: Client, camden: Borough
) -> None:
    factories.skill("Data")
    sent(staff, Data=3)
    response = confirmed(staff, Data=1)
    assert "1 lowered" in messages(response)[-1]
    assert Return.objects.get().complete
    assert not PastLevel.objects.exists()


def test_the_same_answers_again_say_that_nothing_differs(staff: Client, camden: Borough) -> None:
    factories.skill("Data")
    sent(staff, Data=3)
    response = sent(staff)
    assert "Nothing differs from what was recorded." in messages(response)[-1]
    assert response["Location"] == place()


def test_a_batch_is_named_in_the_history_of_each_level(staff: Client, camden: Borough) -> None:
    factories.skill("Data")
    sent(staff, Data=3)
    page = words(staff.get(address(SkillLevel, "history", level_of("Data").pk)), "body")
    assert "Ada Obi: return on skills of Camden, 20 November 2026" in page
    events: Any = SkillLevel.pgh_event_model  # type: ignore[attr-defined]
    contexts = {events.objects.get().pgh_context_id}
    contexts |= {Return.pgh_event_model.objects.get().pgh_context_id}  # type: ignore[attr-defined]
    assert len(contexts) == 1


def test_a_complete_return_answers_every_skill(staff: Client, camden: Borough) -> None:
    for name in ("Data", "Law", "Test"):
        factories.skill(name)
    text = problems(sent(staff, Data=3, head={"complete": "on"}))
    assert "Not complete: 2 not answered (Law, Test). Answer them, or take the tick away." in text
    assert not SkillLevel.objects.exists()


def test_a_complete_return_first_says_what_it_will_say_in_public(
    staff: Client, camden: Borough
) -> None:
    factories.skill("Data")
    response = sent(staff, Data=3, head={"complete": "on"})
    assert "Nothing was saved yet." in problems(response)
    page = words(response, "body")
    assert "With this return Camden has a level recorded on 1 of 1 skill. Saved as" in page
    assert "will give 1 as all its skills instead of “at least 1”" in page
    assert response.context["sheet"].rows[0].form["level"].value() == "3"
    assert '<a href="#id_confirm">' in text_of(response)
    assert 'type="checkbox" name="confirm"' in text_of(response)
    assert not SkillLevel.objects.exists()
    assert not Return.objects.exists()
    assert confirmed(staff, Data=3).status_code == 302
    assert Return.objects.get().complete


def test_what_was_said_then_holds_on_the_public_page(staff: Client, camden: Borough) -> None:
    factories.skill("Data")
    factories.skill_level(borough=camden, skill=factories.skill("Law"), source_kind="illustrative")
    confirmed(staff, Data=3, Law=2)
    assert "Skills: 2 " in words(staff.get("/boroughs/camden/"))


def test_a_correction_of_a_complete_return_is_not_asked_again(
    staff: Client, camden: Borough
) -> None:
    factories.skill("Data")
    earlier = {"received_on": "2026-11-10", "complete": "on"}
    confirmed(staff, Data=3, head=earlier)
    assert sent(staff, Data=2, head=earlier).status_code == 302
    later = {"received_on": "2026-11-20", "complete": ""}
    assert sent(staff, Data=1, head=later).status_code == 302
    assert "Nothing was saved yet." in problems(sent(staff, Data=1, head={"complete": "on"}))


def test_a_tick_that_was_not_offered_does_not_count(staff: Client, camden: Borough) -> None:
    factories.skill("Data")
    response = sent(staff, Data=3, head={"complete": "on", "confirm": "on"})
    assert "Read what this will say" in problems(response)
    assert not Return.objects.exists()


def test_an_invented_return_of_a_later_day_does_not_count_instead(
    staff: Client, camden: Borough
) -> None:
    factories.skill("Data")
    factories.returned(
        camden, subject="skills", received_on="2026-11-26", source_kind="illustrative"
    )
    page = words(sent(staff, Data=3, head={"complete": "on"}), "body")
    assert "With this return Camden has a level" in page


def test_of_many_that_are_missing_the_first_are_named(staff: Client, camden: Borough) -> None:
    for number in range(9):
        factories.skill(f"S{number}", position=number)
    text = problems(sent(staff, S0=1, head={"complete": "on"}))
    assert "8 not answered (S1, S2, S3, S4, S5 and 3 more)" in text


@pytest.mark.parametrize(
    ("day", "message"),
    [
        ("", "Received on: Say on which day the return was received."),
        ("2026-12-01", "Received on: The day lies ahead"),
        ("1966-10-14", "Received on: The day is too long ago"),
        ("2026-02-30", "Received on: “2026-02-30” is not a day. Write a whole day, as in 2026-11"),
        ("yesterday", "Received on: “yesterday” is not a day. Write a whole day, as in 2026-11-30"),
        ("2026-11", "Received on: “2026-11” is not a day. Write a whole day, as in 2026-11-30 or"),
        ("\x00", "Received on: "),
    ],
)
def test_a_day_that_cannot_be_is_named_and_all_answers_are_kept(
    staff: Client, camden: Borough, day: str, message: str
) -> None:
    skill = factories.skill("Data")
    response = sent(staff, Data=4, head={"received_on": day})
    assert message in problems(response)
    assert not SkillLevel.objects.exists()
    assert response.context["sheet"].rows[0].form["level"].value() == "4"
    assert f'<a href="#id_skill-{skill.pk}' not in text_of(response)
    assert '<a href="#id_received_on">' in text_of(response)


def test_the_day_is_read_as_people_write_it_and_shown_back(staff: Client, camden: Borough) -> None:
    factories.skill("Data")
    response = sent(staff, Data=4, head={"received_on": "1 Oct 2026"})
    assert str(Return.objects.get().received_on) == "2026-10-01"
    note = "Received on: “1 Oct 2026” was read as 1 October 2026 (2026-10-01)."
    assert note in messages(response)


def test_a_day_before_the_latest_return_is_refused(staff: Client, camden: Borough) -> None:
    factories.skill("Data")
    factories.returned(camden, subject="skills", received_on="2026-11-15")
    factories.returned(
        camden, subject="skills", received_on="2026-11-19", source_kind="illustrative"
    )
    text = problems(sent(staff, Data=1, head={"received_on": "2026-11-14"}))
    assert "A later return, of 15 November 2026, is recorded." in text
    assert sent(staff, Data=1, head={"received_on": "2026-11-16"}).status_code == 302


def test_a_level_that_is_later_than_the_return_is_not_overwritten(
    staff: Client, camden: Borough
) -> None:
    factories.skill_level(borough=camden, skill=factories.skill("Data"), as_of="2026-11-20")
    factories.skill_level(borough=camden, skill=factories.skill("Law"), as_of="2026")
    text = problems(sent(staff, Data=1, Law=1, head={"received_on": "2026-11-19"}))
    assert "Data, level: What is recorded is later than this return: working (as of 20 Nov" in text
    assert "Law" not in text


@pytest.mark.parametrize(
    ("field", "value", "message"),
    [
        ("level", "9", "Data, level: Select a valid choice. 9 is not one of the available"),
        ("level", "-1", "Data, level: Select a valid choice"),
        ("level", "three", "Data, level: Select a valid choice"),
        ("level", "\x00", "Data, level: "),
        ("headcount", "7", "Data, people: Select a valid choice"),
        ("can_teach", "maybe", "Data, can teach: Select a valid choice"),
        ("wants_help", "9" * 400, "Data, wants help: Select a valid choice"),
    ],
)
def test_an_answer_that_cannot_be_is_named_by_skill_and_field(
    staff: Client, camden: Borough, field: str, value: str, message: str
) -> None:
    skill = factories.skill("Data")
    posted = filled(staff, Data=2) | HEAD | {f"skill-{skill.pk}-{field}": value}
    response = staff.post(place(), posted)
    assert message in problems(response)
    assert f'<a href="#id_skill-{skill.pk}-{field}">' in text_of(response)
    assert not SkillLevel.objects.exists()


def test_answers_without_a_level_are_named(staff: Client, camden: Borough) -> None:
    skill = factories.skill("Data")
    factories.skill("Law")
    posted = filled(staff, Law=2) | HEAD | {f"skill-{skill.pk}-headcount": "3 to 5"}
    assert "Data, level: Choose a level, or take the other answers" in problems(
        staff.post(place(), posted)
    )


@pytest.mark.parametrize("number", ["999999", "0", "-1", "x", "9" * 40, "\x00"])
def test_answers_on_skills_that_are_not_recorded_are_refused(
    staff: Client, camden: Borough, number: str
) -> None:
    factories.skill("Data")
    response = staff.post(place(), filled(staff, Data=2) | HEAD | {f"skill-{number}-level": "3"})
    if number == "-1":
        assert response.status_code == 302  # no number of a skill at all
    else:
        assert "Answers on skills that are not recorded" in problems(response)
        assert not SkillLevel.objects.exists()


def test_nothing_answered_is_nothing_to_save(staff: Client, camden: Borough) -> None:
    factories.skill("Data")
    assert "there is nothing to save" in problems(sent(staff))
    assert "there is nothing to save" in problems(staff.post(place(), HEAD))
    assert problems(staff.post(place(), {})).count("\n") >= 2
    assert not Return.objects.exists()


@pytest.mark.parametrize(("answer", "level_now"), [("theirs", 4), ("mine", 3)])
def test_a_level_that_changed_meanwhile_is_not_overwritten_unseen(
    staff: Client, camden: Borough, answer: str, level_now: int
) -> None:
    level = factories.skill_level(borough=camden, skill=factories.skill("Data"), level=2)
    factories.skill("Law")
    posted = filled(staff, Data=3, Law=1) | HEAD
    SkillLevel.objects.filter(pk=level.pk).update(level=4, wants_help=True)
    response = staff.post(place(), posted)
    problem = problems(response).replace("30 Sep 2026", "30 Sept 2026")
    assert "Data, level: Somebody, directly in the database, changed this on " in problem
    assert "; recorded now: expert, wants help (as of 30 Sept 2026)" in problem
    assert "When you opened this page: working." in text_of(response)
    assert "Law" not in problems(response)
    assert level_of("Data").level == 4
    assert response.context["sheet"].rows[0].form["level"].value() == "3"
    again = dict(re.findall(r'name="((?:seen|before)-\w+)" value="([^"]*)"', text_of(response)))
    choice = f"choice-{level.skill_id}"
    for undecided in ("", "x", "\x00"):
        page = staff.post(place(), posted | again | {choice: undecided})
        assert "Choose below" in problems(page)
        assert "When you opened this page: working." in text_of(page)
    assert level_of("Data").level == 4
    assert staff.post(place(), posted | again | {choice: answer}).status_code == 302
    assert (level_of("Data").level, level_of("Law").level) == (level_now, 1)


def test_a_third_change_of_a_level_is_asked_again(staff: Client, camden: Borough) -> None:
    level = factories.skill_level(borough=camden, skill=factories.skill("Data"), level=2)
    posted = filled(staff, Data=3) | HEAD
    SkillLevel.objects.filter(pk=level.pk).update(level=4)
    page = text_of(staff.post(place(), posted))
    again = dict(re.findall(r'name="((?:seen|before)-\w+)" value="([^"]*)"', page))
    SkillLevel.objects.filter(pk=level.pk).update(level=1)
    response = staff.post(place(), posted | again | {f"choice-{level.skill_id}": "mine"})
    assert "recorded now: awareness" in problems(response)
    assert level_of("Data").level == 1


def test_a_level_that_came_meanwhile_is_not_overwritten_unseen(
    staff: Client, camden: Borough
) -> None:
    skill = factories.skill("Data")
    posted = filled(staff, Data=3) | HEAD
    factories.skill_level(borough=camden, skill=skill, level=1)
    assert "recorded now: awareness" in problems(staff.post(place(), posted))
    without = {name: value for name, value in posted.items() if not name.startswith("seen")}
    assert "directly in the database, changed this" in problems(staff.post(place(), without))


def test_a_change_to_a_skill_that_is_not_answered_hinders_nobody(
    staff: Client, camden: Borough
) -> None:
    skill = factories.skill("Data")
    factories.skill("Law")
    posted = filled(staff, Law=3) | HEAD
    factories.skill_level(borough=camden, skill=skill, level=1)
    assert staff.post(place(), posted).status_code == 302
    assert level_of("Data").level == 1


def test_what_is_invented_is_not_filled_in_and_is_replaced(staff: Client, camden: Borough) -> None:
    factories.skill_level(
        borough=camden, skill=factories.skill("Data"), level=4, source_kind="illustrative",
        as_of="2026-11-19",
    )  # fmt: skip
    assert "1 level on record is invented for demonstration" in words(staff.get(place()), "body")
    assert not any(filled(staff)[name] for name in filled(staff) if name.endswith("level"))
    response = sent(staff, Data=1, head={"received_on": "2026-11-01"})
    assert "1 new" in messages(response)[0]
    assert (level_of("Data").level, level_of("Data").source_kind) == (1, "return")
    assert not PastLevel.objects.exists()


def batch_of(response: Any) -> str:
    assert response.status_code == 302, problems(response)
    return str(response["Location"])


def test_the_batch_says_what_changed(staff: Client, camden: Borough) -> None:
    for name, level in (("Up", 1), ("Same", 2)):
        factories.skill_level(borough=camden, skill=factories.skill(name), level=level)
    key = f"skill-{factories.skill('New').pk}"
    posted = filled(staff, Up=3, New=4) | HEAD | {f"{key}-can_teach": "yes"}
    page = staff.get(batch_of(staff.post(place(), posted)))
    text = words(page, "table")
    assert "Camden: Up, practitioner Skill level Changed" in text
    assert "Level from Awareness → to Practitioner" in text
    assert "Camden: New, expert Skill level Created" in text
    assert "Can teach yes" in text
    said = "Return on skills of Camden, 20 November 2026: 1 raised, 0 lowered, 1 unchanged, 1 new"
    assert said in words(page, "body")


def test_undoing_a_batch_puts_all_back(staff: Client, camden: Borough) -> None:
    factories.skill_level(
        borough=camden, skill=factories.skill("Up"), level=1, note="By telephone.", headcount="0"
    )
    factories.skill_level(
        borough=camden, skill=factories.skill("Was"), level=2, source_kind="illustrative"
    )
    factories.skill("New")
    before = list(SkillLevel.objects.order_by("pk").values())
    where = batch_of(sent(staff, Up=3, Was=1, New=4))
    assert PastLevel.objects.count() == 1
    undo = where.replace("change", "undo")
    assert f"Undone: {Batch.objects.get()}." in messages(press(staff, undo))[-1]
    assert list(SkillLevel.objects.order_by("pk").values()) == before
    assert not PastLevel.objects.exists()
    assert not Return.objects.exists()
    assert "There is nothing to undo" in words(staff.get(undo), "body")


def test_undoing_a_correction_brings_the_return_back_as_it_was(
    staff: Client, camden: Borough
) -> None:
    factories.skill("Data")
    sent(staff, Data=3, head={"confidence": "low"})
    where = batch_of(confirmed(staff, Data=1))
    press(staff, where.replace("change", "undo"))
    assert level_of("Data").level == 3
    assert (Return.objects.get().complete, Return.objects.get().confidence) == (False, "low")


def test_a_batch_is_not_undone_over_a_later_edit(staff: Client, camden: Borough) -> None:
    factories.skill("Data")
    where = batch_of(sent(staff, Data=3))
    with pghistory.context(by="somebody else"):
        SkillLevel.objects.update(level=2)
    page = staff.get(where.replace("change", "undo"))
    assert "Not all of it can be undone" in words(page, "body")
    assert level_of("Data").level == 2


def test_two_at_once_are_told_in_words_and_nothing_is_half_saved(
    staff: Client, camden: Borough, monkeypatch: pytest.MonkeyPatch
) -> None:
    skill = factories.skill("Data")
    posted = filled(staff, Data=3) | HEAD
    factories.skill_level(borough=camden, skill=skill, level=1)
    monkeypatch.setattr("skills.returns.sheet._levels", lambda *_, **__: [])
    response = staff.post(place(), posted)
    assert "already recorded: change that record instead" in messages(response)[0]
    assert level_of("Data").level == 1
    assert not Return.objects.exists()


@pytest.mark.parametrize(
    "codes", [[], ["view_skilllevel"], ["add_skilllevel"], ["change_skilllevel"]]
)
def test_only_who_may_add_and_change_levels_may_enter_a_return(
    client: Client, camden: Borough, codes: list[str]
) -> None:
    factories.skill("Data")
    user = User.objects.create_user("guest", is_staff=True)
    user.user_permissions.add(*Permission.objects.filter(codename__in=codes))
    client.force_login(user)
    for page in (place(), "/admin/skills/skilllevel/return/"):
        assert client.get(page).status_code == 403
        assert client.post(page, HEAD).status_code == 403
    assert not SkillLevel.objects.exists()


def test_a_visitor_is_asked_to_sign_in(client: Client, camden: Borough) -> None:
    for page in (place(), "/admin/skills/skilllevel/return/"):
        response = client.post(page, HEAD)
        assert response.status_code == 302
        assert "/admin/login/" in response["Location"]


def test_a_form_from_elsewhere_is_refused(camden: Borough) -> None:
    client = signed_in(Client(enforce_csrf_checks=True))
    factories.skill("Data")
    assert client.post(place(), HEAD).status_code == 403


@pytest.mark.parametrize("slug", ["nowhere", "a" * 200])
def test_a_borough_that_is_not_is_not_found(staff: Client, slug: str) -> None:
    assert staff.get(place(slug)).status_code == 404
    assert staff.post(place(slug), HEAD).status_code == 404


def test_the_return_is_linked_from_the_borough_and_from_the_levels(
    staff: Client, camden: Borough
) -> None:
    form = staff.get(address(Borough, "change", camden.pk))
    assert place() in read(form, "body").links
    listed = read(staff.get(address(SkillLevel, "changelist")), "body").links
    assert "/admin/skills/skilllevel/return/" in listed
    wsgiresponse = staff.get("/admin/skills/skilllevel/return/")
    assert place() in read(wsgiresponse, "body").links


def test_the_choice_says_how_far_each_borough_is(staff: Client, camden: Borough) -> None:
    factories.skill_level(borough=camden)
    factories.skill_level(borough=camden, source_kind="illustrative")
    factories.returned(camden, subject="skills", received_on="2026-05-04", complete=False)
    text = words(staff.get("/admin/skills/skilllevel/return/"), "tbody")
    assert "Camden 4 May 2026, not complete 1 of 2" in text


def test_every_box_has_a_name_that_says_its_skill(staff: Client, camden: Borough) -> None:
    skill = factories.skill("Data")
    page = text_of(staff.get(place()))
    for name in ("level", "headcount", "can_teach", "wants_help"):
        assert f'<label for="id_skill-{skill.pk}-{name}">' in page
    assert page.count('<span class="visually-hidden">: Data</span>') == 4


def test_thirty_skills_take_as_many_queries_as_three(staff: Client, camden: Borough) -> None:
    counts = []
    for total in (3, 30):
        while Skill.objects.count() < total:
            factories.skill_level(borough=camden, level=1)
        posted = filled(staff) | HEAD | {"received_on": f"2026-10-{total:02}"}
        posted = {key: "2" if key.endswith("-level") else value for key, value in posted.items()}
        with CaptureQueriesContext(connection) as context:
            staff.get(place())
        with CaptureQueriesContext(connection) as saved:
            response = staff.post(place(), posted)
        with CaptureQueriesContext(connection) as capture_queries_context:
            assert staff.get(batch_of(response)).status_code == 200
        counts.append([len(context), len(saved), len(capture_queries_context)])
    assert counts[0] == counts[1]
    assert counts[0] == [8, 26, 14]


@pytest.mark.parametrize("changed", ["note of a level", "the return"])
def test_what_the_page_does_not_show_is_not_replaced_unseen(
    staff: Client, camden: Borough, changed: str
) -> None:
    factories.skill("Data")
    confirmed(staff, Data=3)
    opened = filled(staff, Data=2) | HEAD
    if changed == "the return":
        Return.objects.update(complete=False)
    else:
        SkillLevel.objects.update(note="As the head of service says.")
    response = staff.post(place(), opened)
    assert "Choose below" in problems(response) or "Somebody changed" in problems(response)
    assert level_of("Data").level == 3
