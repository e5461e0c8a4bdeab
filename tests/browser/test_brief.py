"""A borough's brief is two pages of A4, whether nothing is known of it or more than fits."""

import re

import pytest
from django.core.management import call_command
from playwright.sync_api import Page
from pytest_django.live_server_helper import LiveServer

from boroughs.models import Borough
from citytools.facts import dates
from tests import factories

LONG = "Integrated corporate and departmental case and document and records management platform"


def pages_of(page: Page, address: str) -> int:
    """The pages of the PDF that Chromium prints, counted by their objects."""
    page.goto(address)
    pdf = page.pdf(prefer_css_page_size=True)
    return len(re.findall(rb"/Type\s*/Page\b", pdf))


def crowd(borough: Borough) -> None:
    """More of everything than a page holds, under long names, and peers to compare with."""
    neighbours = list(Borough.objects.london().exclude(pk=borough.pk)[:6])
    partners = [borough, *neighbours]
    for partner in partners:
        factories.returned(partner, complete=False, received_on="2026-11-01")
    year = dates.today().year + 1
    for number in range(40):
        function = factories.function(f"{LONG[:45]} {number}")
        product = factories.product(f"{LONG} {number}")
        for partner in partners[: 2 + number % 6]:
            factories.system(
                borough=partner, product=product, function=function, intention="replace"
            )
        factories.contract(
            lead=borough,
            title=f"{LONG}, with support, hosting and maintenance, lot {number}",
            functions=[function],
            supplier=factories.supplier(f"{LONG} Limited {number}"),
            ends_on=f"{year}-{number % 12 + 1:02}-28",
            notice_months=0,
            annual_value=123_456_789,
        )
    rare = factories.function(f"{LONG[:50]} rare")
    for number in range(20):
        factories.system(
            borough=borough, product=factories.product(f"R{number} {LONG}"), function=rare
        )


@pytest.mark.django_db(transaction=True)
def test_the_brief_is_two_pages_for_every_kind_of_borough(
    page: Page, live_server: LiveServer
) -> None:
    call_command("load", verbosity=0)
    crowd(Borough.objects.get(slug="enfield"))
    site = live_server.url
    for slug in ("camden", "barnet", "bexley", "city-of-london", "enfield"):
        assert pages_of(page, f"{site}/boroughs/{slug}/brief/") == 2, slug
    assert pages_of(page, f"{site}/boroughs/enfield/brief/") == 2
