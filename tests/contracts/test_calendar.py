"""Contracts as a calendar: the days of the file, read back by a calendar's own library."""

import datetime
from typing import Any

import pytest
from django.test import Client
from icalendar import Calendar

from citytools.facts import dates
from contracts.feeds import views
from contracts.models import Contract
from tests import factories
from tests.estate import small_london
from tests.pages import read, rows, text_of, words

pytestmark = pytest.mark.django_db
ICS = "/contracts/contracts.ics"
Days = set[tuple[str, str]]


@pytest.fixture(autouse=True)
def _today(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dates, "today", lambda: datetime.date(2026, 11, 30))


def calendar(client: Client, address: str = ICS, query: Any = None) -> Any:
    """The calendar as the library reads it."""
    response = client.get(address, query)
    assert response.status_code == 200, text_of(response)
    return Calendar.from_ical(response.content)


def events(client: Client, address: str = ICS, query: Any = None) -> dict[str, Any]:
    """Its events by what their UID begins with."""
    result = calendar(client, address, query).walk("VEVENT")
    by_uid = {str(event["UID"]).removesuffix("@city-tools"): event for event in result}
    assert len(by_uid) == len(result)
    return by_uid


def test_a_contract_has_its_act_by_date_its_end_and_its_end_if_extended(client: Client) -> None:
    contract = factories.contract(
        title="Parking",
        lead=factories.borough("Camden"),
        ends_on="2027-03-31",
        extension_until="2029-03-31",
        notice_months=6,
    )
    result = events(client)
    assert {uid: (str(event["SUMMARY"]), event["DTSTART"].dt) for uid, event in result.items()} == {
        f"contract-{contract.key}-act-by": ("Act by: Parking (Camden)", datetime.date(2026, 9, 30)),
        f"contract-{contract.key}-end": ("Ends: Parking (Camden)", datetime.date(2027, 3, 31)),
        f"contract-{contract.key}-extended-end": (
            "Ends if extended: Parking (Camden)",
            datetime.date(2029, 3, 31),
        ),
    }


def test_a_day_is_whole_ends_as_the_next_begins_and_leaves_its_reader_free(client: Client) -> None:
    contract = factories.contract(ends_on="2027-10-31", source_url="https://example.org/1")
    event = events(client)[f"contract-{contract.key}-end"]
    assert event["DTEND"].dt == datetime.date(2027, 11, 1)
    assert event["DTSTART"].params["VALUE"] == "DATE"
    assert event["TRANSP"] == "TRANSPARENT"


def test_an_event_says_how_its_day_comes_about_and_where_it_is_from(client: Client) -> None:
    contract = factories.contract(
        lead=factories.borough("Camden"),
        partners=[factories.borough("Barnet")],
        supplier=factories.supplier("Civica"),
        ends_on="2027-03-31",
        notice_months=6,
        source_url="https://example.org/1",
    )
    event = events(client)[f"contract-{contract.key}-act-by"]
    assert str(event["DESCRIPTION"]).split("\n") == [
        "Act by 30 September 2026: its end, 31 March 2027, less 6 months of notice.",
        "Boroughs: Camden; shared with Barnet",
        "Supplier: Civica",
        "Source: Borough's return, as of 30 September 2026, high confidence. https://example.org/1",
        f"http://testserver/contracts/{contract.key}/",
    ]
    assert event["URL"] == f"http://testserver/contracts/{contract.key}/"


def test_the_head_is_that_of_a_published_calendar_in_london(client: Client) -> None:
    factories.borough("Camden")
    head = calendar(client, query={"borough": "camden"})
    assert (head["VERSION"], head["METHOD"], head["CALSCALE"]) == ("2.0", "PUBLISH", "GREGORIAN")
    assert head["X-WR-TIMEZONE"] == "Europe/London"
    assert head["X-WR-CALNAME"] == "City Tools: contracts: borough Camden"
    assert head["PRODID"]
    response = client.get(ICS)
    assert response["Content-Type"] == "text/calendar; charset=utf-8"
    assert "script-src 'self'" in response["Content-Security-Policy"]


@pytest.mark.parametrize("ends_on", ["2027", "2027-03", ""])
def test_an_end_that_is_no_whole_day_has_no_event(client: Client, ends_on: str) -> None:
    factories.contract(ends_on=ends_on, extension_until=ends_on, notice_months=3)
    factories.contract(rolling=True, notice_months=3)
    assert not [uid for uid in events(client) if uid.endswith("end")]


@pytest.mark.parametrize(
    ("ends_on", "notice", "first", "reason"),
    [
        ("2027-12-31", None, "2026-12-31", "assumed since its notice is not known"),
        ("2027", 3, "2026-10-01", "its end known only as 2027, less 3 months of notice"),
    ],
)
def test_the_first_day_of_a_range_is_a_tentative_event_that_says_so(
    client: Client, ends_on: str, notice: int | None, first: str, reason: str
) -> None:
    contract = factories.contract(ends_on=ends_on, notice_months=notice)
    event = events(client)[f"contract-{contract.key}-act-by"]
    assert event["DTSTART"].dt.isoformat() == first
    assert event["STATUS"] == "TENTATIVE"
    assert str(event["SUMMARY"]).startswith("Perhaps act by this day or later: ")
    assert "Act between" in event["DESCRIPTION"]
    assert reason in event["DESCRIPTION"]
    stated = factories.contract(ends_on="2027-12-31", notice_months=3)
    assert "STATUS" not in events(client)[f"contract-{stated.key}-act-by"]


def test_the_end_of_a_framework_stands_once(client: Client) -> None:
    framework = factories.framework("G-Cloud", reference="RM1", ends_on="2027-06-30")
    for _ in range(2):
        factories.contract(framework=framework)
    factories.contract(framework=factories.framework(ends_on="2027"))
    factories.framework(ends_on="2027-06-30")
    (event,) = events(client).values()
    assert event["UID"] == f"framework-{framework.slug}-end@city-tools"
    assert event["SUMMARY"] == "Framework ends: G-Cloud (RM1)"
    assert event["DTSTART"].dt == datetime.date(2027, 6, 30)
    assert event["URL"] == "http://testserver/contracts/?framework=g-cloud"


def of_file(client: Client, query: Any) -> Days:
    """What the CSV of the same query holds: first days to act by, ends that are whole days."""
    return {
        (f"contract-{row['contract_id']}-{key}", row[name])
        for row in rows(client, "/contracts/contracts.csv", query)
        for name, key in [
            ("act_by_earliest", "act-by"),
            ("ends_on", "end"),
            ("extension_until", "extended-end"),
        ]
        if len(row[name]) == 10
    }


def of_calendar(client: Client, query: Any) -> Days:
    items = events(client, query=query).items()
    return {(uid, event["DTSTART"].dt.isoformat()) for uid, event in items}


QUERIES: list[dict[str, Any]] = [
    {},
    {"sort": "-ends_on"},
    {"borough": ["borough-a", "borough-c"]},
    {"standing": "past_act_by"},
    {"act_by_after": "2027-01-01"},
    {"kind": "frontline"},
    {"columns": "title", "page": "1"},
    {"q": "zzz"},
]


def test_the_events_are_the_days_of_the_file(client: Client) -> None:
    small_london()
    counts = []
    for query in QUERIES:
        expected = of_file(client, {name: query[name] for name in query if name != "columns"})
        assert of_calendar(client, query) == expected
        counts.append(len(expected))
    assert counts[0] == 57
    assert counts[-1] == 0


def test_an_unchanged_calendar_is_the_same_to_the_byte_on_any_day(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    for day in ("2026-01-01", "2027-03-31"):
        factories.contract(ends_on=day, notice_months=3)
    first = client.get(ICS)
    monkeypatch.setattr(dates, "today", lambda: datetime.date(2027, 1, 15))
    assert client.get(ICS).content == first.content
    again = client.get(ICS, headers={"If-None-Match": first["ETag"]})
    assert (again.status_code, again.content) == (304, b"")


def test_the_sequence_rises_with_each_edit_and_the_uid_stays(client: Client) -> None:
    contract = factories.contract(ends_on="2027-03-31")
    other = factories.contract(ends_on="2027-03-31")
    uid = f"contract-{contract.key}-end"
    assert events(client)[uid]["SEQUENCE"] == 0
    Contract.objects.filter(pk=contract.pk).update(ends_on="2027-04-30")
    assert events(client)[uid]["SEQUENCE"] == 1
    assert events(client)[uid]["DTSTART"].dt == datetime.date(2027, 4, 30)
    factories.ContractPartner.objects.create(contract=contract, borough=factories.borough())
    assert events(client)[uid]["SEQUENCE"] == 2
    assert events(client)[f"contract-{other.key}-end"]["SEQUENCE"] == 0


def test_stamps_are_those_of_the_last_change(client: Client) -> None:
    contract = factories.contract(ends_on="2027-03-31")
    uid = f"contract-{contract.key}-end"
    remaining: Any = Contract.pgh_event_model  # type: ignore[attr-defined]
    moment = datetime.datetime(2026, 11, 20, 9, 30, tzinfo=datetime.UTC)
    remaining.objects.filter(pgh_obj=contract).update(pgh_created_at=moment)
    event = events(client)[uid]
    assert event["DTSTAMP"].dt == event["LAST-MODIFIED"].dt == moment
    remaining.objects.all().delete()
    event = events(client)[uid]
    assert (event["SEQUENCE"], event["DTSTAMP"].dt.date().isoformat()) == (0, "2026-09-30")


HOSTILE = [
    "Parking\nBEGIN:VEVENT\nSUMMARY:forged",
    "a, b; c\\n \\, \"d\": 'e'",
    "🅿️🚗" * 50,
    "é" * 200,
    "x" * 200,
    "\x01\x07\x1b[31mred\x7f\x85\u2028next",
    "‮right to left",
    "=1+1",
]


@pytest.mark.parametrize("title", HOSTILE)
def test_a_hostile_title_stays_one_event_of_short_lines(client: Client, title: str) -> None:
    contract = factories.contract(
        title=title, lead=factories.borough("Camden"), ends_on="2027-03-31"
    )
    event = events(client)[f"contract-{contract.key}-end"]
    printed = "".join(sign if sign.isprintable() or sign == "‮" else " " for sign in title)
    text = " ".join(str(event["SUMMARY"]).split())
    assert text == " ".join(f"Ends: {printed} (Camden)".split())
    raw = client.get(ICS).content
    lines = raw.removesuffix(b"\r\n").split(b"\r\n")
    assert max(len(line) for line in lines) <= 75
    assert b"\n" not in b"".join(lines)
    assert all(line.decode() for line in lines)  # no letter is cut in two
    assert lines.count(b"BEGIN:VEVENT") == 2
    assert not [byte for byte in raw if byte < 32 and byte not in b"\r\n"]


def test_a_backslash_before_n_is_no_new_line(client: Client) -> None:
    lead = factories.borough("X")
    contract = factories.contract(title="C:\\New C:\\new", lead=lead, ends_on="2027-03-31")
    event = events(client)[f"contract-{contract.key}-end"]
    assert event["SUMMARY"] == "Ends: C:\\ New C:\\new (X)"


def test_one_contract_has_a_calendar_of_its_own(client: Client) -> None:
    contract = factories.contract(ends_on="2027-03-31", notice_months=3)
    factories.contract(ends_on="2027-03-31")
    address = f"/contracts/{contract.key}/contract.ics"
    assert set(events(client, address)) == {
        f"contract-{contract.key}-act-by",
        f"contract-{contract.key}-end",
    }
    assert client.get("/contracts/999999/contract.ics").status_code == 404
    assert client.get(address, {"moon": "1"}).status_code == 400


@pytest.mark.parametrize(
    "query", [{"moon": "full"}, {"borough": "atlantis"}, {"act_by_after": "soon"}, {"q": "\x00"}]
)
def test_what_is_not_understood_is_refused_in_plain_text(
    client: Client, query: dict[str, str]
) -> None:
    response = client.get(ICS, query)
    assert response.status_code == 400
    assert response["Content-Type"] == "text/plain; charset=utf-8"
    assert next(iter(query)) in text_of(response)


def test_a_calendar_too_large_is_refused_with_the_remedy(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(views, "MAX_CALENDAR_ENTRIES", 2)
    for _ in range(3):
        contract = factories.contract(ends_on="2027-03-31")
    response = client.get(ICS)
    assert response.status_code == 400
    assert "at most 2 of these. Narrow it" in text_of(response)
    assert len(events(client, query={"borough": contract.lead.slug})) == 2


@pytest.mark.parametrize("page", ["/contracts/", "/contracts/timeline/"])
def test_pages_link_the_calendar_and_the_feed_of_what_they_show(client: Client, page: str) -> None:
    lead = factories.contract(ends_on="2027-03-31").lead
    response = client.get(page, {"borough": lead.slug})
    for suffix in ("ics", "atom"):
        address = f"http://testserver/contracts/contracts.{suffix}?borough={lead.slug}"
        assert address in read(response).links
        assert f'href="{address}">' in text_of(response).split("</head>")[0]
    assert "To subscribe" in words(response)
    assert "contracts.ics" not in text_of(client.get(page, {"moon": "1"}))


def test_a_contract_links_its_calendar_and_its_feed(client: Client) -> None:
    contract = factories.contract()
    response = client.get(contract.get_absolute_url())
    for suffix in ("ics", "atom"):
        address = f"http://testserver/contracts/{contract.key}/contract.{suffix}"
        assert address in read(response).links
        assert f'href="{address}">' in text_of(response).split("</head>")[0]


def test_an_unknown_host_gets_no_calendar(client: Client) -> None:
    assert client.get(ICS, headers={"host": "evil.example"}).status_code == 400
