"""What changed, as the public reads it on the page and takes it away as files and as a feed."""

import datetime
import html
import json
from collections.abc import Iterable
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pghistory
import pytest
from django.apps import apps
from django.contrib.auth.models import User
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from citytools.exports.export import Export
from citytools.facts import dates
from citytools.history.change_kinds import change_kinds
from citytools.history.change_sql import ChangeFilter
from citytools.history.changes import ChangeList, changes_in_latest_transactions
from contracts.models import Contract, ContractPartner
from skills.models import PastLevel, SkillLevel
from systems.models import Function, Supplier, System
from tests import factories, feeds
from tests.log import move_events
from tests.pages import read, rows, text_of, total, words

pytestmark = pytest.mark.django_db
AGO, LATER = datetime.date(2026, 11, 10), datetime.date(2026, 11, 20)
PAGE, CSV, JSON, ATOM = "/changes/", *(f"/changes/changes.{end}" for end in ("csv", "json", "atom"))


def told(client: Client, query: Any = None) -> list[tuple[str, str, str, str]]:
    """Kind, action, record and differences of each row of the file."""
    table = rows(client, CSV, query)
    return [(row["kind"], row["action"], row["record"], row["differences"]) for row in table]


def contract(title: str = "Parking", **fields: Any) -> Contract:
    return factories.contract(title=title, lead=factories.borough("Camden"), **fields)


def test_a_change_says_from_what_to_what_and_leads_to_its_record(client: Client) -> None:
    record = contract(ends_on="2027-03-31")
    move_events(AGO)
    Contract.objects.update(ends_on="2028-03-31", notice_months=6)
    page = client.get(PAGE)
    said = words(page)
    assert "Contract changed: Parking (Camden)" in said
    assert "Ends on: from 2027-03-31 → to 2028-03-31" in said
    assert "Notice months: 6" in said
    assert record.get_absolute_url() in read(page).links
    difference = "Ends on: 2028-03-31 (before: 2027-03-31); Notice months: 6 (before: empty)"
    assert told(client)[0] == ("contract", "changed", "Parking (Camden)", difference)


def test_page_files_and_feed_tell_the_same_rows_in_the_same_order(client: Client) -> None:
    contract(partners=[factories.borough("Barnet")], systems=[factories.system()])
    move_events(AGO)
    ContractPartner.objects.all().delete()
    factories.supplier("<b>Acme & co</b>", slug="acme")
    page, table = client.get(PAGE), rows(client, CSV)
    document = json.loads(text_of(client.get(JSON)))
    feed = feeds.feed(client, ATOM)
    assert total(page) == len(table) == document["meta"]["rows"] == len(feed.entries) > 5
    shown = [row["change"].entry.key for row in page.context["listing"].changes]
    assert [row["change"] for row in table] == shown
    assert [row["change"] for row in document["rows"]] == shown
    assert [entry.id.partition(":change-")[2] for entry in feed.entries] == [
        key.removeprefix("change-") for key in shown
    ]


def test_a_borough_that_leaves_a_contract_is_told_at_the_contract(client: Client) -> None:
    barnet = factories.borough("Barnet")
    contract(partners=[barnet])
    move_events(AGO)
    ContractPartner.objects.all().delete()
    (newest, *_) = rows(client, CSV, {"borough": "barnet", "kind": "contract"})
    assert newest["record"] == "Parking (Camden)"
    assert newest["differences"] == "Barnet no longer shares it"
    assert newest["boroughs"] == "Barnet; Camden"
    assert "Barnet no longer shares it" in words(client.get(PAGE))
    (entry, *_) = feeds.feed(client, ATOM).entries
    assert entry.title == "Changed: Parking (Camden): Barnet no longer shares it"
    # What becomes of the contract from now on is none of its business
    move_events(LATER)
    Contract.objects.update(notice_months=3)
    assert len(told(client, {"borough": "barnet", "kind": "contract"})) == 2
    assert len(told(client, {"borough": "camden", "kind": "contract"})) == 3


def test_links_and_other_names_are_told_at_their_owner(client: Client) -> None:
    parking = factories.function("Parking")
    product = factories.product("Fixer")
    covered = factories.system(product=product, function=parking)
    record = contract()
    move_events(AGO)
    record.systems.add(covered)
    record.functions.set([parking])
    product.functions.add(parking)
    alias = factories.product_alias("Mender", product)
    by_kind = {(kind, action): text for kind, action, _, text in told(client, {"since": LATER})}
    assert f"It now pays for {covered}" in by_kind["contract", "changed"]
    assert "It now covers Parking" in by_kind["contract", "changed"]
    said = by_kind["product", "changed"]
    assert "Other name added: Mender" in said
    assert "Function added: Parking" in said
    assert set(by_kind) == {("contract", "changed"), ("product", "changed")}
    move_events(LATER)
    alias.delete()
    assert told(client)[0] == ("product", "changed", "Fixer", "Other name removed: Mender")


def test_what_is_deleted_is_told_by_its_last_name_without_a_link(client: Client) -> None:
    supplier = factories.supplier("Acme")
    move_events(AGO)
    supplier.delete()
    page = client.get(PAGE)
    assert "Supplier deleted: Acme" in words(page)
    assert "/systems/suppliers/acme/" not in read(page).links
    (newest, oldest) = rows(client, CSV)
    assert (newest["action"], newest["address"]) == ("deleted", "")
    assert (oldest["action"], oldest["address"]) == ("added", "")


def test_what_comes_back_is_told_as_restored(client: Client) -> None:
    supplier = factories.supplier("Acme")
    move_events(AGO)
    number = supplier.pk
    supplier.delete()
    move_events(LATER)
    Supplier.objects.create(pk=number, name="Acme", slug="acme")
    assert [action for _, action, *_ in told(client)] == ["restored", "deleted", "added"]


def test_what_comes_and_goes_in_one_transaction_is_not_told(client: Client) -> None:
    factories.supplier("Acme").delete()
    assert told(client) == []


def test_all_of_a_record_in_one_transaction_is_one_change(client: Client) -> None:
    record = contract()
    move_events(AGO)
    Contract.objects.update(notice_months=3)
    Contract.objects.update(notice_months=6)
    ContractPartner.objects.create(contract=record, borough=factories.borough("Barnet"))
    said = "Notice months: 6 (before: empty); Barnet now shares it"
    assert told(client, {"kind": "contract"})[0][3] == said


def test_position_and_past_levels_are_no_news(client: Client) -> None:
    level = factories.skill_level(level=1, as_of="2025-01")
    Function.objects.create(service_area=factories.service_area(), name="F", slug="f", position=1)
    move_events(AGO)
    Function.objects.update(position=7)
    SkillLevel.objects.filter(pk=level.pk).update(level=3, as_of="2026-10")
    assert PastLevel.objects.count() == 1
    ((kind, action, _, said),) = told(client, {"since": LATER})
    assert (kind, action) == ("skill_level", "changed")
    assert said.startswith("Level: Practitioner (before: Awareness)")


def test_many_of_a_kind_written_together_are_one_row_that_opens(client: Client) -> None:
    for number in range(8):
        factories.supplier(f"Supplier {number}")
    factories.supplier("Invented", illustrative=True)
    page = client.get(PAGE)
    assert total(page) == 1
    assert "8 suppliers added" in words(page)
    many = next(row for row in rows(client, CSV) if row["records"] == "8")
    assert (many["record"], many["illustrative"]) == ("8 suppliers", "no")
    opened = client.get(many["address"])
    assert total(opened) == 8
    assert "Supplier added: Supplier 3" in words(opened)
    assert "added: Invented" not in words(opened)
    query = parse_qs(urlsplit(many["address"]).query)
    assert len(rows(client, CSV, query)) == 8


def test_few_written_together_are_told_each(client: Client) -> None:
    for number in range(5):
        factories.supplier(f"Supplier {number}")
    assert len(told(client)) == 5


def test_each_record_can_have_a_row(client: Client) -> None:
    for number in range(8):
        factories.supplier(f"Supplier {number}")
    assert len(told(client, {"by": "record"})) == total(client.get(PAGE, {"by": "record"})) == 8


def test_invented_records_are_told_in_the_demonstration_alone(client: Client) -> None:
    factories.supplier("Acme", illustrative=True)
    factories.supplier("Real")
    assert [record for _, _, record, _ in told(client)] == ["Real"]
    titles = [entry.title for entry in feeds.feed(client, f"/demo{ATOM}").entries]
    assert sorted(titles) == ["Added: Acme", "Added: Real"]


def test_an_invented_value_is_never_a_former_value_of_a_fact(client: Client) -> None:
    level = factories.skill_level(level=4, source_kind="illustrative", headcount="3 to 5")
    move_events(AGO)
    SkillLevel.objects.filter(pk=level.pk).update(level=2, headcount="", source_kind="return")
    (newest,) = told(client, {"kind": "skill_level"})
    assert newest[3] == ""
    assert "Expert" not in text_of(client.get(CSV))
    assert "3 to 5" not in text_of(client.get(PAGE))
    assert "Level: Working (before: invented)" in text_of(client.get(f"/demo{CSV}"))


def test_a_link_of_an_invented_contract_is_invented(client: Client) -> None:
    record = contract(source_kind="illustrative")
    move_events(AGO)
    ContractPartner.objects.create(contract=record, borough=factories.borough("Barnet"))
    assert told(client, {"kind": "contract"}) == []
    assert len(rows(client, f"/demo{CSV}", {"kind": "contract"})) == 2


def test_nobody_is_named_in_anything_public(client: Client) -> None:
    person = User.objects.create_user("wombat.smith", first_name="Wombat", last_name="Smith")
    with pghistory.context(user=person.pk, batch="wombat return", url="/admin/wombat/") as context:
        supplier = factories.supplier("Acme")
        Supplier.objects.filter(pk=supplier.pk).update(note="Seen")
    number = str(context.id)
    for address in (PAGE, CSV, JSON, ATOM, "/changes/changes.xlsx", "/", "/boroughs/"):
        whole = b"".join(client.get(address)).decode(errors="replace").lower()
        assert "wombat" not in whole
        assert "smith" not in whole
        assert number not in whole


CONTRACT, SYSTEM = "Parking contract (Camden)", "Fixer in Camden for Parking"
FILTERS: list[tuple[dict[str, Any], set[str]]] = [
    ({"borough": "camden"}, {"Camden", CONTRACT, SYSTEM}),
    ({"borough": "barnet"}, {"Barnet", CONTRACT}),
    ({"borough": ["camden", "barnet"]}, {"Camden", "Barnet", CONTRACT, SYSTEM}),
    ({"function": "parking"}, {"Parking", CONTRACT, SYSTEM, "parking: Maths, working"}),
    ({"product": "fixer"}, {"Fixer", SYSTEM}),
    ({"supplier": "acme"}, {"Acme", "Fixer", CONTRACT}),
    (
        {"service_area": "streets"},
        {"Streets", "Parking", CONTRACT, SYSTEM, "parking: Maths, working"},
    ),
    ({"service_area": "streets", "kind": "function"}, {"Parking"}),
    ({"borough": "barnet", "function": "parking"}, {CONTRACT}),
    ({"kind": ["supplier", "product"]}, {"Acme", "Fixer"}),
    ({"action": "deleted"}, set()),
    ({"action": ["added", "deleted"], "kind": "supplier"}, {"Acme"}),
]


# Not by the records: a set is told in another order in each process
@pytest.mark.parametrize(("query", "records"), FILTERS, ids=[str(query) for query, _ in FILTERS])
def test_a_filter_leaves_what_it_concerns(
    client: Client, query: dict[str, Any], records: set[str]
) -> None:
    function = factories.function("Parking", service_area=factories.service_area("Streets"))
    acme = factories.supplier("Acme")
    product = factories.product("Fixer", manufacturer=acme)
    camden = factories.borough("Camden")
    factories.system(borough=camden, product=product, function=function)
    barnet = factories.borough("Barnet")
    title, functions = "Parking contract", [function]
    factories.contract(
        title=title, lead=camden, partners=[barnet], supplier=acme, functions=functions
    )
    factories.skill_need(function=function, skill=factories.skill("Maths"), level=2)
    factories.skill_level()
    assert {record for _, _, record, _ in told(client, query)} == records
    assert total(client.get(PAGE, query)) == len(records) if records else True


def test_a_record_that_moves_concerns_both_boroughs_once(client: Client) -> None:
    camden, barnet = factories.borough("Camden"), factories.borough("Barnet")
    system = factories.system(borough=camden)
    move_events(AGO)
    System.objects.update(borough=barnet)
    for slug, actions in (("camden", ["changed", "added"]), ("barnet", ["changed"])):
        query = {"borough": slug, "kind": "system"}
        assert [action for _, action, *_ in told(client, query)] == actions
    move_events(LATER)
    system.delete()
    assert len(told(client, {"borough": "camden", "kind": "system"})) == 2
    assert len(told(client, {"borough": "barnet", "kind": "system"})) == 2


def test_without_a_day_the_last_30_are_told_and_an_empty_time_offers_more(client: Client) -> None:
    factories.supplier("Acme")
    move_events(dates.today() - datetime.timedelta(days=40))
    page = client.get(PAGE)
    first = dates.today() - datetime.timedelta(days=30)
    said = words(page)
    assert f"Nothing is recorded to have changed since {first:%-d %B %Y}." in said
    assert "Look further back: 12 months" in said
    longer = dates.today() - datetime.timedelta(days=365)
    assert f"?since={longer}" in read(page).links
    assert told(client) == []
    assert len(told(client, {"since": longer})) == 1
    assert total(client.get(PAGE, {"since": str(dates.today() - datetime.timedelta(days=40))})) == 1


WRONG = [
    ({"since": "2999-01-01"}, "lies ahead: write"),
    ({"since": "yesterday"}, "Write a date as 2026-11-30"),
    ({"kind": "sistem"}, "“sistem” is not a kind. Write one of: borough, return,"),
    ({"action": "eaten"}, "Write one of: deleted, withdrawn, published, added, restored, changed"),
    ({"borough": "camdem"}, "“camdem” is not a borough known here"),
    ({"function": "moon"}, "“moon” is not a function known here"),
    ({"by": "moon"}, "Write one of: record"),
    ({"illustrative": "maybe"}, "“illustrative” is not understood here"),
    ({"moment": "2026-11-28T09:00:00"}, "Take a link of the page"),
    ({"moment": "0001-01-01T00:00:00+14:00"}, "Take a link of the page"),
    ({"moment": "\x00"}, "Null characters are not allowed"),
    ({"since": ["2026-01-01", "2026-01-02"]}, "is given 2 times"),
    ({"q": "moon"}, "“q” is not understood here"),
    ({"columns": "moon"}, "“moon” is not a column"),
]


@pytest.mark.parametrize(("query", "reason"), WRONG, ids=lambda value: str(value)[:40])
def test_what_is_not_understood_is_named_and_never_ignored(
    client: Client, query: dict[str, Any], reason: str
) -> None:
    factories.supplier("Acme")
    for address in (PAGE, CSV, JSON, ATOM):
        response = client.get(address, query)
        assert response.status_code == 400, address
        assert reason in html.unescape(text_of(response))
        assert "Acme" not in text_of(response).partition("</details>")[0]


@pytest.mark.parametrize("number", ["0", "x", "2", "999999999"])
def test_a_page_that_is_not_there_is_refused(client: Client, number: str) -> None:
    assert client.get(PAGE, {"page": number}).status_code == 400


@pytest.mark.parametrize("since", ["0001-01-01", "1066-10-14", str(dates.today())])
def test_days_of_long_ago_and_today_are_days(client: Client, since: str) -> None:
    factories.supplier("Acme")
    assert len(told(client, {"since": since})) == 1
    assert client.get(PAGE, {"since": since}).status_code == 200


def test_trackers_are_dropped(client: Client) -> None:
    assert client.get(PAGE, {"utm_source": "mail", "fbclid": "x"}).status_code == 200


@pytest.mark.parametrize(
    "name", ["<script>alert(1)</script>", "=1+1", "\x01\x1b", "🅿️" * 50, "a\nb"]
)
def test_hostile_names_are_words(client: Client, name: str) -> None:
    supplier = factories.supplier(name, slug="x")
    move_events(AGO)
    Supplier.objects.filter(pk=supplier.pk).update(note=name)
    assert "<script>alert" not in text_of(client.get(PAGE))
    assert len(feeds.feed(client, ATOM).entries) == 2
    assert not any(row["record"].startswith("=") for row in rows(client, CSV))


def test_pages_follow_one_another_without_gap_or_repeat(client: Client) -> None:
    for number in range(30):
        factories.supplier(f"Supplier {number}")
    listed: list[str] = []
    for page in (1, 2):
        response = client.get(PAGE, {"by": "record", "page": page})
        listed += [row["change"].entry.key for row in response.context["listing"].changes]
    assert listed == [row["change"] for row in rows(client, CSV, {"by": "record"})]
    assert len(set(listed)) == 30


def test_a_file_of_very_many_rows_is_refused_with_the_remedy(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Export, "row_limit", 3)
    for number in range(5):
        factories.supplier(f"Supplier {number}")
    response = client.get(CSV)
    assert response.status_code == 400
    assert "There are more than 3" in text_of(response)
    assert "choose fewer to download them" in words(client.get(PAGE))


def test_every_kind_with_a_history_is_told_at_home_or_at_its_owner() -> None:
    kinds = change_kinds(staff=True)
    told_at = {kind.model for kind in kinds} | {link.model for kind in kinds for link in kind.links}
    # A past level follows from a change of a present one
    assert _tracked() - told_at == {PastLevel}


def _tracked() -> set[Any]:
    every = apps.get_models(include_auto_created=True)
    return {model for model in every if "pgh_event_model" in vars(model)}


def test_links_from_pages_lead_to_their_changes(client: Client) -> None:
    system = factories.system(borough=factories.borough("Camden"))
    factories.system()
    function, product = system.function, system.product
    places: Iterable[tuple[str, str]] = [
        (system.borough.get_absolute_url(), "/changes/?borough=camden"),
        (product.get_absolute_url(), f"/changes/?product={product.slug}"),
        (f"/systems/?function={function.slug}", f"/changes/?function={function.slug}"),
        (f"/systems/map/?function={function.slug}", f"/changes/?function={function.slug}"),
    ]
    for page, address in places:
        assert address in read(client.get(page)).links
        assert total(client.get(address)) > 0
    assert "/changes/" in read(client.get("/about/"), "footer").links


def test_the_latest_transactions_are_read_and_what_they_did_not_write_is_not() -> None:
    kinds = change_kinds()
    publications = {kind.name for kind in kinds if kind.is_publication}
    assert changes_in_latest_transactions(kinds, 2)[:5] == []
    factories.supplier()
    move_events(AGO)
    factories.product()
    move_events(LATER)
    Supplier.objects.update(note="Seen")
    for number, day, names in (
        (1, dates.today(), {"supplier"}),
        (2, LATER, {"supplier", "product"}),
        (3, AGO, {"supplier", "product"}),
        (9, AGO, {"supplier", "product"}),
    ):
        latest = changes_in_latest_transactions(kinds, number)
        start = latest.change_filter.since
        assert start is not None
        assert start.date() in {day, day - datetime.timedelta(days=1)}
        assert {kind.name for kind in latest.kinds} == names | publications
        assert latest[:9] == ChangeList(kinds, ChangeFilter(since=start))[:9]


def _queries(client: Client, address: str) -> int:
    with CaptureQueriesContext(connection) as queries:
        assert text_of(client.get(address))
    return len(queries)


@pytest.mark.parametrize("address", [PAGE, f"{PAGE}?borough=borough-1&by=record", CSV, ATOM])
def test_more_changes_take_no_more_queries(client: Client, address: str) -> None:
    factories.borough("Borough 1")

    def change(number: int) -> None:
        record = factories.contract(title=f"Contract {number}", systems=[factories.system()])
        factories.product_alias(f"Alias {number}")
        move_events(AGO + datetime.timedelta(days=number))
        record.partners.add(factories.borough())
        Contract.objects.filter(pk=record.pk).update(notice_months=number)
        move_events(AGO + datetime.timedelta(days=number + 1))

    change(1)
    few = _queries(client, address)
    for number in range(2, 8):
        change(number)
    assert _queries(client, address) == few <= 45


def test_the_log_is_read_once_until_something_changes(client: Client) -> None:
    def readings(address: str) -> int:
        with CaptureQueriesContext(connection) as queries:
            client.get(address)
        return sum("count(*) OVER" in query["sql"] for query in queries)

    factories.supplier("Acme")
    assert [readings(PAGE) for _ in range(3)] == [1, 0, 0]
    assert readings(f"{PAGE}?kind=supplier") == 1
    assert readings(f"/demo{PAGE}") == 1
    factories.supplier("Bolt")
    assert "Bolt" in words(client.get(PAGE))
    assert total(client.get(PAGE)) == 2


def test_the_reader_counts_and_slices_as_paginators_do() -> None:
    for number in range(120):
        factories.supplier(f"Supplier {number}")
    changes = ChangeList(change_kinds(), ChangeFilter(), by_record=True)
    assert changes.count() == len(changes) == 120
    assert changes[0:25] == changes[:120][:25]
    assert changes[110:130] == changes[:][110:]
    assert changes[200:225] == []
