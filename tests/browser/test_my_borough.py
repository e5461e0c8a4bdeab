"""My borough: chosen once, remembered in the browser alone, marked on every page."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Locator, Page, expect
from pytest_django.live_server_helper import LiveServer

from tests import factories

pytestmark = [pytest.mark.drill, pytest.mark.django_db(transaction=True)]
REFUSE = """
Object.defineProperty(window, "localStorage", { get() { throw new DOMException("refused"); } });
"""


@pytest.fixture(autouse=True)
def _london() -> None:
    """Thirty boroughs in rows of the tile map; Westminster, the last, runs Mosaic for Rents."""
    rents, mosaic = factories.function("Rents"), factories.product("Mosaic")
    names = [*(f"Ashby {number:02}" for number in range(29)), "Westminster"]
    for number, name in enumerate(names):
        place = {"tile_row": number // 8 + 1, "tile_column": number % 8 + 1}
        borough = factories.borough(name, **place)
        if number in {0, 29}:
            factories.system(borough=borough, function=rents, product=mosaic)
    skill = factories.skill("Data")
    factories.skill_level(borough=borough, skill=skill)


@pytest.fixture(params=[1280, 375])
def page(browser: Browser, request: pytest.FixtureRequest) -> Iterator[Page]:
    """A wide page and a narrow, on which nothing may fail unseen."""
    context = browser.new_context(viewport={"width": request.param, "height": 800})
    page = context.new_page()
    faults: list[str] = []
    page.on("pageerror", lambda fault: faults.append(str(fault)))
    page.on("console", lambda said: faults.append(said.text) if said.type == "error" else None)
    yield page
    assert not faults
    context.close()


def mine(page: Page) -> Locator:
    """The way to it in the header."""
    return page.locator("header [data-my-borough]")


def choose(page: Page, server: LiveServer) -> None:
    page.goto(f"{server.url}/boroughs/westminster/")
    page.get_by_role("button", name="Make this my borough").click()


def test_it_is_chosen_on_its_page_and_the_header_leads_to_it(
    page: Page, live_server: LiveServer
) -> None:
    page.goto(f"{live_server.url}/boroughs/westminster/")
    expect(mine(page)).to_be_hidden()
    choose(page, live_server)
    expect(mine(page)).to_have_text("◆\u00a0My borough: Westminster")
    expect(mine(page)).to_have_attribute("aria-current", "page")
    expect(page.get_by_role("status")).to_have_text(
        "Westminster is your borough: remembered in this browser alone."
    )
    page.goto(f"{live_server.url}/systems/")
    expect(mine(page)).not_to_have_attribute("aria-current", "page")
    mine(page).click()
    expect(page).to_have_url(f"{live_server.url}/boroughs/westminster/")
    page.reload()
    expect(mine(page)).to_be_visible()
    assert page.context.cookies() == []


def test_it_is_the_same_in_the_demonstration_and_stays_there(
    page: Page, live_server: LiveServer
) -> None:
    factories.system(source_kind="illustrative")
    choose(page, live_server)
    page.goto(f"{live_server.url}/demo/systems/")
    expect(mine(page)).to_have_attribute("href", "/demo/boroughs/westminster/")


def test_it_is_forgotten_by_the_same_button(page: Page, live_server: LiveServer) -> None:
    choose(page, live_server)
    page.get_by_role("button", name="My borough – forget it").click()
    expect(mine(page)).to_be_hidden()
    expect(page.locator(".ct-mine")).to_have_count(0)
    page.reload()
    expect(page.get_by_role("button", name="Make this my borough")).to_be_visible()


def test_another_takes_its_place(page: Page, live_server: LiveServer) -> None:
    choose(page, live_server)
    page.goto(f"{live_server.url}/boroughs/ashby-03/")
    page.get_by_role("button", name="Make this my borough").click()
    expect(mine(page)).to_contain_text("Ashby 03")
    page.goto(f"{live_server.url}/boroughs/")
    expect(page.locator(".ct-tile.ct-mine")).to_have_count(1)
    expect(page.locator(".ct-tile.ct-mine")).to_contain_text("my borough: ")


def test_it_stands_out_in_tile_map_and_lists(page: Page, live_server: LiveServer) -> None:
    choose(page, live_server)
    page.goto(f"{live_server.url}/boroughs/")
    ring = page.locator(".ct-tile.ct-mine").evaluate("one => getComputedStyle(one).outlineWidth")
    assert ring == "4px"
    page.goto(f"{live_server.url}/systems/")
    (row,) = page.locator("tr.ct-mine").all()
    expect(row).to_contain_text("◆")
    expect(row).to_contain_text("my borough: ")
    expect(row).to_contain_text("Westminster")


@pytest.mark.parametrize("path", ["/systems/map/", "/skills/"])
def test_its_column_is_pinned_beside_the_heads_of_the_rows(
    page: Page, live_server: LiveServer, path: str
) -> None:
    choose(page, live_server)
    page.goto(live_server.url + path)
    head = page.locator("[data-pins] thead th").nth(1)
    expect(head).to_contain_text("my borough: ")
    cell = page.locator("[data-pins] tbody tr:has(a) td.ct-pinned").first
    expect(cell).to_contain_text("Mosaic" if "map" in path else "working")
    before = head.bounding_box()
    page.locator(".ct-scroll", has=page.locator("[data-pins]")).evaluate(
        "one => one.scrollLeft = one.scrollWidth"
    )
    after = head.bounding_box()
    assert before
    assert after
    assert before["x"] == pytest.approx(after["x"], abs=2)


def test_filters_offer_it_first_and_the_box_ticked_keeps_its_place(
    page: Page, live_server: LiveServer
) -> None:
    choose(page, live_server)
    page.goto(f"{live_server.url}/systems/?q=Mosaic")
    if summary := page.locator("details.ct-filters:not([open]) > summary:visible").all():
        summary[0].click()
    box = page.locator("fieldset:has(> label > input[name=borough]) > label").first
    expect(box).to_contain_text("Westminster")
    box.locator("input").check()
    expect(page).to_have_url(f"{live_server.url}/systems/?q=Mosaic&borough=westminster")
    expect(page.locator(".ct-chip", has_text="Westminster")).to_be_visible()


def test_home_remembers_what_is_typed_and_which_tile_is_pressed(
    page: Page, live_server: LiveServer
) -> None:
    page.goto(f"{live_server.url}/")
    page.get_by_label("My borough").fill("westminster")
    page.keyboard.press("Enter")
    expect(page).to_have_url(f"{live_server.url}/boroughs/westminster/")
    expect(mine(page)).to_contain_text("Westminster")
    page.goto(f"{live_server.url}/")
    page.locator(".ct-tile[data-borough=ashby-05] a").click()
    expect(mine(page)).to_contain_text("Ashby 05")


def test_it_is_chosen_and_forgotten_by_keyboard(page: Page, live_server: LiveServer) -> None:
    page.goto(f"{live_server.url}/boroughs/westminster/")
    button = page.locator("button[data-choose-borough]")
    button.focus()
    page.keyboard.press("Enter")
    expect(button).to_be_focused()
    expect(button).to_contain_text("forget it")
    page.keyboard.press("Space")
    expect(button).to_be_focused()
    expect(button).to_have_text("Make this my borough")


def test_what_a_private_window_refuses_is_not_offered(page: Page, live_server: LiveServer) -> None:
    page.add_init_script(REFUSE)
    page.goto(f"{live_server.url}/boroughs/westminster/")
    expect(page.get_by_role("heading", name="Westminster", exact=True)).to_be_visible()
    expect(page.get_by_role("button", name="Make this my borough")).to_have_count(0)
    page.goto(f"{live_server.url}/systems/map/")
    expect(page.locator(".ct-mine")).to_have_count(0)


@pytest.mark.parametrize("kept", ["{", "null", '{"slug": "a b\\"]", "name": "x"}', '"camden"'])
def test_what_somebody_else_wrote_in_its_place_breaks_nothing(
    page: Page, live_server: LiveServer, kept: str
) -> None:
    page.goto(f"{live_server.url}/boroughs/")
    page.evaluate("text => localStorage.setItem('city-tools-my-borough', text)", kept)
    page.reload()
    expect(mine(page)).to_be_hidden()


def test_without_javascript_nothing_is_missing(browser: Browser, live_server: LiveServer) -> None:
    page = browser.new_context(java_script_enabled=False).new_page()
    page.goto(f"{live_server.url}/boroughs/")
    page.locator(".ct-tile[data-borough=westminster] a").click()
    expect(page.get_by_role("heading", name="Westminster", exact=True)).to_be_visible()
    expect(page.get_by_role("button", name="Make this my borough")).to_have_count(0)
    page.context.close()
