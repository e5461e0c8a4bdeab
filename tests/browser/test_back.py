"""After Back and after a reload, the boxes of a page say what its rows say."""

from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserType, Page, expect
from pytest_django.live_server_helper import LiveServer

from tests import factories

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def estate() -> None:
    factories.system(hosting="saas", product=factories.product("Mosaic"))
    factories.system(hosting="on_premises")


@pytest.fixture(params=[True, False], ids=["scripts", "no scripts"])
def scripts(request: pytest.FixtureRequest) -> bool:
    return bool(request.param)


@pytest.fixture
def page(browser: Browser, scripts: bool) -> Iterator[Page]:
    """A page of a browser with and without JavaScript."""
    context = browser.new_context(java_script_enabled=scripts)
    yield context.new_page()
    context.close()


@pytest.fixture
def remembering(
    browser_type: BrowserType, browser_type_launch_args: dict[str, Any]
) -> Iterator[Page]:
    """A page of a browser that keeps whole pages for Back, as people's do and Playwright's not."""
    options = {**browser_type_launch_args, "ignore_default_args": ["--disable-back-forward-cache"]}
    browser = browser_type.launch(**options)
    yield browser.new_page()
    browser.close()


@pytest.mark.usefixtures("estate")
def test_back_unticks_what_was_ticked_to_leave_the_page(
    page: Page, live_server: LiveServer, scripts: bool
) -> None:
    page.goto(f"{live_server.url}/systems/")
    narrow(page, scripts=scripts)
    page.go_back()
    says_what_the_rows_say(page)
    page.go_forward()
    expect(page.get_by_role("checkbox", name="Software as a service")).to_be_checked()


@pytest.mark.usefixtures("estate")
def test_back_to_a_page_that_the_browser_kept_whole_unticks_too(
    remembering: Page, live_server: LiveServer
) -> None:
    remembering.goto(f"{live_server.url}/systems/")
    remembering.evaluate("addEventListener('pageshow', one => window.kept = one.persisted)")
    narrow(remembering, scripts=True)
    remembering.evaluate("history.back()")  # Playwright waits for a load, of which there is none
    says_what_the_rows_say(remembering)
    assert remembering.evaluate("window.kept") is True


@pytest.mark.usefixtures("estate")
def test_a_reload_forgets_what_was_typed(page: Page, live_server: LiveServer) -> None:
    page.goto(f"{live_server.url}/systems/?q=mosaic")
    page.locator("#filter-q").fill("zzz")
    page.locator("#site-search").fill("zzz")
    page.reload()
    expect(page.locator("#filter-q")).to_have_value("mosaic")
    expect(page.locator("#site-search")).to_have_value("")


def narrow(page: Page, *, scripts: bool) -> None:
    """Type, tick, and apply; where scripts run, a tick applies at once."""
    page.locator("summary", has_text="Hosting").click()
    page.locator("#site-search").fill("zzz")
    page.locator("#filter-q").fill("mosaic")
    page.get_by_role("checkbox", name="Software as a service").check()
    if not scripts:
        page.get_by_role("button", name="Apply filters").click()
    page.wait_for_url("**hosting=saas**")


def says_what_the_rows_say(page: Page) -> None:
    expect(page.locator(".ct-count")).to_contain_text("2 systems")
    expect(page.locator("input[type=checkbox]:checked")).to_have_count(0)
    for box in ("#filter-q", "#site-search"):
        expect(page.locator(box)).to_have_value("")
