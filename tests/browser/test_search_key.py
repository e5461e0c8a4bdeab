"""The / key moves to the search box, and can be switched off for good."""

import pytest
from playwright.sync_api import Browser, Page, expect
from pytest_django.live_server_helper import LiveServer

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def box(page: Page, live_server: LiveServer) -> str:
    page.set_default_timeout(10_000)
    page.goto(live_server.url + "/search/")
    return "#site-search"


def test_the_key_moves_to_the_box_and_leaves_its_words_to_be_replaced(page: Page, box: str) -> None:
    page.locator(box).evaluate("box => box.value = 'before'")
    page.keyboard.press("/")
    expect(page.locator(box)).to_be_focused()
    page.keyboard.type("a/b")
    expect(page.locator(box)).to_have_value("a/b")


def test_the_key_does_nothing_beside_another_or_while_something_is_typed(
    page: Page, live_server: LiveServer, box: str
) -> None:
    for keys in ("Control+/", "Alt+/", "Meta+/"):
        page.keyboard.press(keys)
        expect(page.locator(box)).not_to_be_focused()
    page.goto(live_server.url + "/systems/products/")
    field = page.locator("#filter-q")
    field.focus()
    page.keyboard.type("a/b")
    expect(field).to_have_value("a/b")
    expect(field).to_be_focused()


def test_the_switch_turns_the_key_off_on_every_page_until_it_is_turned_on(
    page: Page, live_server: LiveServer, box: str
) -> None:
    switch = page.get_by_role("checkbox", name="The / key moves to the search box")
    expect(switch).to_be_checked()
    switch.uncheck()
    for path in ("/search/", "/systems/"):
        page.goto(live_server.url + path)
        page.keyboard.press("/")
        expect(page.locator(box)).not_to_be_focused()
    page.goto(live_server.url + "/search/")
    expect(switch).not_to_be_checked()
    switch.check()
    page.reload()
    expect(switch).to_be_checked()
    page.get_by_role("heading", level=1).click()
    page.keyboard.press("/")
    expect(page.locator(box)).to_be_focused()


def test_without_scripts_there_is_no_switch(browser: Browser, live_server: LiveServer) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(live_server.url + "/search/")
    expect(page.get_by_role("checkbox")).to_have_count(0)
    context.close()
