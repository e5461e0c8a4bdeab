"""Changes of contracts as an Atom feed, read by a feed reader's library and held to RFC 4287."""

import datetime
from typing import Any

import pghistory
import pytest
from django.test import Client

from citytools.exports import atom
from contracts.models import Contract, ContractPartner
from tests import factories, feeds
from tests.log import move_events
from tests.pages import text_of

pytestmark = pytest.mark.django_db
ATOM = "/contracts/contracts.atom"
AGO = datetime.date(2026, 11, 10)


def feed(client: Client, address: str = ATOM, query: Any = None) -> Any:
    return feeds.feed(client, address, query)


def test_a_contract_that_was_added_is_an_entry_with_its_source(client: Client) -> None:
    contract = factories.contract(
        title="Parking", lead=factories.borough("Camden"), supplier=factories.supplier("Civica")
    )
    (entry,) = feed(client).entries
    assert entry.title == "Added: Parking (Camden)"
    assert entry.link == f"http://testserver/contracts/{contract.key}/"
    assert "<li>Supplier: Civica</li>" in entry.summary
    assert "<li>Source: Borough&#x27;s return, as of 30 September 2026" in entry.summary


def test_a_change_says_what_is_different_newest_first(client: Client) -> None:
    contract = factories.contract(title="Parking", lead=factories.borough("Camden"))
    move_events(AGO)
    contract.ends_on, contract.notice_months = "2027-03-31", 6
    contract.save()
    newest, oldest = feed(client).entries
    assert newest.title == "Changed: Parking (Camden): Ends on, Notice months"
    assert "<li>Ends on: 2027-03-31 (before: empty)</li>" in newest.summary
    assert oldest.title == "Added: Parking (Camden)"
    assert newest.id != oldest.id
    assert newest.id.startswith("tag:city-tools,2026:change-")


def test_boroughs_that_join_and_leave_are_told(client: Client) -> None:
    contract = factories.contract(title="Parking", partners=[factories.borough("Barnet")])
    move_events(AGO)
    contract.partners.clear()
    ContractPartner.objects.create(contract=contract, borough=factories.borough("Camden"))
    newest = feed(client).entries[0]
    assert "Barnet no longer shares it" in newest.title
    assert "<li>Camden now shares it</li>" in newest.summary


def test_names_of_who_changed_it_are_not_published(client: Client, admin_user: Any) -> None:
    contract = factories.contract()
    move_events(AGO)
    with pghistory.context(user=admin_user.pk):
        Contract.objects.filter(pk=contract.pk).update(note="Seen")
    assert "Note: Seen" in text_of(client.get(ATOM))
    assert admin_user.username not in text_of(client.get(ATOM))


def test_the_filter_chooses_whose_changes_are_told(client: Client) -> None:
    contract = factories.contract(lead=factories.borough("Camden"))
    factories.contract()
    parsed = feed(client, query={"borough": "camden", "sort": "-act_by"})
    assert [entry.link for entry in parsed.entries] == [
        f"http://testserver/contracts/{contract.key}/"
    ]
    assert parsed.feed.title == "City Tools: changes of contracts: borough Camden"
    links = {link.rel: link.href for link in parsed.feed.links}
    query = "?borough=camden&sort=-act_by"
    assert links == {
        "self": f"http://testserver{ATOM}{query}",
        "alternate": f"http://testserver/contracts/{query}",
    }


def test_one_contract_has_a_feed_of_its_own(client: Client) -> None:
    contract = factories.contract()
    factories.contract()
    address = f"/contracts/{contract.key}/contract.atom"
    parsed = feed(client, address)
    assert len(parsed.entries) == 1
    assert parsed.feed.id == f"tag:city-tools,2026:{address}"
    assert client.get("/contracts/999999/contract.atom").status_code == 404
    assert client.get(address, {"moon": "1"}).status_code == 400


def test_a_feed_holds_the_newest_and_no_more(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(atom, "MAX_FEED_ENTRIES", 2)
    contracts = [factories.contract() for _ in range(3)]
    links = [entry.link for entry in feed(client).entries]
    assert links == [
        f"http://testserver/contracts/{contract.key}/" for contract in (contracts[2], contracts[1])
    ]


def test_a_feed_without_entries_is_valid_and_does_not_change(client: Client) -> None:
    first = client.get(ATOM)
    assert feed(client).entries == []
    assert client.get(ATOM).content == first.content
    again = client.get(ATOM, headers={"If-None-Match": first["ETag"]})
    assert again.status_code == 304


@pytest.mark.parametrize(
    "title", ["<script>alert(1)</script> & co", "\x01\x1b\ufffe\uffff", "🅿️" * 60, "a\nb", "]]>"]
)
def test_a_hostile_title_breaks_nothing(client: Client, title: str) -> None:
    contract = factories.contract(title=title, supplier=factories.supplier("<b>\x02"))
    move_events(AGO)
    Contract.objects.filter(pk=contract.pk).update(title=f"{title}!", note="\x03<i>")
    newest, oldest = feed(client).entries
    assert newest.title.startswith("Changed: ")
    assert "<script" not in newest.summary
    assert "&lt;i&gt;" in newest.summary
    assert "&lt;b&gt;" in oldest.summary


@pytest.mark.parametrize("query", [{"moon": "full"}, {"borough": "atlantis"}, {"sort": "x"}])
def test_what_is_not_understood_is_refused_in_plain_text(
    client: Client, query: dict[str, str]
) -> None:
    response = client.get(ATOM, query)
    assert response.status_code == 400
    assert response["Content-Type"] == "text/plain; charset=utf-8"
    assert next(iter(query)) in text_of(response)


def test_odd_words_in_the_address_stay_well_formed(client: Client) -> None:
    parsed = feed(client, query={"q": "\x01<&>\"'"})
    assert parsed.entries == []
    assert feed(client, query={"q": "é 🅿️"}).feed.title.endswith("words é 🅿️")
