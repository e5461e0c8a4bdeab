"""Of each kind of page: what is read before its answer, where that begins, and how long it is."""

import pytest
from django.core.management import call_command
from playwright.sync_api import Page
from pytest_django.live_server_helper import LiveServer

from tests.browser.addresses import PAGES, WIDE_TOO, records
from tests.browser.reading_load import ReadingLoad, measure_reading_load

MAX_WORDS, MAX_LINKS = 60, 12
MAX_TOP = {1280: 420, 375: 600}
"""Where an answer begins at the latest, in px from the top, by the width of the window."""
MAX_HEIGHT = 12 * 812
"""Twelve screens of a phone."""


def _kinds() -> list[str]:
    return [path for path in PAGES if "?" not in path or path in WIDE_TOO]


def _asks_too_much(load: ReadingLoad, width: int) -> bool:
    return (
        load.words > MAX_WORDS
        or load.links > MAX_LINKS
        or not 0 <= load.top <= MAX_TOP[width]
        or (width < 640 and load.height > MAX_HEIGHT)
    )


@pytest.mark.drill
@pytest.mark.parametrize("width", MAX_TOP)
@pytest.mark.django_db(transaction=True)
def test_the_answer_of_each_page_is_on_its_first_screen(
    page: Page, live_server: LiveServer, width: int
) -> None:
    call_command("load", verbosity=0)
    page.set_viewport_size({"width": width, "height": 812 if width < 640 else 900})
    loads: dict[str, ReadingLoad] = {}
    for path in [*_kinds(), *records()]:
        page.goto(live_server.url + path)
        loads[path] = measure_reading_load(page)
    print(f"\nwords links   top height  at {width}")
    for path, load in loads.items():
        print(f"{load.words:5} {load.links:5} {load.top:5} {load.height:6}  {path}  {load.answer}")
    assert not {path: load for path, load in loads.items() if _asks_too_much(load, width)}
