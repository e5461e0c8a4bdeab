"""Sources without a day, what was only seen long ago, and what tells boroughs nothing."""

import datetime

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.test import Client

from boroughs.profile.answers import read_answers
from boroughs.profile.peers import Estates
from citytools.facts.provenance import Confidence, SourceKind
from systems.models import Product, System
from tests import factories
from tests.pages import rows, words

pytestmark = pytest.mark.django_db

READ = datetime.date(2026, 11, 27)


def undated(**values: object) -> System:
    values = {"as_of": "", "read_on": READ, "confidence": Confidence.MEDIUM} | values
    return factories.system(source_kind=SourceKind.WEBSITE, source_url="https://x.uk/", **values)


def test_a_source_without_a_day_says_when_it_was_read(client: Client) -> None:
    system = undated()
    assert "undated, read in November 2026" in words(client.get(system.get_absolute_url()))
    assert "undated, read Nov 2026" in words(client.get("/systems/"))
    (row,) = rows(client, "/systems/systems.csv")
    assert (row["as_of"], row["read_on"], row["source_kind"]) == ("", "2026-11-27", "website")


@pytest.mark.parametrize(
    "values", [{"read_on": None}, {"confidence": Confidence.HIGH}], ids=["unread", "high"]
)
def test_an_undated_source_is_read_on_a_day_and_carries_medium_at_most(
    values: dict[str, object],
) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        undated(**values)


def test_the_form_says_what_an_undated_source_needs() -> None:
    system = undated()
    system.confidence = Confidence.HIGH
    with pytest.raises(ValidationError, match="medium or low"):
        system.full_clean()


@pytest.mark.parametrize(
    ("as_of", "confirmed_on", "in_use"),
    [
        ("2019", None, False),
        ("2019-12-31", None, False),
        ("2014-03", None, False),
        ("2020", None, True),
        ("", None, True),
        ("2019-12-31", datetime.date(2026, 9, 1), True),
    ],
)
def test_what_was_last_seen_in_2019_is_not_in_use_until_confirmed(
    as_of: str, confirmed_on: datetime.date | None, in_use: bool, client: Client
) -> None:
    system = undated(as_of=as_of, confirmed_on=confirmed_on, status="live")
    assert System.objects.in_use().exists() is in_use
    assert System.objects.not_in_use().exists() is not in_use
    assert system.seen_then is not in_use
    (row,) = rows(client, "/systems/systems.csv")
    assert row["in_use"] == ("yes" if in_use else "no")
    page = words(client.get(system.get_absolute_url()))
    assert ("it is not counted as in use" in page) is not in_use


def test_a_shared_service_makes_no_two_boroughs_alike() -> None:
    pay, lagan = factories.product("GOV.UK Pay"), factories.product("Lagan")
    for name in ("Brent", "Camden"):
        borough = factories.borough(name)
        factories.returned(borough)
        factories.system(borough=borough, product=pay, national_or_shared=True)
        factories.system(borough=borough, product=lagan)
    estates = Estates.from_answers(read_answers())
    assert {product for pairs in estates.pairs.values() for _, product in pairs} == {lagan.pk}


def test_marks_stand_on_the_page_and_in_the_file(client: Client) -> None:
    system = undated(national_or_shared=True, companion=True)
    page = words(client.get(system.get_absolute_url()))
    assert "beside the main product" in page
    assert "A national or shared service" in page
    (row,) = rows(client, "/systems/systems.csv")
    assert (row["national_or_shared"], row["companion"]) == ("yes", "yes")


def test_a_row_of_the_file_leads_to_its_page_and_names_its_slugs(client: Client) -> None:
    system = undated(product=factories.product("Mosaic"), note="Seen on the sign-in page.")
    (row,) = rows(client, "/systems/systems.csv")
    assert row["url"] == system.get_absolute_url()
    assert client.get(row["url"]).status_code == 200
    assert row["note"] == system.note
    assert row["product_slug"] == "mosaic"
    assert row["borough_slug"] == system.borough.slug
    assert row["function_slug"] == system.function.slug
    assert row["service_area_slug"] == system.function.service_area.slug


def test_what_a_council_made_has_no_manufacturer(client: Client) -> None:
    product = factories.product("Hackney API", manufacturer=None, in_house_or_public=True)
    assert "made in-house or by a public body" in words(
        client.get(undated(product=product).get_absolute_url())
    )
    with pytest.raises(IntegrityError), transaction.atomic():
        Product.objects.filter(pk=product.pk).update(manufacturer=factories.supplier())


@pytest.mark.parametrize("sort", ["as_of", "-as_of"])
def test_an_undated_source_is_sorted_last_whichever_way(client: Client, sort: str) -> None:
    system = undated()
    factories.system(as_of="2026-05")
    factories.system(as_of="2024")
    assert rows(client, "/systems/systems.csv", {"sort": sort})[-1]["system_id"] == system.key
