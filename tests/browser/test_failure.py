"""The page on a supplier's failure fits A4: nothing runs off the side, and no screen furniture."""

import pytest
from django.core.management import call_command
from playwright.sync_api import Page, expect
from pytest_django.live_server_helper import LiveServer

WIDTH, HEIGHT = 703, 1032
"""Pixels of A4 between margins of 12 mm, at 96 to the inch."""


@pytest.mark.parametrize("slug", ["civica", "wouldbury-technologies-invented", "aareon-uk"])
@pytest.mark.django_db(transaction=True)
def test_what_is_printed_fits_the_paper(page: Page, live_server: LiveServer, slug: str) -> None:
    call_command("load", verbosity=0)
    page.set_viewport_size({"width": WIDTH, "height": HEIGHT})
    page.emulate_media(media="print")
    page.goto(f"{live_server.url}/demo/systems/suppliers/{slug}/failure/")
    assert page.evaluate("document.documentElement.scrollWidth") <= WIDTH
    for place in page.locator("main table").all():
        assert place.evaluate("one => one.getBoundingClientRect().right") <= WIDTH
    expect(page.get_by_role("navigation")).to_have_count(0)
    expect(page.get_by_role("heading", name="Rules used")).to_be_visible()
