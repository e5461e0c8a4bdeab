"""The contracts in `fixtures/`, counted from the file alone and on the pages."""

import csv
import datetime
import re
from collections import Counter
from collections.abc import Iterator
from decimal import Decimal
from functools import cache

import pytest
from django.core.management import call_command
from django.db import transaction
from django.test import Client
from pytest_django.plugin import DjangoDbBlocker

from citytools.facts import dates
from contracts.models import Route
from tests.loading import FIXTURES
from tests.pages import rows as file_rows
from tests.pages import words

TODAY = datetime.date(2026, 11, 28)
GLA = "greater-london-authority"


@pytest.fixture(scope="module", autouse=True)
def _loaded(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    """The real facts alone, once for all tests of this module."""
    with django_db_blocker.unblock(), transaction.atomic():
        call_command("load", "--demo", "no", verbosity=0)
        yield
        transaction.set_rollback(True)


@pytest.fixture(autouse=True)
def _today(db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dates, "today", lambda: TODAY)


@cache
def rows(name: str = "contracts.csv") -> list[dict[str, str]]:
    """The rows of a fixture, read without any of our code."""
    with (FIXTURES / name).open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def first(partial: str) -> str:
    return (partial + "-01-01")[:10]


def last(partial: str) -> str:
    """A day that no day of the month or year comes after."""
    return (partial + "-12-31") if len(partial) == 4 else (partial + "-31")[:10]


def standing(row: dict[str, str]) -> str:
    day = TODAY.isoformat()
    if row["ends_on"] and last(row["ends_on"]) < day:
        return "ended"
    if row["stage"] == "planned":
        return "planned"
    if row["starts_on"] and first(row["starts_on"]) > day:
        return "future"
    if row["rolling"] == "yes":
        return "rolling"
    return "current" if row["starts_on"] or row["ends_on"] else "not_known"


def summed() -> list[dict[str, str]]:
    """What sums hold."""
    return [
        row
        for row in rows()
        if row["stage"] != "planned"
        and row["includes_services"] == "no"
        and (row["starts_on"] or row["ends_on"] or row["rolling"] == "yes")
    ]


def pounds(column: str, contracts: list[dict[str, str]]) -> tuple[Decimal, int]:
    """Their sum, and how many state one."""
    known = [Decimal(row[column]) for row in contracts if row[column]]
    return sum(known, Decimal(0)), len(known)


def test_two_harvests_come_to_190() -> None:
    assert len(rows()) == 38 + 153 - 1  # two rows told of one contract
    assert len({row["key"] for row in rows()}) == 190
    assert Counter(row["stage"] for row in rows()) == {"awarded": 144, "planned": 16, "": 30}
    assert sum(row["includes_services"] == "yes" for row in rows()) == 24
    assert pounds("tender_value", rows()) == (Decimal("55422470.98"), 33)


def test_every_contract_says_where_and_when() -> None:
    for row in rows():
        assert row["as_of"] or (row["read_on"] and row["confidence"] != "high"), row["key"]
        assert row["rolling"] in {"yes", "no"}
        assert row["route"] in {"", *Route.values}
        assert not (row["total_value"] and row["tender_value"]), row["key"]


def test_a_value_that_the_note_calls_the_tenders_is_no_contract_value() -> None:
    for row in rows():
        if re.search(
            r"[Vv]alue is the (notice’s tender|tender.s) value|value are the tender", row["note"]
        ):
            assert row["total_value"] == "", row["key"]
        if "no contract value" in row["note"]:
            assert row["total_value"] == "", row["key"]


def test_every_link_leads_to_a_system_of_who_shares_the_contract() -> None:
    borough = {row["key"]: row["borough"] for row in rows("systems.csv")}
    for row in rows():
        parties = {row["lead"], *row["partners"].split("; ")}
        for key in filter(None, row["systems"].split("; ")):
            assert borough[key] in parties, row["key"]


def test_the_page_counts_each_standing_as_the_file_does(client: Client) -> None:
    expected = Counter(standing(row) for row in rows())
    assert expected == {"current": 70, "ended": 69, "not_known": 35, "planned": 15, "rolling": 1}
    for status, count in expected.items():
        assert len(file_rows(client, "/contracts/contracts.csv", {"standing": status})) == count


def test_the_sum_of_the_list_is_that_of_the_file(client: Client) -> None:
    annual, known = pounds("annual_value", summed())
    text = words(client.get("/contracts/"))
    assert f"£{annual:,.0f} a year, known for {known} of 190;" in text
    services = sum(row["includes_services"] == "yes" for row in rows())
    unsettled = 190 - services - len(summed())
    assert f"Left out of the sum: {services} contracts that include services beside IT" in text
    assert f"; {unsettled} that are planned or of which it is not known" in text


def test_concentration_sums_what_the_file_sums(client: Client) -> None:
    london = [row for row in summed() if row["lead"] != GLA or row["partners"]]
    paid = [row for row in london if row["supplier"]]
    total, known = pounds("total_value", paid)
    in_file = file_rows(client, "/contracts/concentration.csv")
    by_basis = {row["basis"]: row for row in in_file}
    assert by_basis["contracts"]["total"] == str(len(paid))
    assert by_basis["total value"]["total"] == f"{total:.2f}"
    assert by_basis["total value"]["counted"] == str(known)


def test_frameworks_sum_what_the_file_sums(client: Client) -> None:
    for row in file_rows(client, "/contracts/frameworks/frameworks.csv"):
        own = [contract for contract in summed() if contract["framework"] == row["framework"]]
        total, known = pounds("total_value", own)
        assert (row["value_known"], row["total_value"]) == (
            str(known),
            f"{total:.2f}" if known else "",
        )


def test_every_link_stands_in_the_file(client: Client) -> None:
    in_file = file_rows(client, "/contracts/contracts.csv")
    links = {
        (row["contract_id"], key) for row in in_file for key in row["system_ids"].split("; ") if key
    }
    assert links == {
        (row["key"], key) for row in rows() for key in row["systems"].split("; ") if key
    }
    assert len(links) == 79


def test_a_mirror_is_beside_the_official_notice(client: Client) -> None:
    mirrored = [row for row in rows() if "d3tenders.com" in row["source_url"]]
    assert len(mirrored) == 89
    row = next(row for row in mirrored if row["ocid"])
    page = client.get(f"/contracts/{row['key']}/").content.decode()
    assert f"{row['ocid']}" in page
    assert "Official notice" in page
    # The notice of a successor, which tells when the contract before it ends
    without = {row["key"] for row in mirrored if not row["ocid"]}
    assert without == {
        "hammersmith-and-fulham-tri-borough-geographic-information-system-current-contract"
    }
