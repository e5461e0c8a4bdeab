"""What people come for: at most two clicks from the first page, and answered on one screen.

With the real data and, where returns are needed, the demonstration. A click is a form sent or a
link followed; what is typed or suggested is none.
"""

import re
from collections.abc import Iterator

import pytest
from django.core.management import call_command
from playwright.sync_api import Browser, Page, ViewportSize, expect
from pytest_django.live_server_helper import LiveServer

pytestmark = [pytest.mark.drill, pytest.mark.django_db(transaction=True)]
SCREENS = {1280: 900, 375: 812}
"""Height of a screen in px, by its width."""


class Visit:
    """Somebody on the first page, whose clicks are counted."""

    def __init__(self, page: Page, address: str) -> None:
        self.page = page
        self.clicks = 0
        page.goto(address)

    def ask(self, label: str, words: str) -> None:
        """Type into a box of the first page, and send it."""
        box = self.page.get_by_label(label, exact=True)
        box.fill(words)
        box.press("Enter")
        self._count()

    def follow(self, name: str | re.Pattern[str]) -> None:
        """Follow the first link of a name; it must stand on the screen."""
        link = self.page.get_by_role("main").get_by_role("link", name=name, exact=True).first
        expect(link).to_be_in_viewport()
        link.click()
        self._count()

    def reads(self, text: str | re.Pattern[str]) -> None:
        """The words are on the screen, without scrolling, after two clicks at most."""
        expect(self.page.get_by_role("main").get_by_text(text).first).to_be_in_viewport()
        assert self.clicks <= 2

    def _count(self) -> None:
        self.clicks += 1
        self.page.wait_for_load_state()


@pytest.fixture(params=SCREENS)
def page(browser: Browser, request: pytest.FixtureRequest) -> Iterator[Page]:
    width: int = request.param
    context = browser.new_context(viewport=ViewportSize(width=width, height=SCREENS[width]))
    yield context.new_page()
    context.close()


@pytest.fixture
def _loaded() -> None:
    call_command("load", verbosity=0)


@pytest.mark.usefixtures("_loaded")
def test_each_task_is_done_in_two_clicks_and_answered_on_one_screen(
    page: Page, live_server: LiveServer
) -> None:
    home = f"{live_server.url}/"

    # Who else runs our planning register, what is it, and how old is that?
    visit = Visit(page, home)
    visit.ask("A function", "Planning public register")
    visit.reads(re.compile(r"Known in\s+33 of 33\s+boroughs, in 10 products"))
    hackney = page.locator("main [data-borough=hackney]").first
    expect(hackney).to_be_in_viewport()
    expect(hackney).to_contain_text("IC")
    expect(hackney).to_contain_text(re.compile(r"Idox Cloud.*2026", re.DOTALL))

    # What do only we run?
    visit = Visit(page, home)
    visit.ask("My borough", "Hackney")
    visit.follow(re.compile(r"\d+ products that only it runs"))
    visit.reads("Only Hackney runs")
    expect(page.locator("#rare ~ .ct-chips a, #rare ~ .ct-lines a").first).to_be_in_viewport()

    # With whom could we buy housing management, and by when?
    visit = Visit(page, f"{home}demo/")
    visit.ask("A function", "Housing management")
    visit.follow(re.compile(r"^\d+\s+boroughs$"))
    visit.reads(re.compile(r"contracts for Housing management end between"))

    # Who would teach service design?
    visit = Visit(page, f"{home}demo/")
    visit.ask("Anything else", "service design")
    visit.follow("Service design")
    visit.reads("Who would teach")
    expect(page.locator("#teachers ~ ul li").first).to_be_in_viewport()

    # What changed for Camden?
    visit = Visit(page, home)
    visit.ask("My borough", "Camden")
    visit.follow("What changed")
    visit.reads(re.compile(r"^\s*\d+ systems added"))

    # One supplier across London
    visit = Visit(page, home)
    visit.ask("Anything else", "Civica")
    visit.follow("Civica")
    visit.reads(re.compile(r"33 of 33 boroughs are known to run its"))


@pytest.mark.usefixtures("_loaded")
def test_without_a_script_the_ways_in_search(browser: Browser, live_server: LiveServer) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    visit = Visit(page, f"{live_server.url}/")
    visit.ask("My borough", "Hackney")
    visit.follow("Hackney")
    assert page.url.endswith("/boroughs/hackney/")
    visit = Visit(page, f"{live_server.url}/")
    visit.ask("A function", "council tax")
    visit.follow("Council tax")
    assert page.url.endswith("/functions/council-tax/")
    assert visit.clicks == 2
    context.close()
