"""What pages said of what nobody knows, and what they say now: of each the sentence."""

import datetime

import pytest
from django.test import Client

from citytools.facts import dates
from tests import factories
from tests.pages import words

pytestmark = pytest.mark.django_db
RENTS = "/contracts/camden-rents-2024/"


@pytest.fixture(autouse=True)
def _london(monkeypatch: pytest.MonkeyPatch) -> None:
    """Two contracts that state no notice, and a system of which little is known."""
    monkeypatch.setattr(dates, "today", lambda: datetime.date(2026, 11, 30))
    camden, brent = factories.borough("Camden"), factories.borough("Brent")
    rents = factories.function("Rents")
    factories.contract(
        title="Rents", lead=camden, functions=[rents], starts_on="2024", ends_on="2027-12-31"
    )
    factories.contract(title="Arrears", lead=brent, functions=[rents], ends_on="2027-09-30")
    factories.function("Repairs")
    factories.system(borough=camden, function=rents, product=factories.product("Mosaic"))


@pytest.mark.parametrize(
    ("address", "before", "now"),
    [
        (
            RENTS,
            "Act by not known",
            (
                "Act between 31 December 2026 and 30 September 2027: its end, 31 December 2027, "
                "less 12 to 3 months of notice, assumed since its notice is not known."
            ),
        ),
        ("/contracts/", "no notice period known", "31 Dec 2026 to 30 Sep 2027assumed"),
        (
            "/",
            "No act-by date ahead is known",
            "1 contract in 1 borough may need a decision now.",
        ),
        (
            "/boroughs/camden/",
            "No contract with a known act-by date ahead.",
            "1 contract is due later, from 31 December 2026 on;",
        ),
        (
            "/boroughs/camden/brief/",
            "No contract with a known act-by date in these months.",
            "1 contract may need a decision by 30 May 2028.",
        ),
        (
            "/contracts/together/",
            "No two boroughs can choose together under these filters.",
            (
                "Brent and Camden: 2 contracts for Rents end between 30 September and 31 December "
                "2027. 1 can still be acted on, until 31 December 2026; 1 may (no notice is known: "
                "12 to 3 months are assumed)."
            ),
        ),
        (
            "/boroughs/camden/brief/",
            "Rare systems (run by at most 2 reporting boroughs): 0.",
            "Too little is known to say: likeness is given where at least 10 functions",
        ),
        (
            "/boroughs/compare/?borough=camden&borough=brent",
            "Of 2 functions, 0 differ and 0 are the same",
            "No function can be compared: fewer than two answers are known for each of 2.",
        ),
        ("/systems/map/", "0 products, 0 of 33 reporting", "Repairs · · 0"),
        (
            "/systems/camden-rents-mosaic/",
            "Hosting not known",
            "Not known Hosting, status, live since, users, satisfaction, intention.",
        ),
        (
            "/systems/",
            "Live since",
            "Not known for it: hosting, live since, satisfaction.",
        ),
    ],
)
def test_what_nobody_knows_is_a_range_or_is_said_once(
    client: Client, address: str, before: str, now: str
) -> None:
    text = words(client.get(address), "main")
    assert before not in text
    assert now in text
