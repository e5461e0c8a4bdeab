"""A function's page: who runs what, until when, at what price, and what nobody has told us."""

import datetime
import re
from collections import defaultdict
from typing import Any

import pytest
from django.core.management import call_command
from django.test import Client

from boroughs.models import Borough
from citytools.facts import dates
from citytools.lists.prepared_query import PreparedQuery
from contracts.decisions import function_contracts
from systems.functions import answers as page
from systems.functions import letters
from systems.models import Function, Product
from tests import factories
from tests.pages import read, rows, text_of, words

pytestmark = pytest.mark.django_db
TODAY = datetime.date(2026, 11, 30)
ADDRESS = "/functions/rents/"
UNDATED = {
    "as_of": "",
    "confidence": "medium",
    "source_kind": "website",
    "source_url": "https://a.org/",
    "read_on": "2026-11-01",
}


@pytest.fixture(autouse=True)
def _today(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dates, "today", lambda: TODAY)


@pytest.fixture
def rents() -> Function:
    return factories.function("Rents")


def runs(function: Function, product: Product, *boroughs: str, **fields: Any) -> None:
    """Each of the boroughs runs the product; a name may stand for one that is there."""
    for name in boroughs:
        body = Borough.objects.filter(name=name).first() or factories.borough(name)
        factories.system(function=function, product=product, borough=body, **fields)


def told(function: Function) -> page.FunctionAnswers:
    return page.function_answers(function, TODAY)


def tile(function: Function, name: str) -> page.ProductTile:
    return next(tile for tile in told(function).tiles if tile.borough.name == name)


def answer(client: Client) -> str:
    """The first sentence, with what it says of contracts."""
    found = re.search(r'<p class="ct-answer">(.*?)</p>', text_of(client.get(ADDRESS)), re.DOTALL)
    assert found
    return " ".join(re.sub("<[^>]+>", "", found[1]).split())


def test_of_nothing_known_the_page_says_so_and_shows_no_empty_part(
    client: Client, rents: Function
) -> None:
    said = "0 of 33 boroughs are known to run a product for this. Not known is not none."
    assert answer(client) == f"{said} When contracts end is not known."
    text = words(client.get(ADDRESS))
    for heading in (
        "Who runs what Borough",
        "What moved",
        "What changed",
        "an end ahead",
        "Download",
    ):
        assert heading not in text
    assert "Contracts: none is known to name this function" in text
    assert "Price for each resident: no contract" in text


def test_one_fact_makes_grammatical_sentences(client: Client, rents: Function) -> None:
    runs(rents, factories.product("Mosaic"), "Camden", as_of="2020")
    contract = {"functions": [rents], "ends_on": "2028-03-31", "notice_months": 6}
    factories.contract(**contract)
    assert answer(client) == (
        "Known in 1 of 33 boroughs: Mosaic in 1. This answer is over three years old or undated. "
        "1 contract has an end ahead, on 31 March 2028."
    )


def test_many_are_counted_with_the_leading_by_name(client: Client, rents: Function) -> None:
    for name, boroughs in {"B": "abc", "C": "de", "A": "fg", "D": "h"}.items():
        runs(rents, factories.product(name), *boroughs)
    factories.contract(functions=[rents], ends_on="2027-02")
    factories.contract(functions=[rents], ends_on="2031", notice_months=1)
    factories.contract(functions=[rents], ends_on="2026-11-29")
    assert answer(client) == (
        "Known in 8 of 33 boroughs, in 4 products; B in 3. All seen since 30 September 2026. 1 of "
        "2 contracts with an end"
        " ahead may need a decision now; the next ends in February 2027."
    )


def test_colours_say_how_shared_a_product_is(rents: Function) -> None:
    counts = {"V": 5, "W": 4, "X": 3, "Y": 2, "Z": 1, "U": 2}
    for name, count in counts.items():
        runs(rents, factories.product(name), *(f"{name}{number}" for number in range(count)))
    bars = [(bar.name, bar.boroughs, bar.style) for bar in told(rents).bars]
    shared, alone = letters.SHARED, letters.ALONE
    expected = [("V", 5, 1), ("W", 4, 2), ("X", 3, 3), ("U", 2, shared), ("Y", 2, shared)]
    assert bars == [*expected, ("Z", 1, alone)]


@pytest.mark.parametrize(("alone", "folded"), [(3, 0), (4, 4), (6, 6)])
def test_four_products_of_one_borough_each_share_a_line(
    rents: Function, alone: int, folded: int
) -> None:
    for number in range(alone):
        runs(rents, factories.product(f"P{number}"), f"Borough {number}")
    found = told(rents)
    assert (len(found.folded), len(found.drawn)) == (folded, alone - folded)


@pytest.mark.parametrize(
    ("fields", "note", "said"),
    [
        ({"as_of": "2026-09-30"}, "", "seen 30 September 2026"),
        ({"as_of": "2023-11-30"}, "", "seen 30 November 2023"),
        ({"as_of": "2023-11-29"}, "’23", "seen 29 November 2023"),
        ({"as_of": "2023"}, "", "seen 2023"),
        ({"as_of": "2018"}, "’18", "seen 2018"),
        ({"as_of": "2018", "confirmed_on": "2026-01-01"}, "", "seen 1 January 2026"),
        (UNDATED, "n.d.", "undated"),
        ({"as_of": "2018", "status": "planned"}, "coming", "planned, seen 2018"),
        ({"status": "implementing"}, "coming", "being put in, seen 30 September 2026"),
        ({"status": "retiring"}, "going", "being retired, seen 30 September 2026"),
    ],
)
def test_a_tile_says_how_old_its_answer_is(
    client: Client, rents: Function, fields: dict[str, Any], note: str, said: str
) -> None:
    runs(rents, factories.product("Mosaic"), "Camden", **fields)
    found = tile(rents, "Camden")
    assert (found.note, found.words) == (note, f"Mosaic, {said}")
    assert f"Camden: Mosaic, {said}" in words(client.get(ADDRESS))


def test_a_tile_shows_the_main_product_before_a_companion_then_the_most_shared(
    rents: Function,
) -> None:
    tool, own, shared = (factories.product(name) for name in ("Tool", "Own", "Shared"))
    runs(rents, tool, "Camden", "Brent", "Barnet", companion=True)
    runs(rents, own, "Camden")
    runs(rents, shared, "Camden", "Brent", as_of="2022")
    found = tile(rents, "Camden")
    assert (found.letters, found.more) == ("Sh", True)
    assert found.words == "Shared, seen 2022; also Own, Tool"
    assert tile(rents, "Barnet").letters == "To"


def test_what_is_retired_or_was_followed_is_in_the_rows_alone(
    client: Client, rents: Function
) -> None:
    old, new, gone = (factories.product(name) for name in ("Old", "New", "Gone"))
    runs(rents, old, "Camden", "Brent", as_of="2018")
    runs(rents, new, "Camden")
    runs(rents, gone, "Ealing", status="retired")
    found = told(rents)
    assert [(bar.name, bar.boroughs) for bar in found.bars] == [("New", 1), ("Old", 1)]
    assert (found.known, tile(rents, "Ealing").letters) == (2, "·")
    text = words(client.get(ADDRESS))
    for row in ("Brent Old seen then, not known since", "Camden Old seen then, another since"):
        assert row in text
    assert "Camden New in use" in text
    assert "Ealing Gone retired" in text


def test_a_companion_or_what_is_only_coming_follows_nothing(rents: Function) -> None:
    old = factories.product("Old")
    runs(rents, old, "Camden", "Brent", "Ealing", as_of="2018")
    runs(rents, factories.product("Tool"), "Camden", companion=True)
    runs(rents, factories.product("Next"), "Brent", status="implementing")
    runs(rents, factories.product("Plan"), "Ealing", status="planned")
    assert next(bar for bar in told(rents).bars if bar.name == "Old").boroughs == 3


def test_none_by_a_complete_return_is_not_not_known(client: Client, rents: Function) -> None:
    for name, complete in (("Camden", True), ("Brent", False)):
        factories.returned(factories.borough(name), complete=complete)
    factories.borough("Ealing")
    found = told(rents)
    assert (found.known, found.none, found.not_known) == (0, 1, 2)
    letters = [tile.letters for tile in found.tiles]
    assert letters == ["·", "–", "·"]
    assert "1 says that it runs none." in answer(client)


def test_regional_bodies_stand_in_the_rows_and_not_among_the_33(
    client: Client, rents: Function
) -> None:
    body = factories.borough("GLA", kind=Borough.Kind.REGIONAL)
    factories.system(function=rents, borough=body)
    assert told(rents).known == 0
    assert "GLA" in words(client.get(ADDRESS))


def test_satisfaction_has_a_mean_from_three_answers(client: Client, rents: Function) -> None:
    for score, name in zip((5, 4, 4), "abc", strict=True):
        product = Product.objects.filter(name="Mosaic").first() or factories.product("Mosaic")
        runs(rents, product, name, satisfaction=score)
    runs(rents, factories.product("Other"), "d", satisfaction=2)
    text = words(client.get(ADDRESS))
    assert "How satisfied: 4 answers" in text
    assert "Mosaic 4.3 n = 3 of 3: 4, 4, 5" in text
    assert "Other – n = 1 of 1: 2" in text
    assert "boroughs have said" not in text


def priced(function: Function, name: str, residents: int, **fields: Any) -> None:
    body = factories.borough(name, population=residents, population_year=2021)
    factories.contract(lead=body, functions=[function], **fields)


def test_a_price_is_stated_or_spread_over_the_months_of_the_term(
    client: Client, rents: Function
) -> None:
    priced(rents, "Camden", 1000, annual_value=2500)
    term = {"starts_on": "2026-01-01", "ends_on": "2028-06-30"}
    priced(rents, "Brent", 1000, total_value=2500, **term)
    text = words(client.get(ADDRESS))
    # 30 months: 2,500 × 12 ÷ 30 = 1,000 a year
    assert "From £1.00 to £2.50 a resident a year, in 2 contracts" in text
    assert text.index("Brent £1.00") < text.index("Camden £2.50")
    assert "Too few for a range, which takes 6 (n = 2)." in text


@pytest.mark.parametrize(
    "fields",
    [
        {"total_value": 1000, "starts_on": "2026", "ends_on": "2028"},
        {"total_value": 1000, "starts_on": "2026-06", "ends_on": "2027-02"},
        {"total_value": 1000, "starts_on": "2024-01", "ends_on": "2025-12"},
        {"annual_value": 1000, "includes_services": True},
        {},
    ],
)
def test_no_price_is_made_up(client: Client, rents: Function, fields: dict[str, Any]) -> None:
    priced(rents, "Camden", 1000, **fields)
    text = words(client.get(ADDRESS))
    assert "a resident a year" not in text
    assert "Price for each resident: no contract that runs today states a value" in text


def test_from_six_prices_a_range_is_shown(client: Client, rents: Function) -> None:
    for number in range(1, 7):
        priced(rents, f"B{number}", 1000, annual_value=1000 * number)
    text = words(client.get(ADDRESS))
    assert "Half cost £3.50 or less; the typical price lies between £1.00 and £6.00" in text


def test_who_could_buy_together_is_said_with_a_link(client: Client, rents: Function) -> None:
    for name in ("Camden", "Brent"):
        body = factories.borough(name)
        factories.contract(lead=body, functions=[rents], ends_on="2028-03-31", notice_months=3)
    factories.contract(functions=[factories.function()], ends_on="2028-03-31", notice_months=3)
    response = client.get(ADDRESS)
    assert "Buy together? Brent, Camden may still be free" in words(response)
    (window,) = {link for link in read(response).links if "/contracts/together/" in link}
    assert client.get(window).status_code == 200


def test_contracts_stand_first_to_act_on_first(client: Client, rents: Function) -> None:
    for title, end in (("Late", "2030-01-31"), ("Soon", "2027-06-30"), ("Over", "2025-06-30")):
        factories.contract(title=title, functions=[rents], ends_on=end)
    factories.contract(title="Open", functions=[rents], starts_on="2025")
    text = words(client.get(ADDRESS))
    assert text.index("Soon") < text.index("Late")
    assert "Over" not in text.split("What changed")[0]
    assert "4 contracts name this function; 2 have an end ahead, of 1 the end is not known." in text


def test_who_can_teach_the_skills_is_said_and_what_nobody_teaches_too(
    client: Client, rents: Function
) -> None:
    design, law = factories.skill("Design"), factories.skill("Law")
    for skill, level in ((design, 3), (law, 2)):
        factories.skill_need(skill=skill, function=rents, level=level)
    for name, level in (("Camden", 3), ("Brent", 2), ("Ealing", 4)):
        body = factories.borough(name)
        factories.skill_level(borough=body, skill=design, level=level, can_teach=True)
    text = words(client.get(ADDRESS))
    assert "Design at practitioner or above: Ealing, Camden" in text
    assert "0 of 33 have said for these. Law, working" in text


def test_moves_and_research_are_told(client: Client, rents: Function) -> None:
    old, new = factories.product("Old"), factories.product("New")
    runs(rents, old, "Camden", status="retired")
    runs(rents, new, "Camden", status="live")
    factories.case_study(title="A study", functions=[rents])
    finding = factories.finding(title="A finding", rows="/systems/?function=rents")
    factories.recommendation(title="Do it", findings=[finding])
    text = words(client.get(ADDRESS))
    assert "1 borough has moved or moves to another product." in text
    assert "What moved: 1 move known Camden: from Old to New" in text
    for title in ("A study", "A finding", "Do it recommendation"):
        assert title in text


@pytest.mark.django_db(transaction=True)
def test_what_changed_leads_to_the_record_and_to_a_feed(client: Client, rents: Function) -> None:
    system = factories.system(function=rents)
    response = client.get(ADDRESS)
    assert "System added:" in words(response)
    links = read(response).links
    assert system.get_absolute_url() in links
    assert "/changes/changes.atom?function=rents" in links


def test_the_rows_are_those_of_the_files(
    client: Client, rents: Function, monkeypatch: pytest.MonkeyPatch
) -> None:
    for _ in range(5):
        factories.system(function=rents)
    factories.system()
    assert len(rows(client, "/systems/systems.csv?function=rents")) == 5
    assert len(read(client.get(ADDRESS)).row_links) == 5
    monkeypatch.setattr(page, "MAX_SYSTEMS_ON_PAGE", 3)
    monkeypatch.setattr("systems.functions.views.MAX_SYSTEMS_ON_PAGE", 3)
    monkeypatch.setattr(page, "_systems", PreparedQuery(page._systems.queryset))
    response = client.get(ADDRESS)
    assert len(read(response).row_links) == 3
    text = text_of(response)
    assert "The first 3 are shown." in text
    assert "/systems/systems.csv?function=rents" in text


def test_each_world_has_its_own_page(client: Client, rents: Function) -> None:
    sham = factories.product("Sham", illustrative=True)
    runs(rents, sham, "Camden", source_kind="illustrative")
    assert "Sham" not in words(client.get(ADDRESS))
    assert "Sham in 1" in words(client.get(f"/demo{ADDRESS}"))
    assert f"/demo{ADDRESS}" in text_of(client.get(ADDRESS))


@pytest.mark.django_db(transaction=True)
def test_a_former_slug_leads_to_the_page(client: Client, rents: Function) -> None:
    Function.objects.filter(pk=rents.pk).update(slug="rent-accounts")
    response = client.get(ADDRESS)
    assert (response.status_code, response["Location"]) == (301, "/functions/rent-accounts/")
    assert client.get("/functions/nothing/").status_code == 404


def test_what_is_not_understood_is_named(client: Client, rents: Function) -> None:
    response = client.get(ADDRESS, {"moon": "1"})
    assert response.status_code == 400
    assert "moon" in words(response)


def test_names_are_text_whatever_they_hold(client: Client, rents: Function) -> None:
    evil = "<script>alert(1)</script>"
    runs(rents, factories.product(evil, slug="evil"), "Camden")
    text = text_of(client.get(ADDRESS))
    assert evil not in text
    assert "&lt;script&gt;" in text


@pytest.fixture
def evidence() -> None:
    call_command("load", demo="no", verbosity=0)


@pytest.mark.usefixtures("evidence")
def test_contracts_of_the_real_facts_are_counted_as_a_plain_loop_counts_them(
    client: Client,
) -> None:
    counts: dict[str, list[int]] = defaultdict(lambda: [0, 0, 0])
    today = str(TODAY)
    for row in rows(client, "/contracts/contracts.csv"):
        # The last day of a month or a year is no later than its 31st
        end = (row["ends_on"] + "-12-31"[len(row["ends_on"]) - 4 :]) if row["ends_on"] else ""
        earliest, latest = row["act_by_earliest"], row["act_by_latest"]
        open_ = latest >= today or (not row["notice_months"] and end >= today)
        for slug in filter(None, row["function_slugs"].split("; ")):
            counts[slug][0] += 1
            counts[slug][1] += end >= today
            counts[slug][2] += bool(earliest) and earliest <= today and open_
    for row in rows(client, "/functions/functions.csv"):
        names = ("contracts", "contracts_ahead", "contracts_due_now")
        assert [int(row[name]) for name in names] == counts[row["function_id"]], row["function"]
        function = Function.objects.get(slug=row["function_id"])
        found = function_contracts(function.pk, TODAY, 5)
        assert [found.named, found.ahead, found.now] == counts[function.slug]
        assert found.next_end == row["next_end"]
        assert len(found.rows) == min(found.ahead, 5)


@pytest.mark.usefixtures("evidence")
def test_the_real_facts_are_counted_as_a_plain_loop_counts_them(client: Client) -> None:
    by_place: dict[tuple[str, str], list[dict[str, str]]] = defaultdict(list)
    regional = {"greater-london-authority", "transport-for-london"}
    for row in rows(client, "/systems/systems.csv"):
        if row["gss_code"] and row["borough_slug"] not in regional and row["status"] != "retired":
            by_place[row["function_slug"], row["borough_slug"]].append(row)
    have: dict[str, dict[str, set[str]]] = defaultdict(lambda: defaultdict(set))
    for (function, borough), systems in by_place.items():
        newer = any(
            row["in_use"] == "yes" and row["companion"] == "no" and row["status"] != "implementing"
            for row in systems
        )
        for row in systems:
            seen_long_ago = "" < row["as_of"] < "2020" and not row["confirmed_on"]
            if not (seen_long_ago and newer):
                have[function][row["product"]].add(borough)
    for row in rows(client, "/functions/functions.csv"):
        products = have[row["function_id"]]
        boroughs = set().union(*products.values()) if products else set()
        assert int(row["boroughs"]) == len(boroughs), row["function"]
        most = max((len(where) for where in products.values()), default=0)
        leading = min((n for n, where in products.items() if len(where) == most), default="")
        assert (row["leading_product"], row["leading_product_boroughs"]) == (
            leading,
            str(most or ""),
        )
        found = told(Function.objects.get(slug=row["function_id"]))
        assert found.known == len(boroughs)
        assert {bar.name: bar.boroughs for bar in found.bars} == {
            name: len(where) for name, where in products.items()
        }
