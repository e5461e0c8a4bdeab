"""A return saved as complete first shows what that will say in public; none is empty unseen."""

import datetime
import re
from typing import Any

import pytest
from django.contrib.auth.models import Permission, User
from django.test import Client

from boroughs import return_form
from boroughs.models import Borough, Return, Subject
from boroughs.return_form import Received
from citytools.facts import dates
from tests import factories, pages
from tests.pages import text_of, words
from tests.staff import PROVENANCE, address, post_change, rows, signed_in, version_opened

pytestmark = pytest.mark.django_db

RETURN = PROVENANCE | {"subject": "systems", "received_on": "2026-09-30", "complete": "on"}
TODAY = datetime.date(2026, 11, 30)
NOW = Received(TODAY, illustrative=False)


@pytest.fixture(autouse=True)
def _today(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dates, "today", lambda: TODAY)


@pytest.fixture
def staff(client: Client) -> Client:
    return signed_in(client)


@pytest.fixture
def camden() -> Borough:
    return factories.borough("Camden")


def boxes(response: Any) -> dict[str, str]:
    """The boxes of the question as they are posted once ticked."""
    tags = re.findall(r'<input type="checkbox"[^>]*>', text_of(response))
    pairs = [
        (re.search(r'name="([^"]*)"', tag), re.search(r'value="(\w{32})"', tag)) for tag in tags
    ]
    return {name[1]: value[1] for name, value in pairs if name and value}


def text(response: Any) -> str:
    assert response.status_code == 200, response
    return words(response, "body")


def post(staff: Client, borough: Borough, ticked: dict[str, str] | None = None, **new: Any) -> Any:
    """A return on its own page, new or (`pk`) changed."""
    pk = new.pop("pk", None)
    where = address(Return, "change", pk) if pk else address(Return, "add")
    version = version_opened(staff, Return.objects.get(pk=pk)) if pk else {}
    return staff.post(where, RETURN | {"borough": borough.pk} | version | new | (ticked or {}))


def post_inline(
    staff: Client, borough: Borough, *fields: Any, ticked: Any = None, initial: int = 0
) -> Any:
    """Returns on the form of their borough."""
    names = ("name", "official_name", "slug", "code", "gss_code", "kind")
    original = {name: getattr(borough, name) for name in names}
    form = original | rows("returns", *fields, initial=initial) | (ticked or {})
    return post_change(staff, borough, form)


def test_the_form_comes_back_with_what_will_be_public(staff: Client, camden: Borough) -> None:
    run, idle = factories.function("Parking"), factories.function("Licensing")
    factories.system(borough=camden, function=run)
    response = post(staff, camden, note="kept")
    page = text(response)
    assert (
        "Camden has 1 system in use recorded, for 1 of 2 functions. Saved as complete, the other "
        "1 function will be shown as “none recorded”." in page
    )
    assert "Nothing was saved yet" in page
    assert f"<ul><li>{idle}</li></ul></details>" in text_of(response)
    assert "\nkept</textarea>" in text_of(response)
    assert not Return.objects.exists()


def test_ticked_it_is_saved(staff: Client, camden: Borough) -> None:
    factories.system(borough=camden)
    ticked = boxes(post(staff, camden))
    assert list(ticked) == ["confirm"]
    assert post(staff, camden, ticked).status_code == 302
    assert Return.objects.get().complete


def test_a_return_that_is_not_complete_is_saved_unasked(staff: Client, camden: Borough) -> None:
    assert post(staff, camden, complete="").status_code == 302


def test_a_tick_for_another_borough_or_other_facts_does_not_count(
    staff: Client, camden: Borough
) -> None:
    factories.system(borough=camden)
    ticked = boxes(post(staff, camden))
    assert "Nothing was saved yet" in text(post(staff, factories.system().borough, ticked))
    factories.system(borough=camden)
    assert "Camden has 2 systems in use recorded" in text(post(staff, camden, ticked))
    assert not Return.objects.exists()


@pytest.mark.parametrize("forged", ["on", "true", "", "0" * 32, "\0"])
def test_only_the_box_that_was_shown_counts(staff: Client, camden: Borough, forged: str) -> None:
    factories.system(borough=camden)
    assert post(staff, camden, {"confirm": forged}).status_code == 200
    assert not Return.objects.exists()


@pytest.mark.parametrize(
    ("subject", "nothing"),
    [
        ("systems", "Camden runs none of these"),
        ("contracts", "Camden leads or shares no contract"),
        ("skills", "Camden has none of these skills"),
    ],
)
def test_with_nothing_in_it_it_needs_a_second_tick(
    staff: Client, camden: Borough, subject: str, nothing: str
) -> None:
    factories.function()
    factories.skill()
    response = post(staff, camden, subject=subject)
    assert f"Nothing is recorded. Tick “{nothing}” if that is so" in text(response)
    ticked = boxes(response)
    assert sorted(ticked) == ["confirm", "confirm_nothing"]
    first_tick = {"confirm": ticked["confirm"]}
    assert post(staff, camden, first_tick, subject=subject).status_code == 200
    assert not Return.objects.exists()
    assert post(staff, camden, ticked, subject=subject).status_code == 302


def test_what_was_complete_already_is_not_asked_again(staff: Client, camden: Borough) -> None:
    saved = factories.returned(camden)
    assert post(staff, camden, pk=saved.pk, confidence="low").status_code == 302
    assert Return.objects.get().confidence == "low"


@pytest.mark.parametrize("change", [{"received_on": "2026-10-01"}, {"subject": "contracts"}])
def test_what_becomes_complete_for_something_else_asks_anew(
    staff: Client, camden: Borough, change: dict[str, Any]
) -> None:
    saved = factories.returned(camden)
    assert "Nothing was saved yet" in text(post(staff, camden, pk=saved.pk, **change))


def test_a_return_that_becomes_another_borough_s_asks_anew(staff: Client, camden: Borough) -> None:
    saved = factories.returned(camden)
    other = factories.borough("Brent")
    assert "Brent has 0 systems in use" in text(post(staff, other, pk=saved.pk))


def test_an_illustrative_return_that_becomes_real_asks_again(
    staff: Client, camden: Borough
) -> None:
    saved = factories.returned(camden, source_kind="illustrative")
    assert "Nothing was saved yet" in text(post(staff, camden, pk=saved.pk))


def test_ticking_complete_later_asks(staff: Client, camden: Borough) -> None:
    saved = factories.returned(camden, complete=False)
    response = post(staff, camden, pk=saved.pk)
    assert "Nothing was saved yet" in text(response)
    assert post(staff, camden, boxes(response), pk=saved.pk).status_code == 302


def test_the_boxes_are_no_part_of_the_history(staff: Client, camden: Borough) -> None:
    saved = factories.returned(camden, complete=False)
    post(staff, camden, boxes(post(staff, camden, pk=saved.pk)), pk=saved.pk)
    log = User.objects.get().logentry_set.get()
    assert log.get_change_message() == "Changed Complete."


def test_an_older_return_says_nothing_and_is_not_asked(staff: Client, camden: Borough) -> None:
    factories.returned(camden, received_on="2026-10-31", complete=False)
    assert post(staff, camden).status_code == 302


def test_where_an_invented_return_is_later_the_evidence_is_asked_for(
    staff: Client, camden: Borough
) -> None:
    factories.returned(camden, received_on="2026-10-31", source_kind="illustrative")
    factories.system(borough=camden)
    assert "Camden has 1 system in use" in text(post(staff, camden))


def test_records_are_counted_in_the_world_of_the_return(staff: Client, camden: Borough) -> None:
    factories.system(borough=camden, source_kind="illustrative")
    page = text(post(staff, camden))
    assert "Camden has 0 systems in use recorded, for 0 of 1 function." in page
    assert "Camden runs none of these" in page
    invented = text(post(staff, camden, source_kind="illustrative"))
    assert "Camden has 1 system in use recorded, for 1 of 1 function." in invented


def test_a_regional_body_is_compared_with_none(staff: Client) -> None:
    gla = factories.borough("GLA", kind=Borough.Kind.REGIONAL)
    factories.contract(lead=gla)
    page = text(post(staff, gla, subject="contracts"))
    assert "GLA has 1 contract on record. Saved as complete, its profile will say that" in page
    assert "ending" not in page


def test_names_are_written_and_never_run(staff: Client) -> None:
    factories.function("<script>alert(1)</script>")
    response = post(staff, factories.borough("<b>Camden</b>", slug="camden"))
    assert "<b>Camden" not in text_of(response)
    assert "<script>alert" not in text_of(response)


def test_another_mistake_is_said_with_the_question_and_the_tick_stays(
    staff: Client, camden: Borough
) -> None:
    factories.system(borough=camden)
    ticked = boxes(post(staff, camden))
    response = post(staff, camden, ticked, source_kind="press")
    assert "Give the source" in text(response)
    assert "Camden has 1 system in use" in text(response)
    box = re.search(r'<input type="checkbox" name="confirm"[^>]*>', text_of(response))
    assert box
    assert " checked" in box[0]


def test_box_words_and_mistake_are_tied_together(staff: Client, camden: Borough) -> None:
    page = text_of(post(staff, camden))
    for name in ("confirm", "confirm_nothing"):
        assert f'for="id_{name}"' in page
        box = re.search(rf'<input type="checkbox" name="{name}"[^>]*>', page)
        assert box
        described = re.search(r'aria-describedby="([^"]*)"', box[0])
        assert described
        assert 'aria-invalid="true"' in box[0]
        for part in described[1].split():
            assert f'id="{part}"' in page


def test_without_a_question_there_is_no_box(staff: Client) -> None:
    response = staff.get(address(Return, "add"))
    assert boxes(response) == {}
    for name in ("confirm", "confirm_nothing"):
        assert f'<div class="form-row hidden field-{name}">' in text_of(response)


def test_who_may_only_look_sees_no_box(client: Client, camden: Borough) -> None:
    reader = User.objects.create_user("reader", is_staff=True)
    codes = ("view_return", "view_borough")
    reader.user_permissions.set(Permission.objects.filter(codename__in=codes))
    client.force_login(reader)
    saved = factories.returned(camden)
    for page in (address(Return, "change", saved.pk), address(Borough, "change", camden.pk)):
        assert "Complete" in words(client.get(page), "body")
        assert "Confirm:" not in words(client.get(page), "body")


def test_on_the_borough_each_return_asks_for_itself(staff: Client, camden: Borough) -> None:
    factories.system(borough=camden)
    new = [
        RETURN,
        RETURN | {"subject": "contracts"},
        RETURN | {"subject": "skills", "complete": ""},
    ]
    response = post_inline(staff, camden, *new)
    page = text(response)
    assert "Camden has 1 system in use recorded" in page
    assert "Camden leads or shares 0 contracts on record" in page
    ticked = boxes(response)
    assert sorted(ticked) == [
        "returns-0-confirm", "returns-1-confirm", "returns-1-confirm_nothing",
    ]  # fmt: skip
    assert not Return.objects.exists()
    assert post_inline(staff, camden, *new, ticked=ticked).status_code == 302
    assert Return.objects.filter(complete=True).count() == 2


def test_on_the_borough_a_later_return_of_the_same_form_counts(
    staff: Client, camden: Borough
) -> None:
    later = RETURN | {"received_on": "2026-10-31", "complete": ""}
    assert post_inline(staff, camden, RETURN, later).status_code == 302
    assert Return.objects.count() == 2


def test_on_the_borough_a_later_return_that_is_deleted_does_not_count(
    staff: Client, camden: Borough
) -> None:
    later = factories.returned(camden, received_on="2026-10-31", complete=False)
    old = PROVENANCE | {"id": later.pk, "subject": "systems", "received_on": "2026-10-31"}
    response = post_inline(staff, camden, old | {"DELETE": "on"}, RETURN, initial=1)
    assert "Nothing was saved yet" in text(response)


def test_on_the_borough_what_was_complete_is_not_asked_again(
    staff: Client, camden: Borough
) -> None:
    saved = factories.returned(camden)
    response = post_inline(staff, camden, RETURN | {"id": saved.pk}, initial=1)
    assert response.status_code == 302


def test_a_borough_that_is_just_being_added_has_nothing_yet(staff: Client) -> None:
    form = {"name": "New", "official_name": "New", "slug": "new", "code": "NEW", "kind": "borough"}
    form |= {"gss_code": "E09999999"} | rows("returns", RETURN)
    response = staff.post(address(Borough, "add"), form)
    assert "New has 0 systems in use recorded" in text(response)
    assert staff.post(address(Borough, "add"), form | boxes(response)).status_code == 302


def _asked(borough: Borough, subject: Subject) -> Any:
    question = return_form.completeness_question(borough, subject, NOW, [])
    assert question
    return question


def _compared(client: Client, borough: Borough, section: str) -> list[dict[str, str]]:
    """The borough's rows of one section of a comparison's file, once its return is complete."""
    query = {"borough": [borough.slug, factories.borough().slug], "rows": "all"}
    table = pages.rows(client, "/boroughs/compare.csv", query)
    return [row for row in table if (row["section"], row["borough"]) == (section, borough.name)]


def test_the_functions_named_are_those_that_map_and_comparison_then_show_as_none(
    client: Client, camden: Borough
) -> None:
    for status in ("", "retired", "planned"):
        factories.system(borough=camden, status=status)
    factories.system()
    question = _asked(camden, Subject.SYSTEMS)
    factories.returned(camden)
    compared = _compared(client, camden, "Systems by function")
    for table, column in (
        (pages.rows(client, "/systems/map.csv", {"borough": "camden"}), "function"),
        (compared, "item"),
    ):
        none = [row[column] for row in table if row["state"] == "none recorded"]
        assert sorted(none) == sorted(question.items)
    assert len(question.items) == 3
    assert "has 1 system in use recorded, for 1 of 4 functions" in question.sentences[0]


def test_contracts_counted_are_those_that_profile_and_comparison_then_give_as_all(
    client: Client, camden: Borough
) -> None:
    factories.contract(lead=camden, ends_on="2027-02-01")
    factories.contract(partners=[camden], ends_on="2027-02-20")
    factories.contract()
    question = _asked(camden, Subject.CONTRACTS)
    assert "Camden leads or shares 2 contracts on record." in question.sentences[0]
    assert "will give 2 as all its contracts instead of “at least 2”" in question.sentences[0]
    assert "Contracts: at least 2 " in words(client.get("/boroughs/camden/"))
    factories.returned(camden, subject="contracts")
    assert "Contracts: 2 " in words(client.get("/boroughs/camden/"))
    quarters = _compared(client, camden, "Contracts ending")
    zero = [row["item"] for row in quarters if (row["state"], row["value"]) == ("known", "0")]
    assert list(question.items) == zero
    assert (
        f"0 as those that end in {len(zero)} of the next {len(quarters)}" in question.sentences[0]
    )


def test_skills_counted_are_those_that_profile_and_comparison_then_give_as_all(
    client: Client, camden: Borough
) -> None:
    factories.skill_level(borough=camden, level=3)
    missing = factories.skill("Law")
    question = _asked(camden, Subject.SKILLS)
    assert "Camden has a level recorded on 1 of 2 skills." in question.sentences[0]
    assert "Skills: at least 1 " in words(client.get("/boroughs/camden/"))
    factories.returned(camden, subject="skills")
    assert "Skills: 1 " in words(client.get("/boroughs/camden/"))
    levels = _compared(client, camden, "Skills at each level")
    assert {row["state"] for row in levels} == {"known"}
    assert [row["value"] for row in levels].count("0") == 4
    unknown = [
        row["item"] for row in _compared(client, camden, "Skills") if row["state"] == "not known"
    ]
    assert unknown == list(question.items) == [missing.name]


def test_restoring_a_complete_return_says_what_will_be_public(
    staff: Client, camden: Borough
) -> None:
    factories.function("Parking")
    saved = factories.returned(camden)
    event = Return.pgh_event_model.objects.get()  # type: ignore[attr-defined]
    restore = address(Return, "restore", saved.pk, event.pk)
    Return.objects.update(complete=False)
    page = text(staff.get(restore))
    assert "the other 1 function will be shown as “none recorded”" in page
    assert "Camden runs none of these: restore it only if that is so." in page
