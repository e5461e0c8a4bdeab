"""The admin in a real browser: nothing blocked, nothing nameless, nothing wider than a phone."""

import re
from typing import Any

import pytest
from django.conf import settings
from django.test import Client
from playwright.sync_api import Browser, ConsoleMessage, Page, expect
from pytest_django.live_server_helper import LiveServer

from boroughs.models import Borough, Return
from citytools.staff.login_throttle import FREE_TRIES
from contracts.models import Contract
from research.models import CaseStudy, Finding, Recommendation
from skills.models import SkillLevel
from systems.models import System
from tests import factories
from tests.browser.accessibility import assert_clean
from tests.staff import address, signed_in

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def staff(page: Page, client: Client, live_server: LiveServer) -> Page:
    """A browser that LOTI staff have signed in with."""
    session = signed_in(client).cookies[settings.SESSION_COOKIE_NAME].value
    page.context.add_cookies(
        [{"name": settings.SESSION_COOKIE_NAME, "value": session, "url": live_server.url}]
    )
    return page


def _pages() -> list[str]:
    """A list, forms full and empty, a history, a way back, what is gone, and a refusal."""
    contract = factories.contract(
        systems=[factories.system()], partners=[factories.borough()], ends_on="2027-03-31"
    )
    Contract.objects.update(notice_months=6)
    factories.system().delete()
    shared = factories.contract(partners=[factories.borough()])
    gone = shared.pk
    shared.delete()
    number = contract.pk
    events: Any = Contract.pgh_event_model  # type: ignore[attr-defined]
    version, deletion = (
        getattr(events.objects, end)("pgh_id").pk for end in ("earliest", "latest")
    )
    return [
        "/admin/",
        *(address(Contract, page) for page in ("changelist", "add", "deleted")),
        *(address(Contract, page, number) for page in ("change", "history")),
        address(Contract, "restore", number, version),
        address(Contract, "restore", gone, deletion),
        address(System, "deleted"),
        address(System, "delete", contract.systems.get().pk),
        *_returns(),
        *_publishing(),
    ]


def _returns() -> list[str]:
    """A return on skills: whose to enter, the sheet, a borough that leads to it."""
    level = factories.skill_level(borough=factories.borough("Camden"))
    factories.skill_level(borough=level.borough, source_kind="illustrative")
    first = "/admin/skills/skilllevel/return/"
    return [first, f"{first}camden/", address(Borough, "change", level.borough_id)]


def _publishing() -> list[str]:
    """Forms of research in each state, and what is asked before it changes."""
    token = "{{ metric:boroughs_reporting_systems }}"
    body = f"## Of {token}\n\n| A long heading | Another |\n|---|--:|\n| {token} | {'x' * 80} |"
    draft = factories.finding(published_on=None, body=body, metric="boroughs_reporting_systems")
    unsound = factories.recommendation(published_on=None, body="{{ metric:none }}")
    public = factories.finding(body=body)
    study = factories.case_claim().case_study
    gone = factories.case_study(withdrawn_on="2026-11-01", withdrawal_reason="It was wrong.")
    return [
        *(address(Finding, page, draft.pk) for page in ("change", "publish", "preview")),
        *(address(Finding, page, public.pk) for page in ("change", "withdraw", "preview")),
        *(address(Recommendation, page, unsound.pk) for page in ("change", "publish")),
        *(address(CaseStudy, page, gone.pk) for page in ("change", "publish", "preview")),
        address(CaseStudy, "change", study.pk),
        address(CaseStudy, "changelist"),
    ]


@pytest.mark.drill
@pytest.mark.parametrize("width", [320, 1280])
def test_staff_pages_are_clean(staff: Page, live_server: LiveServer, width: int) -> None:
    complaints: list[str] = []
    staff.on("pageerror", lambda error: complaints.append(str(error)))
    staff.on("console", lambda said: _note(said, complaints))
    staff.set_viewport_size({"width": width, "height": 900})
    for path in _pages():
        staff.goto(live_server.url + path)
        assert staff.evaluate("document.documentElement.scrollWidth") <= width, path
        assert not complaints
        assert_clean(staff, f"{path} at {width}")
        complaints.clear()  # axe itself tries styles in forms, which the policy refuses


def test_a_return_is_entered_by_keyboard_without_scripts(
    browser: Browser, client: Client, live_server: LiveServer
) -> None:
    skills = [factories.skill(name) for name in ("Data", "Law")]
    factories.borough("Camden")
    session = signed_in(client).cookies[settings.SESSION_COOKIE_NAME].value
    context = browser.new_context(java_script_enabled=False)
    context.add_cookies(
        [{"name": settings.SESSION_COOKIE_NAME, "value": session, "url": live_server.url}]
    )
    page = context.new_page()
    page.set_default_timeout(10_000)
    page.goto(f"{live_server.url}/admin/skills/skilllevel/return/camden/")
    page.get_by_label("Level: Data").focus()
    for key in ("3", "Tab", "3", "Tab", "y", "Tab", "n", "Tab", "9", "Enter"):
        page.keyboard.press(key)
    expect(page.get_by_label("Level: Data")).to_have_value("3")
    expect(page.get_by_label("Wants help: Data")).to_have_value("no")
    page.get_by_label("Complete").press("Space")
    page.get_by_role("button", name="Save the return").press("Enter")
    problem = page.get_by_role("link", name="Not complete: 1 not answered (Law)")
    expect(problem).to_be_visible()
    problem.press("Enter")
    page.get_by_label("Level: Law").focus()
    page.keyboard.press("1")
    page.get_by_role("button", name="Save the return").press("Enter")
    page.get_by_role("link", name="Yes, say this of Camden in public").press("Enter")
    page.get_by_label("Yes, say this of Camden in public").press("Space")
    page.get_by_role("button", name="Save the return").press("Enter")
    expect(page.get_by_text("Saved as Batch")).to_contain_text("2 new; 0 not answered")
    saved = SkillLevel.objects.get(skill=skills[0])
    assert (saved.level, saved.headcount, saved.can_teach) == (3, "3 to 5", True)
    page.get_by_role("link", name="Undo this batch").press("Enter")
    page.get_by_role("button", name="Undo this batch").press("Enter")
    expect(page.get_by_text("Undone: Batch")).to_be_visible()
    assert not SkillLevel.objects.exists()
    context.close()


def test_a_finding_is_published_and_withdrawn_by_keyboard_without_scripts(
    browser: Browser, client: Client, live_server: LiveServer
) -> None:
    draft = factories.finding(title="Claim", published_on=None)
    session = signed_in(client).cookies[settings.SESSION_COOKIE_NAME].value
    context = browser.new_context(java_script_enabled=False)
    context.add_cookies(
        [{"name": settings.SESSION_COOKIE_NAME, "value": session, "url": live_server.url}]
    )
    page = context.new_page()
    page.set_default_timeout(10_000)
    page.goto(live_server.url + address(Finding, "change", draft.pk))
    page.get_by_role("link", name="Publish", exact=True).press("Enter")
    page.get_by_role("button", name="Publish now").press("Enter")
    expect(page.get_by_text("Published: Claim.")).to_be_visible()
    page.get_by_role("link", name="Withdraw", exact=True).press("Enter")
    page.get_by_role("button", name="Withdraw now").press("Enter")
    expect(page.get_by_text("Say why it is withdrawn.")).to_be_visible()
    page.get_by_label("Reason").focus()
    page.keyboard.type("The count was wrong.")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.get_by_text("Withdrawn: Claim.")).to_be_visible()
    answer = page.goto(live_server.url + draft.get_absolute_url())
    assert answer is not None
    assert answer.status == 410
    expect(page.get_by_text("The count was wrong.")).to_be_visible()
    context.close()


def test_a_withdrawal_without_a_reason_and_what_is_gone_are_clean(
    staff: Page, live_server: LiveServer
) -> None:
    public = factories.finding()
    for width in (320, 1280):
        staff.set_viewport_size({"width": width, "height": 900})
        staff.goto(live_server.url + address(Finding, "withdraw", public.pk))
        staff.get_by_role("button", name="Withdraw now").click()
        expect(staff.get_by_text("Say why it is withdrawn.")).to_be_visible()
        assert_clean(staff)
        assert staff.evaluate("document.documentElement.scrollWidth") <= width
    Finding.objects.update(withdrawn_on="2026-10-01", withdrawal_reason="It was wrong.")
    staff.goto(live_server.url + public.get_absolute_url())
    expect(staff.get_by_text("It was wrong.")).to_be_visible()
    assert_clean(staff)


def test_a_return_with_mistakes_and_its_batch_are_clean(
    staff: Page, live_server: LiveServer
) -> None:
    factories.skill("Data")
    factories.borough("Camden")
    staff.goto(f"{live_server.url}/admin/skills/skilllevel/return/camden/")
    staff.get_by_role("button", name="Save the return").click()
    expect(staff.get_by_role("alert")).to_be_focused()
    assert_clean(staff)
    staff.get_by_label("Level: Data").select_option("2")
    staff.get_by_role("button", name="Save the return").click()
    expect(staff.get_by_role("link", name="Undo this batch")).to_be_visible()
    assert_clean(staff)


def test_what_was_typed_into_a_deleted_record_is_read_in_full(
    staff: Page, live_server: LiveServer
) -> None:
    contract = factories.contract(title="Parking")
    staff.goto(live_server.url + address(Contract, "change", contract.pk))
    staff.get_by_label("Title").fill("Car parks")
    contract.delete()
    staff.get_by_role("button", name="Save", exact=True).click()
    expect(staff.get_by_text("Nothing was saved")).to_be_visible()
    expect(staff.get_by_text("Car parks")).to_be_visible()
    for width in (320, 1280):
        staff.set_viewport_size({"width": width, "height": 900})
        assert staff.evaluate("document.documentElement.scrollWidth") <= width
        assert_clean(staff)


@pytest.mark.drill
@pytest.mark.parametrize("width", [320, 1280])
def test_what_a_complete_return_asks_is_clean(
    staff: Page, live_server: LiveServer, width: int
) -> None:
    camden = factories.borough("Camden")
    factories.returned(camden, complete=False)
    for number in range(30):
        factories.function(f"A function with a name that is rather long {number}")
    staff.set_viewport_size({"width": width, "height": 900})
    saved = Return.objects.get().pk
    for where in (address(Return, "change", saved), address(Borough, "change", camden.pk)):
        staff.goto(live_server.url + where)
        staff.get_by_label("Complete", exact=True).first.check()
        staff.get_by_role("button", name="Save", exact=True).click()
        box = staff.get_by_role("checkbox", name="Camden runs none of these")
        expect(box).to_have_accessible_description(re.compile("Nothing is recorded"))
        staff.get_by_text("Shown as “none recorded”: 30 functions").click()
        expect(staff.get_by_text("rather long 29")).to_be_visible()
        assert_clean(staff, f"{where} at {width}")
        assert staff.evaluate("document.documentElement.scrollWidth") <= width
        box.check()
        staff.get_by_label("Yes, say this of Camden in public").check()
        staff.get_by_role("button", name="Save", exact=True).click()
        expect(staff.get_by_text("was changed successfully")).to_be_visible()
        assert Return.objects.get().complete
        Return.objects.update(complete=False)


@pytest.mark.drill
def test_a_sign_in_that_must_wait_is_clean(page: Page, live_server: LiveServer) -> None:
    for _ in range(FREE_TRIES + 1):
        page.goto(f"{live_server.url}/admin/login/")
        page.get_by_label("Username").fill("ada")
        page.get_by_label("Password").fill("wrong")
        page.get_by_label("Password").press("Enter")
    expect(page.get_by_text("Too many tries from here.")).to_be_visible()
    expect(page.get_by_label("Username")).to_have_value("ada")
    assert_clean(page)


def _note(said: ConsoleMessage, complaints: list[str]) -> None:
    if said.type in {"error", "warning"}:
        complaints.append(f"{said.text} at {said.page and said.page.url}")
