"""A product among hundreds is found by typing, with JavaScript and without."""

import pytest
from playwright.sync_api import Browser, Page, Route, expect
from pytest_django.live_server_helper import LiveServer

from tests import factories

IPHONE = (
    "Mozilla/5.0 (iPhone; CPU iPhone OS 17_0 like Mac OS X) AppleWebKit/605.1.15 "
    "(KHTML, like Gecko) Version/17.0 Mobile/15E148 Safari/604.1"
)


pytestmark = pytest.mark.drill


@pytest.fixture
def _products(transactional_db: None) -> None:
    product = factories.product("Modern.Gov", slug="modern-gov")
    factories.product_alias("Committee <b>Suite</b>", product)
    factories.product("Mosaic")
    factories.system(product=product)


@pytest.mark.usefixtures("_products")
def test_a_product_is_chosen_from_suggestions_by_keyboard(
    page: Page, live_server: LiveServer
) -> None:
    faults: list[str] = []
    page.on("console", lambda said: faults.append(said.text) if said.type == "error" else None)
    page.goto(f"{live_server.url}/systems/")
    page.locator("#filter-product").focus()
    expect(page.locator(".autocomplete__input")).to_be_focused()
    page.keyboard.type("comm")
    options = page.locator("li[role=option]")
    expect(options).to_have_count(1)
    # The library puts suggestions in as HTML
    expect(options.first).to_contain_text("Committee <b>Suite</b>")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(page).to_have_url(f"{live_server.url}/systems/?product=modern-gov")
    expect(page.locator(".ct-count")).to_contain_text("1 system")
    assert not faults


@pytest.mark.usefixtures("_products")
def test_what_is_typed_counts_where_nothing_is_chosen(page: Page, live_server: LiveServer) -> None:
    page.goto(f"{live_server.url}/systems/")
    page.locator("#filter-product").focus()
    expect(page.locator(".autocomplete__input")).to_be_focused()
    page.keyboard.type("modern gov")
    page.get_by_role("button", name="Apply filters").click()
    expect(page).to_have_url(f"{live_server.url}/systems/?product=modern-gov")


@pytest.mark.usefixtures("_products")
def test_letters_typed_before_the_library_comes_are_not_replaced(
    page: Page, live_server: LiveServer
) -> None:
    held: list[Route] = []
    page.route("**/accessible-autocomplete.min.js", lambda route: held.append(route))
    page.goto(f"{live_server.url}/systems/")
    with page.expect_request("**/accessible-autocomplete.min.js"):
        page.locator("#filter-product").focus()
    page.keyboard.type("mode")
    held[0].continue_()
    box = page.locator(".autocomplete__input")
    expect(box).to_be_focused()
    page.keyboard.type("rn")
    expect(box).to_have_value("modern")


@pytest.mark.usefixtures("_products")
def test_without_javascript_a_name_is_enough(browser: Browser, live_server: LiveServer) -> None:
    page = browser.new_context(java_script_enabled=False).new_page()
    page.goto(f"{live_server.url}/systems/")
    page.locator("#filter-product").fill("Modem.Gov")
    page.get_by_role("button", name="Apply filters").click()
    page.get_by_role("link", name="Modern.Gov (modern-gov)").click()
    expect(page.locator(".ct-count")).to_contain_text("1 system")
    page.context.close()


@pytest.mark.usefixtures("_products")
def test_on_an_iphone_nothing_unseen_is_shown(browser: Browser, live_server: LiveServer) -> None:
    """There the library hides "1 of 1" by a style attribute, which our policy refuses.

    The letters come faster than the library.
    """
    page = browser.new_context(user_agent=IPHONE).new_page()
    page.goto(f"{live_server.url}/systems/")
    page.locator("#filter-product").focus()
    page.keyboard.type("modern")
    expect(page.locator("li[role=option]")).to_have_count(1)
    place = page.locator("[id*=__option-suffix--]").bounding_box()
    assert place
    assert place["width"] <= 1
    page.context.close()
