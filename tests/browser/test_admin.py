"""The admin in a real browser: nothing blocked, nothing nameless, nothing wider than a phone."""

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.conf import settings
from django.test import Client
from playwright.sync_api import ConsoleMessage, Page
from pytest_django.live_server_helper import LiveServer

from contracts.models import Contract
from systems.models import System
from tests import factories
from tests.staff import address, signed_in

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def staff(page: Page, client: Client, live_server: LiveServer) -> Page:
    """A browser that LOTI staff have signed in with."""
    session = signed_in(client).cookies[settings.SESSION_COOKIE_NAME].value
    page.context.add_cookies(
        [{"name": settings.SESSION_COOKIE_NAME, "value": session, "url": live_server.url}]
    )
    return page


def _pages() -> list[str]:
    """A list, forms full and empty, a history, a way back, what is gone, and a refusal."""
    contract = factories.contract(
        systems=[factories.system()], partners=[factories.borough()], ends_on="2027-03-31"
    )
    Contract.objects.update(notice_months=6)
    factories.system().delete()
    number = contract.pk
    version = Contract.pgh_event_model.objects.earliest("pgh_id").pk  # type: ignore[attr-defined]
    return [
        "/admin/",
        *(address(Contract, page) for page in ("changelist", "add", "deleted")),
        *(address(Contract, page, number) for page in ("change", "history")),
        address(Contract, "restore", number, version),
        address(System, "deleted"),
        address(System, "delete", contract.systems.get().pk),
    ]


@pytest.mark.parametrize("width", [320, 1280])
def test_staff_pages_are_clean(staff: Page, live_server: LiveServer, width: int) -> None:
    complaints: list[str] = []
    staff.on("pageerror", lambda error: complaints.append(str(error)))
    staff.on("console", lambda said: _note(said, complaints))
    staff.set_viewport_size({"width": width, "height": 900})
    for path in _pages():
        staff.goto(live_server.url + path)
        assert staff.evaluate("document.documentElement.scrollWidth") <= width, path
        assert not complaints
        report = Axe().run(staff)
        assert report.violations_count == 0, f"{path} at {width}\n{report.generate_report()}"
        complaints.clear()  # axe itself tries styles in forms, which the policy refuses


def _note(said: ConsoleMessage, complaints: list[str]) -> None:
    if said.type in {"error", "warning"}:
        complaints.append(f"{said.text} at {said.page and said.page.url}")
