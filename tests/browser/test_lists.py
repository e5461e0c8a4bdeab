"""Lists on a phone, by keyboard, and after a filter is chosen; in both worlds."""

import gzip

import pytest
from django.core.management import call_command
from playwright.sync_api import Browser, Page, Response, ViewportSize, expect
from pytest_django.live_server_helper import LiveServer

from tests.browser.accessibility import assert_clean

PHONE: ViewportSize = {"width": 375, "height": 812}

pytestmark = [pytest.mark.drill, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def _loaded(transactional_db: None) -> None:
    call_command("load", verbosity=0)


@pytest.mark.usefixtures("_loaded")
@pytest.mark.parametrize("world", ["", "/demo"])
def test_a_contract_is_read_on_a_phone_without_scrolling_sideways(
    page: Page, live_server: LiveServer, world: str
) -> None:
    page.set_viewport_size(PHONE)
    page.goto(f"{live_server.url}{world}/contracts/?sort=ends_on")
    first = page.locator(".ct-stack tbody tr").first
    expect(first).to_be_visible()
    shown = first.locator("th, td").filter(visible=True)
    for cell in shown.all():
        box = cell.bounding_box()
        assert box
        assert box["x"] >= 0
        assert box["x"] + box["width"] <= PHONE["width"]
        assert cell.inner_text().strip() != "not known"
    labels = first.locator("td[data-label]").evaluate_all(
        """cells => cells.map((one) =>
            [one.dataset.label, getComputedStyle(one, '::before').content])"""
    )
    assert dict(labels)["Ends"] == '"Ends "'
    assert dict(labels)["Act by"] == '"Act by "'
    assert_clean(page)


@pytest.mark.usefixtures("_loaded")
def test_stacked_rows_stay_a_table_for_a_screen_reader(page: Page, live_server: LiveServer) -> None:
    page.set_viewport_size(PHONE)
    page.goto(f"{live_server.url}/contracts/")
    tree = page.context.new_cdp_session(page).send("Accessibility.getFullAXTree")
    roles = [node.get("role", {}).get("value") for node in tree["nodes"]]
    assert roles.count("table") >= 1
    assert roles.count("row") >= 25
    assert roles.count("rowheader") >= 25


@pytest.mark.usefixtures("_loaded")
def test_two_tabs_lead_to_the_rows(page: Page, live_server: LiveServer) -> None:
    page.goto(f"{live_server.url}/systems/")
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    expect(page.locator(":focus")).to_have_text("Skip to the rows")
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    expect(page.locator("#rows :focus")).to_have_count(1)


@pytest.mark.usefixtures("_loaded")
def test_after_a_choice_the_page_stands_where_it_stood(page: Page, live_server: LiveServer) -> None:
    page.set_viewport_size({"width": 1280, "height": 600})
    page.goto(f"{live_server.url}/systems/")
    page.mouse.wheel(0, 160)
    page.get_by_role("checkbox", name="Camden", exact=False).click()
    expect(page.get_by_role("link", name="Remove filter Borough: Camden")).to_be_visible()
    expect(page.locator(":focus")).to_have_attribute("value", "camden")
    assert abs(page.evaluate("scrollY") - 160) < 5
    page.set_viewport_size(PHONE)
    page.goto(f"{live_server.url}/systems/")
    page.locator(".ct-filters__summary").click()
    page.get_by_role("checkbox", name="Camden", exact=False).click()
    expect(page.locator(".ct-answer")).to_contain_text("in 1 of 33 boroughs")
    expect(page.locator(".ct-filters__summary")).to_be_focused()
    expect(page.locator(".ct-answer")).to_be_in_viewport()


@pytest.mark.usefixtures("_loaded")
def test_a_wide_table_says_that_it_scrolls(page: Page, live_server: LiveServer) -> None:
    page.set_viewport_size(PHONE)
    page.goto(f"{live_server.url}/systems/map/")
    words = "one => getComputedStyle(one, '::before').content"
    assert page.locator(".ct-scroll").first.evaluate(words) == '"This table scrolls sideways"'
    page.set_viewport_size({"width": 1280, "height": 900})
    assert page.locator(".ct-scroll").first.evaluate(words) == "none"


MAX_BYTES = {"/systems/": 450_000, "/systems/map/": 70_000, "/contracts/?q=zzz": 70_000}


@pytest.mark.usefixtures("_loaded")
@pytest.mark.parametrize("path", MAX_BYTES)
def test_a_first_visit_is_light(browser: Browser, live_server: LiveServer, path: str) -> None:
    """Counted as the server of a real site would send it: gzipped."""
    page = browser.new_page()
    answers: list[Response] = []
    page.on("response", lambda answer: answers.append(answer))
    page.goto(live_server.url + path, wait_until="networkidle")
    for chart in page.locator("[data-chart]").all():
        chart.scroll_into_view_if_needed()
        expect(chart).to_have_attribute("data-drawn", "yes")
    assert 10_000 < sum(len(gzip.compress(one.body())) for one in answers) <= MAX_BYTES[path]
    page.context.close()
