"""The page of windows: in words, in its file, by each choice; and its windows derived afresh."""

import calendar
import datetime
import re
from collections import defaultdict
from dataclasses import dataclass
from typing import Any

import pytest
from django.core.management import call_command
from django.test import Client
from icalendar import Calendar

from boroughs.models import Borough
from citytools.exports import export
from citytools.facts import dates
from contracts.joint_procurement import views
from contracts.joint_procurement.presentation import join_names
from contracts.models import Contract
from systems.models import Function
from tests import factories
from tests.pages import DemonstrationClient, read, rows, text_of, total, words

pytestmark = pytest.mark.django_db
TODAY = datetime.date(2026, 11, 30)
PAGE, FILE = "/contracts/together/", "/contracts/together.csv"


@pytest.fixture(autouse=True)
def _today(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dates, "today", lambda: TODAY)


@pytest.fixture
def rents() -> Function:
    return factories.function("Rents")


def contract(lead: str, ends_on: str, function: Function, **fields: Any) -> Contract:
    body = Borough.objects.filter(name=lead).first() or factories.borough(lead)
    fields = {"notice_months": 0} | fields
    return factories.contract(lead=body, ends_on=ends_on, functions=[function], **fields)


def groups(client: Client, query: Any = None) -> list[tuple[str, str]]:
    """(group, boroughs) of each window in the file."""
    return list(dict.fromkeys((row["group"], row["boroughs"]) for row in rows(client, FILE, query)))


def test_a_window_says_whose_contracts_end_together_and_who_can_act(
    client: Client, rents: Function
) -> None:
    contract("Camden", "2027-06-30", rents, annual_value=1_000_000, notice_months=3)
    contract("Barnet", "2027-12-31", rents, annual_value=200_000, notice_months=None)
    contract("Hackney", "2027-01-31", rents, notice_months=None)
    contract("Brent", "2027-05-31", rents, notice_months=9)
    text = words(client.get(PAGE))
    assert (
        "1 window to buy together: contracts for the same function that end within 12 months of "
        "one another in the next 36, and may still be acted on" in text
    )
    assert "Windows are found among 4 contracts that run today." in text
    assert (
        "Barnet, Camden and Hackney: 3 contracts for Rents end between 31 January and 31 "
        "December 2027. 2 can still be acted on, the first until 31 December 2026; 1 may, perhaps "
        "too late: ask (the notice of 2 is not known: 12 to 3 months are assumed). Too late: "
        "Brent. £1.2 m a year known for 2 of 3 contracts." in text
    )
    assert "Of 2 of these contracts the notice is not known: 12 to 3 months are assumed" in text


def test_real_contracts_without_notice_that_end_together_are_found(
    client: Client, rents: Function
) -> None:
    for lead in ("Camden", "Barnet"):
        contract(lead, "2026-12-15", rents, notice_months=None)
    said = words(client.get(PAGE))
    assert (
        "All may still be acted on, perhaps too late: ask (no notice is known: 12 to 3 months are "
        "assumed)." in said
    )
    assert (
        "may, by 15 Dec 2025 to 15 Sep 2026 12 to 3 months assumed; perhaps too late: ask" in said
    )
    assert groups(client) == [("Rents", "Barnet; Camden")]
    assert groups(client, {"certain": "yes"}) == []


def test_what_has_no_end_date_is_counted_beside_the_window(client: Client, rents: Function) -> None:
    for lead in ("Camden", "Barnet"):
        contract(lead, "2027-06-30", rents)
    contract("Sutton", "", rents, rolling=True, starts_on="2025")
    contract("Ealing", "", rents, starts_on="2025")
    text = words(client.get(PAGE))
    beside = (
        "Not in it, for want of an end date: 1 rolling contract, which can be ended at any time "
        "with notice; 1 contract whose end is not known."
    )
    assert beside in text
    assert beside in words(client.get(window_address(client)))
    assert "Of 1 the end is not known; 1 is rolling: in no window" in text


def test_of_a_window_of_many_contracts_those_to_act_on_first_are_shown(
    client: Client, rents: Function, monkeypatch: pytest.MonkeyPatch
) -> None:
    for lead, ends_on in (
        ("Camden", "2027-08-31"),
        ("Barnet", "2027-06-30"),
        ("Sutton", "2027-07-31"),
    ):
        contract(lead, ends_on, rents)
    contract("Brent", "2027-05-31", rents, notice_months=9)
    (found,) = {row["window_id"] for row in rows(client, FILE)}
    window = f"/contracts/together/{found}/"
    page = words(client.get(window))
    assert "must be acted on first" not in page
    assert "Plan a common end date" in page
    monkeypatch.setattr(views, "MAX_CONTRACTS_PER_WINDOW", 2)
    monkeypatch.setattr(views, "MAX_CONTRACTS_IN_LIST", 1)
    page = words(client.get(window))
    assert "These are the 2 of 4 contracts that must be acted on first" in page
    assert "The 2 to act on first are drawn" in page
    assert "3 contracts are too many to plan one end date for" in page
    assert "Plan a common end date" not in page
    page = words(client.get(PAGE))
    assert "The 4 contracts" in page
    assert "These are the 1 of 4 contracts that must be acted on first" in page
    assert groups(client) == [("Rents", "Barnet; Camden; Sutton")]


def test_of_very_many_boroughs_a_sentence_names_ten() -> None:
    names = [f"Borough {number}" for number in range(1, 1_042)]
    assert join_names(names[:40]).endswith("Borough 39 and Borough 40")
    assert join_names(names).endswith("Borough 9, Borough 10 and 1,031 more")


def test_a_file_too_long_to_be_made_is_not_offered(
    client: Client, rents: Function, monkeypatch: pytest.MonkeyPatch
) -> None:
    contract("Camden", "2027-06-30", rents)
    contract("Barnet", "2027-06-30", rents)
    monkeypatch.setattr(export, "MAX_COMPUTED_ROWS", 1)
    page = client.get(PAGE)
    assert "These are 2 rows, more than the 1 that a file of them may have" in words(page)
    assert FILE not in page.content.decode()
    assert client.get(FILE).status_code == 400


@pytest.mark.parametrize(
    ("ends", "when"),
    [
        (("2026-11-30", "2026-11-30"), "end on 30 November 2026. All can still be acted on, the"),
        (("2027-01-05", "2027-02-01"), "end between 5 January and 1 February 2027."),
        (("2027-12-05", "2028-12-05"), "end between 5 December 2027 and 5 December 2028."),
        (("2026", "2027-03"), "end between 30 November 2026 and 31 March 2027."),
    ],
)
def test_days_read_as_a_person_would_say_them(
    client: Client, rents: Function, ends: tuple[str, str], when: str
) -> None:
    for lead, day in zip(("Camden", "Barnet"), ends, strict=True):
        contract(lead, day, rents)
    assert when in words(client.get(PAGE))


def test_the_file_has_a_row_for_each_contract_of_each_window(
    client: Client, rents: Function
) -> None:
    item, two = contract("Camden", "2027-06-30", rents), contract("Barnet", "2027-09-30", rents)
    file_rows = rows(client, FILE)
    assert [row["contract_id"] for row in file_rows] == [item.key, two.key]
    assert file_rows[0] | {"window_id": ""} == {
        "window_id": "", "group_by": "function", "group": "Rents", "opens_on": "2026-06-30",
        "closes_on": "2027-06-30", "boroughs": "Barnet; Camden", "contract_id": item.key,
        "lead_borough": "Camden", "must_start": "2026-06-30", "act_by": "2027-06-30",
        "annual_value": "", "assumed_notice_months": "", "assumed_act_by": "",
        "act_by_earliest": "2027-06-30", "act_by_latest": "2027-06-30", "act_by_basis": "stated",
        "can_act": "can", "ends_on": "2027-06-30",
    }  # fmt: skip
    assert "Download these 2 rows as CSV" in words(client.get(PAGE))


def test_the_first_columns_of_the_file_stay(client: Client) -> None:
    header = text_of(client.get(FILE)).splitlines()[0]
    assert header.startswith(
        "window_id,group_by,group,opens_on,closes_on,boroughs,contract_id,lead_borough,"
        "must_start,act_by,annual_value,assumed_notice_months,assumed_act_by"
    )


def test_the_file_says_on_what_each_act_by_rests_and_lists_those_too_late_last(
    client: Client, rents: Function
) -> None:
    contract("Camden", "2027-06", rents, notice_months=3)
    contract("Barnet", "2027", rents, notice_months=None)
    contract("Brent", "2027-05-31", rents, notice_months=9)
    names = ("lead_borough", "must_start", "act_by", "act_by_earliest", "act_by_latest")
    file_rows = rows(client, FILE)
    assert [
        [row[name] for name in (*names, "act_by_basis", "can_act", "ends_on")] for row in file_rows
    ] == [
        ["Barnet", "", "", "2026-01-01", "2027-09-30", "assumed", "may", "2027"],
        ["Camden", "", "", "2027-03-01", "2027-03-30", "month only", "can", "2027-06"],
        ["Brent", "2025-08-31", "2026-08-31", "2026-08-31", "2026-08-31", "stated", "too late",
         "2027-05-31"],
    ]  # fmt: skip
    assert {row["boroughs"] for row in file_rows} == {"Barnet; Camden"}


@pytest.mark.parametrize(
    ("fields", "there"),
    [
        ({}, True),
        ({"starts_on": "2026-12-01"}, False),
        ({"starts_on": "2027"}, False),
        ({"starts_on": "2026"}, True),
        ({"notice_months": None}, True),
        ({"ends_on": "2027"}, True),
        ({"ends_on": "2026-11-29"}, False),
        ({"ends_on": "", "rolling": True}, False),
        ({"notice_months": 9}, False),
    ],
)
def test_only_what_runs_and_can_still_be_acted_on_counts(
    client: Client, rents: Function, fields: dict[str, Any], there: bool
) -> None:
    fields = dict(fields)
    contract("Camden", "2027-06-30", rents)
    ends_on = str(fields.pop("ends_on", "2027-06-30"))
    contract("Barnet", ends_on, rents, **fields)
    assert bool(groups(client)) == there


def test_by_product_and_by_supplier(client: Client, rents: Function) -> None:
    mosaic, maker = factories.product("Mosaic"), factories.supplier("Maker")
    for name in ("Camden", "Barnet"):
        body = factories.borough(name)
        system = factories.system(borough=body, product=mosaic)
        contract(name, "2027-06-30", factories.function(), systems=[system], supplier=maker)
    assert groups(client) == []
    assert groups(client, {"by": "product"}) == [("Mosaic", "Barnet; Camden")]
    assert groups(client, {"by": "supplier"}) == [("Maker", "Barnet; Camden")]


def test_lead_time_and_horizon_are_chosen(client: Client, rents: Function) -> None:
    contract("Camden", "2027-06-30", rents)
    contract("Barnet", "2028-03-31", rents)
    assert groups(client, {"lead_months": 12}) == [("Rents", "Barnet; Camden")]
    assert groups(client, {"lead_months": 8}) == []
    assert groups(client, {"months": 17}) == [("Rents", "Barnet; Camden")]
    assert groups(client, {"months": 16}) == []


def test_extensions_count_only_when_taken(client: Client, rents: Function) -> None:
    contract("Camden", "2026-01-31", rents, extension_until="2028-01-31")
    contract("Barnet", "2028-03-31", rents)
    assert groups(client) == groups(client, {"extensions": "no"}) == []
    assert groups(client, {"extensions": "yes"}) == [("Rents", "Barnet; Camden")]


def test_months_of_notice_to_assume_take_the_place_of_the_range(
    client: Client, rents: Function
) -> None:
    contract("Camden", "2027-06-30", rents, notice_months=None)
    contract("Barnet", "2027-06-30", rents, notice_months=3)
    query = {"assume_notice": 6}
    row = {item["lead_borough"]: item for item in rows(client, FILE, query)}["Camden"]
    assert (row["act_by"], row["must_start"], row["assumed_act_by"]) == ("", "", "2026-12-30")
    assert (row["act_by_basis"], row["act_by_earliest"]) == ("assumed", "2026-12-30")
    text = words(client.get(PAGE, query))
    assert "the notice of 1 is not known: 6 months are assumed" in text
    assert "can, by 30 Dec 2026 6 months assumed" in text


def test_a_borough_chooses_windows_and_not_contracts(client: Client, rents: Function) -> None:
    rates = factories.function("Rates")
    for name in ("Camden", "Barnet"):
        contract(name, "2027-06-30", rents)
    for name in ("Brent", "Barnet"):
        contract(name, "2027-06-30", rates)
    sutton = factories.borough("Sutton")
    contract("Ealing", "2027-06-30", rates, partners=[sutton])
    assert groups(client, {"borough": "camden"}) == [("Rents", "Barnet; Camden")]
    assert groups(client, {"borough": "sutton"}) == [("Rates", "Barnet; Brent; Ealing")]


@pytest.mark.parametrize("narrow", ["function", "service_area"])
def test_filters_of_functions_leave_other_functions_of_the_same_contracts_out(
    client: Client, rents: Function, narrow: str
) -> None:
    other = factories.function("Rates")
    for name in ("Camden", "Barnet"):
        contract(name, "2027-06-30", rents).functions.add(other)
    slug = rents.slug if narrow == "function" else rents.service_area.slug
    assert groups(client, {narrow: slug}) == [("Rents", "Barnet; Camden")]
    assert len(groups(client)) == 2


def test_one_borough_alone_has_no_window(client: Client, rents: Function) -> None:
    for _ in range(2):
        contract("Camden", "2027-06-30", rents)
    page = client.get(PAGE)
    assert total(page) == 0
    assert "No contracts of two boroughs end together" in words(page)


@pytest.mark.parametrize(
    "query",
    [
        {"by": "moon"}, {"lead_months": "x"}, {"lead_months": "-1"}, {"lead_months": "61"},
        {"months": "1.5"}, {"months": "121"}, {"months": "9" * 40}, {"extensions": "maybe"},
        {"assume_notice": "61"}, {"certain": "maybe"}, {"borough": "atlantis"},
        {"sort": "title"}, {"page": "9"}, {"page": "x"}, {"page": "9" * 40}, {"columns": "x"},
        {"by": ["function", "product"]}, {"nonsense": "1"},
    ],
)  # fmt: skip
def test_what_is_not_understood_is_named(client: Client, query: dict[str, Any]) -> None:
    page = client.get(PAGE, query)
    assert page.status_code == 400
    assert f"{next(iter(query))}" in words(page)
    if "page" not in query:
        assert client.get(FILE, query).status_code == 400


def test_a_near_miss_says_how_long_it_would_extend_and_whether_it_may(
    client: Client, rents: Function
) -> None:
    contract("Camden", "2028-06-30", rents)
    contract("Barnet", "2028-06-30", rents)
    contract("Brent", "2027-03-15", rents, extension_until="2028-01-01")
    contract("Ealing", "2027-03-15", rents)
    contract("Sutton", "2027-03-15", rents, extension_until="2027-06-01")
    contract("Harrow", "2024-06-30", factories.function())
    text = words(client.get(PAGE))
    early = "ends 4 months too early: it would fit if it were extended so far"
    assert f"Brent {early}, which its contract allows." in text
    assert f"Ealing {early} (not known whether it may)." in text
    assert f"Sutton {early}, which its contract does not allow" in text


def window_address(client: Client) -> str:
    links = read(client.get(PAGE)).links
    return next(link for link in links if re.fullmatch(f"{PAGE}[0-9a-f]{{12}}/", link))


def test_a_window_has_a_page_with_what_is_known_of_its_systems(
    client: Client, rents: Function
) -> None:
    body, mosaic = factories.borough("Camden"), factories.product("Mosaic")
    system = factories.system(
        borough=body, product=mosaic, function=rents, satisfaction=2, intention="replace"
    )
    contract("Camden", "2027-06-30", rents, systems=[system])
    contract("Barnet", "2027-06-30", rents)
    text = words(client.get(window_address(client)))
    assert "Mosaic, 2 of 5, intention: replace" in text
    assert "Buy together: Rents" in text


def test_the_planner_offers_the_cheapest_date_and_takes_another(
    client: Client, rents: Function
) -> None:
    contract("Camden", "2027-12-31", rents, extension_until="2028-03-31")
    contract("Barnet", "2028-06-30", rents, annual_value=12_000)
    address = window_address(client)
    text = words(client.get(address))
    assert "The cheapest date is 30 March 2028: £3,000 paid twice, as far as known" in text
    query = words(client.get(address, {"target": "2028-06-30"}))
    assert "30 June 2028: 6 months of extension, £0 paid twice. Not feasible: 1 extension" in query
    assert "Too soon: buying takes 12 months" in words(
        client.get(address, {"target": "2027-01-01"})
    )


@pytest.mark.parametrize("target", ["x", "2027-02-30", "0000-00-00", "<script>"])
def test_a_target_that_is_no_date_is_named(client: Client, rents: Function, target: str) -> None:
    for name in ("Camden", "Barnet"):
        contract(name, "2027-12-31", rents)
    response = client.get(window_address(client), {"target": target})
    assert response.status_code == 400
    assert "target: Write a date as 2026-11-30." in words(response).replace("target :", "target:")


@pytest.mark.parametrize("target", ["0001-01-01", "9999-12-31"])
def test_the_ends_of_time_are_no_trouble(client: Client, rents: Function, target: str) -> None:
    for name in ("Camden", "Barnet"):
        contract(name, "2027-12-31", rents)
    assert client.get(window_address(client), {"target": target}).status_code in {200, 400}


def test_a_window_that_is_gone_leads_to_those_of_today(client: Client) -> None:
    response = client.get(f"{PAGE}0123456789ab/", {"by": "product"})
    assert response.status_code == 404
    assert f"{PAGE}?by=product" in read(response).links


def test_no_user_input_of_a_window_is_an_error(client: Client) -> None:
    assert client.get(f"{PAGE}{'x' * 300}/").status_code == 404
    for text in ("%00", "%27", "%25s", "{0}"):
        assert client.get(f"{PAGE}{text}/").status_code == 404
    assert client.get(f"{PAGE}a/", {"by": "moon", "target": "x"}).status_code == 400


def less(day: datetime.date, months: int) -> datetime.date:
    """Calendar months before a day, by the calendar module alone."""
    index = day.year * 12 + day.month - 1 - months
    year, month = index // 12, index % 12 + 1
    return datetime.date(year, month, min(day.day, calendar.monthrange(year, month)[1]))


@dataclass(frozen=True)
class Span:
    """A contract of contracts.csv, from its end less a year to its end."""

    key: str
    lead: str
    first: datetime.date
    last: datetime.date
    act_by: datetime.date
    late: bool


def span_of(row: dict[str, str]) -> Span:
    text = row["ends_on"]
    year, month, day = (int(text[part] or 0) for part in (slice(4), slice(5, 7), slice(8, 10)))
    first = datetime.date(year, month or 1, day or 1)
    last_month = month or 12
    last = datetime.date(year, last_month, day or calendar.monthrange(year, last_month)[1])
    notice = int(row["notice_months"] or 12)
    late = bool(row["notice_months"]) and less(last, notice) < TODAY
    return Span(
        row["contract_id"], row["lead_borough"], less(first, 12), last, less(first, notice), late
    )


def derived(client: Client) -> set[tuple[str, str, frozenset[str], frozenset[str]]]:
    """The windows by function, from contracts.csv alone: on which days who is there."""
    horizon = str(less(TODAY, -36))
    by_function: dict[str, list[Span]] = defaultdict(list)
    for row in rows(client, "/contracts/contracts.csv"):
        started = not row["starts_on"] or row["starts_on"] <= str(TODAY)[: len(row["starts_on"])]
        if row["stage"] == "planned" or not (row["ends_on"] and started):
            continue
        span = span_of(row)
        if span.last >= TODAY and row["ends_on"] <= horizon[: len(row["ends_on"])]:
            for function in filter(None, row["functions"].split("; ")):
                by_function[function].append(span)
    return {
        (function, str(min(span.act_by for span in shared)),
         frozenset(span.key for span in shared), _late_beside(shared, spans))
        for function, spans in by_function.items() for shared in _largest(spans)
    }  # fmt: skip


def _largest(spans: list[Span]) -> list[frozenset[Span]]:
    open_ = [span for span in spans if not span.late]
    sets = {frozenset(span for span in open_ if span.first <= day <= span.last)
            for mark in open_ for day in (mark.first, mark.last)}  # fmt: skip
    shared = [item for item in sets if len({span.lead for span in item}) > 1]
    return [item for item in shared if not any(item < other for other in shared)]


def _late_beside(shared: frozenset[Span], spans: list[Span]) -> frozenset[str]:
    first, last = max(span.first for span in shared), min(span.last for span in shared)
    late = (span for span in spans if span.late)
    return frozenset(span.key for span in late if span.first <= last and span.last >= first)


def test_the_windows_derived_from_the_file_of_contracts() -> None:
    call_command("load", verbosity=0)
    client = DemonstrationClient()
    result: dict[tuple[str, str, str], dict[str, str]] = defaultdict(dict)
    for row in rows(client, FILE):
        key = (row["window_id"], row["group"], row["closes_on"])
        result[key][row["contract_id"]] = row["can_act"]
    windows = {
        (
            *key[1:],
            frozenset(contract for contract, can in contracts.items() if can != "too late"),
            frozenset(contract for contract, can in contracts.items() if can == "too late"),
        )
        for key, contracts in result.items()
    }
    assert windows == derived(client)
    assert len(windows) == len(result) == total(client.get(PAGE)) > 20


def test_the_calendar_holds_the_days_of_the_file() -> None:
    call_command("load", verbosity=0)
    client = DemonstrationClient()
    for query in ({}, {"by": "product", "assume_notice": "6"}, {"borough": "camden"}):
        days = {
            (f"window-{row['window_id']}-{what}@demonstration.city-tools", row[f"{what}_on"])
            for row in rows(client, FILE, query)
            for what in ("opens", "closes")
        }
        answer = client.get("/contracts/together.ics", query)
        events = Calendar.from_ical(answer.content).walk("VEVENT")
        assert {
            (str(component["UID"]), str(component.decoded("DTSTART"))) for component in events
        } == days
        assert len(events) == len(days) > 0


def test_the_calendar_refuses_what_the_page_does_not_understand(client: Client) -> None:
    answer = client.get("/contracts/together.ics", {"by": "moon"})
    assert answer.status_code == 400
    assert "by: “moon”" in text_of(answer)


def test_a_changed_contract_raises_the_sequence_of_its_windows(
    client: Client, rents: Function
) -> None:
    created = contract("Camden", "2027-06-30", rents)
    contract("Barnet", "2027-06-30", rents)
    before = client.get("/contracts/together.ics")
    again = client.get("/contracts/together.ics", headers={"If-None-Match": before["ETag"]})
    assert again.status_code == 304
    Contract.objects.filter(pk=created.pk).update(annual_value=5)
    after = client.get("/contracts/together.ics")
    raised = [
        [component["SEQUENCE"] for component in Calendar.from_ical(answer.content).walk("VEVENT")]
        for answer in (before, after)
    ]
    assert raised == [[0, 0], [1, 1]]


def test_each_page_has_its_windows_and_the_chart_the_first(client: Client) -> None:
    leads = [factories.borough(name) for name in ("Camden", "Barnet")]
    for number in range(1, 24):
        function = factories.function(f"Work {number:02}")
        for lead in leads:
            factories.contract(lead=lead, ends_on=f"2027-06-{number:02}", functions=[function])
    pages = [client.get(PAGE, {"page": page}).context["windows"] for page in (1, 2, 3)]
    assert [len(page) for page in pages] == [10, 10, 3]
    names = [view.name for page in pages for view in page]
    assert names == [f"Work {number:02}" for number in range(1, 24)]
    last = client.get(PAGE, {"page": 3})
    assert len(last.context["chart"].rows) == 15
    assert total(last) == 23
    assert "The 15 to act on first are drawn" in words(last)


def test_the_calendar_says_which_days_are_tentative(client: Client, rents: Function) -> None:
    contract("Camden", "2027-06-30", rents, notice_months=3)
    barnet = contract("Barnet", "2027-06-30", rents, notice_months=6)

    def events() -> list[tuple[str, str]]:
        answer = client.get("/contracts/together.ics")
        return [
            (str(component.decoded("DTSTART")), str(component.get("STATUS")))
            for component in Calendar.from_ical(answer.content).walk("VEVENT")
        ]

    assert events() == [("2025-12-30", "None"), ("2026-12-30", "None")]
    Contract.objects.filter(pk=barnet.pk).update(notice_months=None)
    assert events() == [("2025-06-30", "TENTATIVE"), ("2026-06-30", "TENTATIVE")]
