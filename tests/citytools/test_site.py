"""What every page carries: sections, titles, links, and the marks beside what is invented."""

import datetime
import re
from typing import Any

import pytest
from django.conf import settings
from django.test import Client

from citytools.facts import dates
from tests import factories
from tests.pages import LISTS, read, row_links, text_of, words

pytestmark = pytest.mark.django_db

MARK = "nvented for demonstration"


@pytest.mark.parametrize(
    ("address", "section"),
    [
        ("/boroughs/", "/boroughs/"),
        ("/systems/products/", "/systems/"),
        ("/contracts/", "/contracts/"),
        ("/skills/", "/skills/"),
        ("/research/recommendations/", "/research/"),
        ("/data/", "/data/"),
        ("/", None),
        ("/about/", None),
    ],
)
def test_the_section_one_is_in_is_marked_in_the_header(
    client: Client, address: str, section: str | None
) -> None:
    response = client.get(address)
    assert [link for link in read(response, "nav").links if link in LISTS or link == "/data/"]
    here = response.context["here"]
    assert (here.path if here else None) == section


def test_invented_records_are_marked_wherever_they_are_shown(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(dates, "today", lambda: datetime.date(2026, 11, 30))
    maker = factories.supplier(illustrative=True)
    product = factories.product(manufacturer=maker, illustrative=True)
    system = factories.system(product=product, source_kind="illustrative")
    contract = factories.contract(
        systems=[system], lead=system.borough, supplier=maker, source_kind="illustrative",
        ends_on="2027-12-31", notice_months=1,
    )  # fmt: skip
    level = factories.skill_level(borough=system.borough, source_kind="illustrative")
    pages = [
        record.get_absolute_url() for record in (system, contract, product, maker, level.skill)
    ]
    for address in [*pages, "/systems/", "/contracts/"]:
        assert '<span class="ct-invented">' in text_of(client.get(f"/demo{address}")), address


def test_real_records_are_not_marked_as_invented(client: Client) -> None:
    system = factories.system()
    contract = factories.contract(systems=[system], lead=system.borough)
    level = factories.skill_level(borough=system.borough)
    records: list[Any] = [system, contract, system.product, contract.supplier, level.skill]
    for record in records:
        page = client.get(record.get_absolute_url())
        assert MARK not in text_of(page), record.get_absolute_url()
    assert MARK not in text_of(client.get(system.borough.get_absolute_url()))


def test_every_page_names_itself_in_its_title_and_once_in_a_heading(client: Client) -> None:
    contract = factories.contract(systems=[factories.system()])
    system = contract.systems.get()
    records: list[Any] = [contract, system, system.product, system.borough]
    records += [factories.skill(), factories.finding(), factories.case_study()]
    pages = [
        *LISTS,
        "/contracts/pipeline/",
        "/contracts/concentration/",
        "/",
        "/data/",
        "/about/",
        "/about/glossary/",
        "/about/method/",
        "/accessibility/",
        "/research/",
        "/research/case-studies/",
        "/research/recommendations/",
    ]
    pages += [record.get_absolute_url() for record in records]
    titles = set()
    for address in pages:
        page = text_of(client.get(address))
        assert page.count("<h1") == 1, address
        titles.add(page.split("<title>")[1].split("</title>")[0])
    assert len(titles) == len(pages)


def test_every_link_of_every_page_leads_somewhere(client: Client) -> None:
    factories.borough("Camden")  # an example names it
    contract = factories.contract(systems=[factories.system()], framework=factories.framework())
    factories.skill_level()
    factories.recommendation(findings=[factories.finding()])
    factories.case_study(boroughs=[contract.lead])
    seen: set[str] = set()
    waiting = ["/"]
    while waiting:
        address = waiting.pop()
        response = client.get(address)
        assert response.status_code == 200, address
        if not response["Content-Type"].startswith("text/html"):
            assert b"".join(response)
            continue
        links = {link.split("#")[0] for link in read(response, "body").links}
        new = {
            link
            for link in links
            if link.startswith("/") and not link.startswith(("/admin", "/demo"))
        }
        new -= {"/data/citytools.zip"}  # made beside the server: test_archives fetches it
        new = {link for link in new if link.count("?") == 0 or link.count("=") == 1} - seen
        seen |= new
        waiting += sorted(new)
    assert {"/systems/systems.csv", contract.get_absolute_url(), "/research/"} <= seen


@pytest.mark.parametrize("address", ["/systems/", "/contracts/"])
def test_chips_name_what_is_chosen_and_take_it_away(client: Client, address: str) -> None:
    borough = factories.borough("Camden Town", slug="camden")
    factories.contract(lead=borough, systems=[factories.system(borough=borough)])
    query = {"borough": "camden", "source": ["return", "foi"], "sort": "as_of"}
    listing = client.get(address, query).context["listing"]
    chips = {(chip.label, chip.value): chip.without for chip in listing.filterset.chips}
    assert set(chips) == {
        ("Borough", "Camden Town"),
        ("Source", "Borough's return"),
        ("Source", "Freedom of information answer"),
    }
    assert chips["Borough", "Camden Town"] == "source=return&source=foi&sort=as_of"
    assert chips["Source", "Borough's return"] == "borough=camden&source=foi&sort=as_of"
    assert listing.filterset.in_words.startswith("borough Camden Town; source Borough's return or")


def test_an_empty_list_says_what_taking_a_filter_away_would_give(client: Client) -> None:
    camden = factories.borough("Camden")
    for hosting in ("saas", "saas", ""):
        factories.system(hosting=hosting)
    for hosting in ("on_premises", ""):
        factories.system(borough=camden, hosting=hosting, status="live")
    page = client.get("/systems/?borough=camden&hosting=saas&status=live")
    said = words(page)
    assert "No systems match these filters. Take one away: Without “hosting" in said
    assert "Without “hosting Software as a service”: 2 systems" in said
    assert "Without “borough Camden”" not in said  # nothing of the others is live
    assert "?borough=camden&amp;status=live" in page.content.decode()


@pytest.mark.django_db
def test_where_no_filter_alone_leaves_the_list_empty_all_can_be_cleared(client: Client) -> None:
    camden = factories.borough("Camden")
    factories.system(hosting="")
    page = client.get(f"/systems/?borough={camden.slug}&hosting=saas&q=%3Cb%3E%25")
    assert "Taking one away leaves none either: clear all" in words(page)
    assert row_links(client, "/systems/", {"borough": "camden"}) == []


def test_no_browser_fills_a_form_with_what_was_chosen_before() -> None:
    """After Back the boxes would say something else than the rows; the switch of the / key may."""
    forms = [
        tag
        for path in (settings.BASE_DIR / "templates").rglob("*.html")
        if "staff" not in path.parts
        for tag in re.findall(r"<form\b[^>]*>", path.read_text())
        if "hidden" not in tag
    ]
    assert len(forms) >= 10
    assert [tag for tag in forms if 'autocomplete="off"' not in tag] == []
