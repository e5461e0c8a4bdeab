"""Every kind of page can be read and worked without a mouse."""

import pytest
from django.core.management import call_command
from playwright.sync_api import Locator, Page, expect
from pytest_django.live_server_helper import LiveServer

PAGES = [
    "/",
    "/boroughs/",
    "/boroughs/camden/",
    "/boroughs/camden/brief/",
    "/boroughs/compare/?borough=camden&borough=brent",
    "/systems/map/",
    "/demo/systems/products/hazelquill-revenues-invented/",
    "/systems/suppliers/nec-software-solutions-uk/",
    "/systems/suppliers/nec-software-solutions-uk/failure/",
    "/search/?q=mosaic",
    "/contracts/",
    "/contracts/timeline/",
    "/contracts/together/",
    "/contracts/pipeline/?borough=croydon",
    "/contracts/concentration/",
    "/skills/",
    "/skills/service-design/",
    "/skills/boroughs/camden/",
    "/skills/training/",
]


@pytest.mark.drill
@pytest.mark.django_db(transaction=True)
def test_every_page_is_worked_by_keyboard(page: Page, live_server: LiveServer) -> None:
    call_command("load", verbosity=0)
    page.set_viewport_size({"width": 320, "height": 700})
    for path in PAGES:
        page.goto(live_server.url + path)
        skips_to_what_matters(page)
        for region in page.locator(".ct-scroll").all():
            scrolls(page, region)
        for summary in page.locator("main summary").all()[:5]:
            opens_and_closes(page, summary)


def skips_to_what_matters(page: Page) -> None:
    """The first Tab offers to skip; Enter takes it; the next Tab is within the main part."""
    page.keyboard.press("Tab")
    expect(page.locator(":focus")).to_have_text("Skip to main content")
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    assert page.locator("main :focus").count() == 1, page.url


def scrolls(page: Page, region: Locator) -> None:
    """What is wider than its region comes into sight by the arrow key."""
    if not region.is_visible() or region.evaluate("one => one.scrollWidth <= one.clientWidth"):
        return
    region.focus()
    for _ in range(50):
        page.keyboard.press("ArrowRight")
        if region.evaluate("one => one.scrollLeft > 0"):
            return
        page.wait_for_timeout(100)
    raise AssertionError(f"{region} of {page.url} does not scroll")


def opens_and_closes(page: Page, summary: Locator) -> None:
    """What is folded opens by Enter, and closes by it."""
    if not summary.is_visible():
        return
    folded = summary.locator("..")
    before = folded.get_attribute("open")
    for after in ("" if before is None else None, before):
        summary.focus()
        page.keyboard.press("Enter")
        assert folded.get_attribute("open") == after, page.url
