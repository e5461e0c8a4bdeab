"""The evidence in `fixtures/`: what it counts, and that the database holds the same."""

import csv
import datetime
from collections import Counter, defaultdict
from collections.abc import Iterator
from functools import cache

import pytest
from django.core.management import call_command
from django.db import transaction
from django.db.models import Count
from pytest_django.plugin import DjangoDbBlocker

from systems.models import Function, Product, System
from tests.loading import FIXTURES

READ_ON = "2026-11-27"
SEEN_THEN = "2020"  # before this year


@pytest.fixture(scope="module")
def _loaded(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    """The real facts alone, once for all tests of this module."""
    with django_db_blocker.unblock(), transaction.atomic():
        call_command("load", "--demo", "no", verbosity=0)
        yield
        transaction.set_rollback(True)


@cache
def rows(name: str) -> list[dict[str, str]]:
    """The rows of a fixture, read without any of our code."""
    with (FIXTURES / name).open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def systems(**cells: str) -> list[dict[str, str]]:
    """The systems whose cells are these."""
    return [row for row in rows("systems.csv") if cells.items() <= row.items()]


def counts(column: str) -> Counter[str]:
    return Counter(row[column] for row in rows("systems.csv"))


def was_seen_then(row: dict[str, str]) -> bool:
    """Last seen in 2019 or before, and not known to have ended or to be planned."""
    ended = row["status"] in {"retired", "planned"}
    return not ended and "" < row["as_of"] < SEEN_THEN and not row["confirmed_on"]


def test_two_harvests_without_a_common_row_come_to_817() -> None:
    assert len(rows("systems.csv")) == 208 + 609
    assert len(systems(borough="greater-london-authority")) == 1
    uses = {(row["borough"], row["product"], row["function"]) for row in rows("systems.csv")}
    assert len(uses) == len({row["key"] for row in rows("systems.csv")}) == 817


def test_every_authority_and_only_known_ones_have_systems() -> None:
    known = {row["slug"] for row in rows("boroughs.csv")}
    assert set(counts("borough")) == known
    assert len(known - {"greater-london-authority"}) == 33


def test_source_kinds() -> None:
    # Of the second harvest, 300 are public code, 173 websites, 54 press, 44 decisions, 36 notices
    # and 2 answers; of the first, a notice (Islington's lettings) has a website as its source now
    assert counts("source_kind") == {
        "public_code": 186 + 300,
        "website": 173 + 1,
        "press": 2 + 54,
        "decision": 11 + 44,
        "notice": 9 + 36 - 1,
        "foi": 2,
    }


def test_every_system_says_where_and_when() -> None:
    for row in rows("systems.csv"):
        assert row["source_url"] or row["note"], row["key"]
        assert row["note"], row["key"]
        assert row["as_of"] or row["read_on"], row["key"]


def test_undated_sources_carry_medium_at_most() -> None:
    undated = systems(as_of="")
    assert len(undated) == 112
    assert {row["read_on"] for row in undated} == {READ_ON}
    assert {row["confidence"] for row in undated} == {"low", "medium"}
    assert not [row["key"] for row in rows("systems.csv") if row["as_of"] and row["read_on"]]


def test_confidences() -> None:
    # 73 of the second harvest are low; with Lambeth's FCS, inferred where the council says Xpress
    assert counts("confidence") == {"high": 383, "medium": 360, "low": 73 + 1}


def test_statuses() -> None:
    # Retired: 14 registers that moved, Ealing's RingGo permits, Hackney's single view
    assert counts("status") == {
        "live": 636,
        "": 157,
        "retired": 14 + 2,
        "implementing": 5,
        "retiring": 2,
        "planned": 1,
    }


def test_fourteen_registers_moved_and_both_rows_are_kept() -> None:
    moved = [row for row in systems(status="retired") if row["note"].startswith("Moved to ")]
    assert len(moved) == 14
    for old in moved:
        successor = old["note"].removeprefix("Moved to ").partition(" between February 2019")[0]
        (new,) = systems(borough=old["borough"], function=old["function"], product=successor)
        assert (old["as_of"], new["status"]) == ("2019-02-09", "live")
        day = datetime.date.fromisoformat(new["as_of"])
        assert f"and {day:%B %Y}." in old["note"]


def test_newer_sources_keep_the_former_in_the_note() -> None:
    # 18 planning registers, 5 planning front ends, Islington's lettings, Tower Hamlets' mail
    replaced = [row for row in rows("systems.csv") if " Before: " in row["note"]]
    assert len(replaced) == 18 + 5 + 1 + 1
    assert {row["status"] for row in replaced} == {"live"}


def test_what_the_council_states_goes_before_what_is_inferred() -> None:
    (stated,) = systems(key="lambeth-electoral-management-xpress")
    (inferred,) = systems(key="lambeth-electoral-management-fcs")
    assert (stated["status"], stated["source_kind"]) == ("live", "foi")
    assert (inferred["status"], inferred["confidence"]) == ("", "low")


def test_national_and_shared_services() -> None:
    national = Counter(row["product"] for row in systems(national_or_shared="yes"))
    assert national == {
        "Pan-London eAdmissions": 33,
        "Street Manager": 33,
        "GOV.UK Pay": 17,
        "ClubSpark": 17,
        "GovWifi": 15,
        "Planning Portal": 13,
        "HM Land Registry Local Land Charges": 7,
        "GOV.UK Notify": 5,
        "Register a food business": 3,
        "Family Hubs service directory": 3,
        "National Parking Platform": 1,
        "Courtside": 1,
    }
    for product in national:
        assert {row["national_or_shared"] for row in systems(product=product)} == {"yes"}
        assert "shared" not in {row["hosting"] for row in systems(product=product)} or (
            product == "Pan-London eAdmissions"  # the boroughs' own, indeed shared by them
        )


def test_companion_tools() -> None:
    assert len(systems(companion="yes")) == 108
    for product in ("RentSense", "Voicescape", "GOV.UK Pay", "Digital Planning Register"):
        assert {row["companion"] for row in systems(product=product)} == {"yes"}


def test_of_live_products_side_by_side_seven_pairs_or_more_stay() -> None:
    beside: Counter[tuple[str, str]] = Counter(
        (row["borough"], row["function"])
        for row in systems(status="live", companion="no")
        if not was_seen_then(row)
    )
    assert sum(count > 1 for count in beside.values()) == 7


def test_councils_public_bodies_and_operators_are_no_suppliers() -> None:
    bodies = {row["name"] for row in rows("products.csv") if row["in_house_or_public"] == "yes"}
    assert len(bodies) == 22
    assert {"GOV.UK Pay", "Street Manager", "Better bookings", "Repairs Hub"} <= bodies
    for row in rows("products.csv"):
        assert not (row["name"] in bodies and row["manufacturer"]), row["name"]
        assert row["name"] not in bodies or row["note"], row["name"]


def test_a_product_is_recorded_once_under_whatever_spelling() -> None:
    products: defaultdict[str, set[str]] = defaultdict(set)
    for row in rows("products.csv"):
        for name in (row["name"], *row["former_names"].split("; ")):
            products[_squashed(name)].add(row["name"])
    del products[""]  # no former name
    assert [names for names in products.values() if len(names) > 1] == []


def test_a_product_is_made_for_what_it_is_used_for() -> None:
    made_for = {row["name"]: row["functions"].split("; ") for row in rows("products.csv")}
    for row in rows("systems.csv"):
        assert row["function"] in made_for[row["product"]], row["key"]


def test_ninety_functions_each_judged_with_a_reason() -> None:
    functions = rows("functions.csv")
    # The second harvest adds eight: its audit told swaps of homes from lettings by bids
    assert len(functions) == 82 + 8
    assert Counter(row["expected_of"] for row in functions) == {
        "every": 64,
        "some": 24,
        "boroughs": 2,
    }
    assert all(row["expected_why"].endswith(".") for row in functions)
    used = set(counts("function"))
    assert len({row["function"] for row in functions} - used) == 12


def test_seen_then() -> None:
    then = [row for row in rows("systems.csv") if was_seen_then(row)]
    assert (len(then), sum(row["status"] == "live" for row in then)) == (89, 38)


@pytest.mark.django_db
@pytest.mark.usefixtures("_loaded")
class TestDatabase:
    """What the load makes of the files, counted by the database."""

    def test_totals_by_source_kind(self) -> None:
        assert _totals("source_kind") == counts("source_kind")

    def test_totals_by_function(self) -> None:
        assert _totals("function__name") == counts("function")

    def test_totals_by_borough_and_product(self) -> None:
        assert _totals("borough__slug") == counts("borough")
        assert _totals("product__name") == counts("product")

    def test_marks(self) -> None:
        for mark in ("national_or_shared", "companion"):
            marked = System.objects.filter(**{mark: True}).values_list("key", flat=True)
            assert set(marked) == {row["key"] for row in systems(**{mark: "yes"})}
        products = Product.objects.filter(in_house_or_public=True)
        assert products.count() == 22

    def test_seen_then_is_not_in_use(self) -> None:
        then = {row["key"] for row in rows("systems.csv") if was_seen_then(row)}
        assert {system.key for system in System.objects.all() if system.seen_then} == then
        ended = {"retired", "planned"}
        in_use = {row["key"] for row in rows("systems.csv") if row["status"] not in ended} - then
        assert set(System.objects.in_use().values_list("key", flat=True)) == in_use

    def test_functions(self) -> None:
        judged = Function.objects.exclude(expected_of="").exclude(expected_why="")
        assert judged.count() == Function.objects.count() == 90


def _squashed(name: str) -> str:
    """The name without case, blanks, signs and the word and."""
    return "".join(sign for sign in name.lower().replace(" and ", "") if sign.isalnum())


def _totals(column: str) -> dict[str, int]:
    totals = System.objects.order_by().values_list(column).annotate(Count("pk"))
    return dict(totals)
