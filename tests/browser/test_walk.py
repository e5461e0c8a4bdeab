"""A walk through the site as its three kinds of people take it, in a real browser."""

import csv
import io
import re
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from django.contrib.auth.models import User
from django.core.management import call_command
from playwright.sync_api import Browser, Page, expect
from pytest_django.live_server_helper import LiveServer

from systems.models import System
from tests.browser.accessibility import assert_clean
from tests.browser.addresses import PAGES, WIDE_TOO, records

WIDTHS = [320, 1280]
_LISTEN = """document.addEventListener("securitypolicyviolation",
    (event) => console.error("CSP", event.blockedURI, event.violatedDirective))"""


@pytest.fixture
def troubles(page: Page) -> Iterator[list[str]]:
    """What the browser complains of; the expected statuses of odd addresses aside."""
    messages: list[str] = []
    page.set_default_timeout(10_000)
    page.add_init_script(_LISTEN)
    page.on("pageerror", lambda error: messages.append(f"error: {error}"))
    page.on(
        "console",
        lambda message: (
            messages.append(f"{message.type}: {message.text} at {page.url}")
            if message.type in {"error", "warning"} and "status of 40" not in message.text
            else None
        ),
    )
    yield messages
    assert not messages


def look(page: Page, width: int) -> None:
    """Draw every chart, then ask axe; the page itself must not scroll sideways."""
    for place in page.locator("[data-chart]").all():
        place.scroll_into_view_if_needed()
        expect(place).to_have_attribute("data-drawn", "yes")
    assert_clean(page, f"{page.url} at {width}")
    assert page.evaluate("document.documentElement.scrollWidth") <= width, page.url


def _section(path: str) -> str:
    """One load of the data serves a section; the small ones share theirs."""
    first = path.split("?")[0].split("/")[1]
    return first if first in {"boroughs", "systems", "contracts", "skills", "research"} else "rest"


@pytest.mark.drill
@pytest.mark.parametrize("section", sorted({_section(path) for path in PAGES}))
@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.django_db(transaction=True)
def test_every_page_is_clean(
    page: Page, live_server: LiveServer, troubles: list[str], width: int, section: str
) -> None:
    call_command("load", verbosity=0)
    page.set_viewport_size({"width": width, "height": 900})
    paths = [path for path in [*PAGES, *records()] if _section(path) == section]
    if width > min(WIDTHS):  # what was chosen changes the words of a page, seldom its shape
        paths = [path for path in paths if "?" not in path or path in WIDE_TOO]
    assert paths
    for path in paths:
        page.goto(live_server.url + path)
        look(page, width)


@pytest.mark.drill
@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.django_db(transaction=True)
def test_from_the_overview_to_an_edit_and_its_history(
    page: Page, live_server: LiveServer, troubles: list[str], width: int
) -> None:
    call_command("load", verbosity=0)
    User.objects.create_superuser("ada", password="correct horse battery")
    page.set_viewport_size({"width": width, "height": 900})
    page.goto(live_server.url)
    page.get_by_role("link", name=re.compile(r"^[\d,]+\s+systems in 33 boroughs")).click()
    filter_by_borough(page, width, "Camden")
    expect(page.get_by_text("in 1 of 33 boroughs")).to_be_visible()
    rows = download(page)
    assert {row["borough"] for row in rows} == {"Camden"}
    look(page, width)
    page.locator("tbody th a").first.click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Camden")
    system = System.objects.get(key=page.url.rstrip("/").rsplit("/", 1)[-1])
    edit(page, live_server.url, system)
    page.goto(live_server.url + system.get_absolute_url())
    expect(page.get_by_text("1234")).to_have_count(0)
    expect(page.get_by_text("1,234 named users")).to_be_visible()


@pytest.mark.django_db(transaction=True)
def test_the_service_map_scrolls_by_keyboard_and_keeps_its_headings(
    page: Page, live_server: LiveServer, troubles: list[str]
) -> None:
    call_command("load", verbosity=0)
    page.set_viewport_size({"width": 320, "height": 700})
    page.goto(f"{live_server.url}/systems/map/")
    region = page.get_by_role("region", name="Service map")
    region.focus()
    for key in ["ArrowRight"] * 5 + ["ArrowDown"] * 5:
        page.keyboard.press(key)
    wait_until(lambda: min(region.evaluate("one => [one.scrollLeft, one.scrollTop]")) > 50)
    left = region.bounding_box()
    heading = page.get_by_role("rowheader", name="Adults case management").bounding_box()
    borough = page.get_by_role("columnheader", name="Camden").bounding_box()
    assert left
    assert heading
    assert borough
    assert abs(heading["x"] - left["x"]) < 3
    assert heading["width"] <= 0.4 * 320
    assert abs(borough["y"] - left["y"]) < 3


@pytest.mark.django_db(transaction=True)
def test_the_skills_matrix_scrolls_by_keyboard_and_switches_without_scripts(
    browser: Browser, live_server: LiveServer
) -> None:
    call_command("load", verbosity=0)
    context = browser.new_context(java_script_enabled=False, viewport={"width": 320, "height": 700})
    page = context.new_page()
    page.goto(f"{live_server.url}/demo/skills/?group=data-and-ai")
    region = page.get_by_role("region", name="Skills by borough")
    region.focus()
    for _ in range(8):
        page.keyboard.press("ArrowRight")
    wait_until(lambda: region.evaluate("one => one.scrollLeft") > 50)
    page.get_by_role("link", name="headcount band", exact=True).press("Enter")
    expect(page.get_by_text("11 to 20 people").first).to_be_visible()
    expect(page.get_by_role("link", name="Remove filter Group: Data and AI")).to_be_visible()
    context.close()


def wait_until(holds: Callable[[], bool], seconds: float = 5) -> None:
    """Ask again and again; the page's own waiting would eval, which the policy forbids."""
    last = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < last, "it never came true"
        time.sleep(0.05)


def filter_by_borough(page: Page, width: int, name: str) -> None:
    """Tick a borough; on a phone the filters are folded away first."""
    if width < 900:
        page.locator(".ct-filters__summary").click()
    box = page.get_by_role("checkbox", name=re.compile(rf"^{name} \(\d+\)$"))
    box.click()  # check() would ask the page left
    expect(page.get_by_role("link", name=f"Remove filter Borough: {name}")).to_be_visible()


def download(page: Page) -> list[dict[str, str]]:
    """The file of the page, as the csv module reads it; its rows are as many as the page says."""
    page.get_by_text("Download", exact=True).click()
    link = page.get_by_role("link", name="Download these")
    words = link.inner_text()
    with page.expect_download() as arriving:
        link.click()
    text = Path(arriving.value.path()).read_text(encoding="utf-8")
    rows = list(csv.DictReader(io.StringIO(text)))
    assert f"Download these {len(rows)} rows" in words
    return rows


def edit(page: Page, site: str, system: System) -> None:
    """Sign in, change the number of users, and find the change in the history."""
    page.goto(f"{site}/admin/systems/system/{system.pk}/change/")
    page.get_by_label("Username").fill("ada")
    page.get_by_label("Password").fill("correct horse battery")
    page.get_by_role("button", name="Log in").click()
    page.get_by_label("Users:").fill("1234")
    page.get_by_role("button", name="Save and continue editing").click()
    page.goto(f"{site}/admin/systems/system/{system.pk}/history/")
    expect(page.get_by_text("ada").first).to_be_visible()
    expect(page.get_by_text("1234").first).to_be_visible()
    assert_clean(page)
