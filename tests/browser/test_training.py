"""From 'we are weak at service design' to a named borough with its reason, in a real browser."""

import csv
from pathlib import Path

import pytest
from django.core.management import call_command
from playwright.sync_api import Browser, Page, expect
from pytest_django.live_server_helper import LiveServer

PLAN = "/demo/skills/training/?skill=service-design"


@pytest.mark.drill
@pytest.mark.parametrize("width", [320, 1280])
@pytest.mark.django_db(transaction=True)
def test_from_a_weak_skill_to_a_borough_that_could_teach_it(
    page: Page, live_server: LiveServer, width: int
) -> None:
    call_command("load", verbosity=0)
    page.set_default_timeout(10_000)
    page.set_viewport_size({"width": width, "height": 900})
    page.goto(f"{live_server.url}/demo/skills/")
    page.get_by_role("link", name="Service design", exact=True).click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Service design")
    page.get_by_role("link", name="Who could teach whom").click()
    assert page.url == live_server.url + PLAN
    (row, *_) = downloaded(page)
    pair = page.get_by_role("row").filter(has_text=row["teacher"]).filter(has_text=row["learner"])
    expect(pair).to_contain_text("levels higher")
    page.get_by_role("link", name=row["teacher"], exact=True).first.click()
    expect(page.get_by_role("heading", level=1)).to_contain_text(row["teacher"])


def downloaded(page: Page) -> list[dict[str, str]]:
    """The file of the page: as many rows as its link says, all of the skill asked for."""
    page.get_by_text("Download", exact=True).click()
    link = page.get_by_role("link", name="Download these")
    with page.expect_download() as arriving:
        link.click()
    text = Path(arriving.value.path()).read_text(encoding="utf-8")
    rows = list(csv.DictReader(text.splitlines()))
    expect(link).to_contain_text(f"Download these {len(rows)} rows")
    assert {row["skill"] for row in rows} == {"Service design"}
    return rows


@pytest.mark.drill
@pytest.mark.django_db(transaction=True)
def test_another_number_of_learners_is_chosen_without_javascript(
    browser: Browser, live_server: LiveServer
) -> None:
    call_command("load", verbosity=0)
    context = browser.new_context(java_script_enabled=False)
    page: Page = context.new_page()
    page.goto(f"{live_server.url}/demo/skills/training/")
    page.get_by_label("Learners per teacher").select_option("1")
    page.get_by_role("button", name="Apply filters").click()
    expect(page.get_by_role("link", name="Remove filter Learners per teacher: 1")).to_be_visible()
    expect(page.get_by_text("88 pairs, in 30 skills")).to_be_visible()
    context.close()
