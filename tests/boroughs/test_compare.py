"""Boroughs side by side: who is compared, what is said of each, and the files of it."""

import datetime
import io
import re
from typing import Any

import openpyxl
import pytest
from django.core.management import call_command
from django.db import connection
from django.test import Client

from boroughs.models import Borough
from citytools.facts import dates
from systems.models import Function, Status
from tests import factories
from tests.estate import alike, small_london
from tests.pages import last_seen_long_ago, read, rows, text_of, words

pytestmark = pytest.mark.django_db
PAGE, FILE, BOOK = "/boroughs/compare/", "/boroughs/compare.csv", "/boroughs/compare.xlsx"
TODAY = datetime.date(2026, 11, 30)
Row = dict[str, str]


@pytest.fixture(autouse=True)
def _today(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dates, "today", lambda: TODAY)


@pytest.fixture
def seven() -> list[Borough]:
    names = ("Barnet", "Brent", "Camden", "Ealing", "Merton", "Newham", "Sutton")
    return [factories.borough(name) for name in names]


def compared(client: Client, query: Any) -> list[str]:
    """The boroughs that a page compares, in its order."""
    response = client.get(PAGE, query)
    assert response.status_code == 200, words(response)
    choice = response.context["choice"]
    return [borough.name for borough in choice.boroughs] if choice.ready else []


def answers_for(client: Client, section: str, item: str, **query: Any) -> list[tuple[str, str]]:
    """(state, value) of one row of the file, in the order of the boroughs."""
    query = {"borough": ["camden", "brent"], "rows": "all"} | query
    return [
        (row["state"], row["value"])
        for row in rows(client, FILE, query)
        if (row["section"], row["item"]) == (section, item)
    ]


# Who is compared


@pytest.mark.usefixtures("seven")
def test_boroughs_stand_in_the_order_asked(client: Client) -> None:
    assert compared(client, {"borough": ["sutton", "camden"]}) == ["Sutton", "Camden"]
    heading = words(client.get(PAGE, {"borough": ["sutton", "camden"]}), "h1")
    assert heading == "Sutton and Camden side by side"


@pytest.mark.usefixtures("seven")
def test_nothing_chosen_offers_all_the_33(client: Client) -> None:
    factories.borough("GLA", kind=Borough.Kind.REGIONAL)
    text = words(client.get(PAGE))
    assert "Choose 2 to 6 boroughs" in text
    assert "Newham" in text
    assert "GLA" not in text


@pytest.mark.usefixtures("seven")
def test_one_borough_asks_for_another_and_offers_its_nearest(client: Client) -> None:
    alike(*Borough.objects.filter(name__in=["Camden", "Brent"]))
    response = client.get(PAGE, {"borough": "camden"})
    text = words(response)
    assert response.status_code == 200
    assert "Choose at least one more borough than Camden." in text
    assert "Brent (shares 10 systems)" in text
    assert {"?borough=camden&borough=brent", "?nearest=camden"} <= set(read(response).links)


def test_seven_are_too_many_and_stay_ticked(client: Client, seven: list[Borough]) -> None:
    slugs = [borough.slug for borough in seven]
    response = client.get(PAGE, {"borough": slugs})
    assert response.status_code == 400
    assert "7 are chosen. Compare 2 to 6: take some away." in words(response)
    assert text_of(response).count(" checked>") == 7
    without = [link for link in read(response).links if link.count("borough=") == 6]
    assert len(without) == 7
    assert client.get(PAGE + without[0]).status_code == 200


@pytest.mark.usefixtures("seven")
def test_duplicates_are_compared_once_and_said(client: Client) -> None:
    query = {"borough": ["camden", "brent", "camden"]}
    assert compared(client, query) == ["Camden", "Brent"]
    assert "Named more than once and compared once: camden." in words(client.get(PAGE, query))
    alone = words(client.get(PAGE, {"borough": ["camden", "camden"]}))
    assert "Choose at least one more borough than Camden." in alone


@pytest.mark.usefixtures("seven")
@pytest.mark.parametrize(
    ("query", "name"),
    [
        ({"borough": ["camden", "atlantis"]}, "borough"),
        ({"borough": ["camden", "<script>alert(1)</script>"]}, "borough"),
        ({"borough": ["camden", "bre\x00nt"]}, "borough"),
        ({"borough": ["camden"] * 900 + ["atlantis"]}, "borough"),
        ({"nearest": "atlantis"}, "nearest"),
        ({"nearest": ["camden", "brent"]}, "nearest"),
        ({"partnership": "nobody"}, "partnership"),
        ({"inner_or_outer": "both"}, "inner_or_outer"),
        ({"rows": "some"}, "rows"),
        ({"illustrative": "maybe"}, "illustrative"),
        ({"surprise": "1"}, "surprise"),
        ({"page": "2"}, "page"),
        ({"columns": "price"}, "columns"),
    ],
)
def test_what_is_not_understood_is_named_and_nothing_lost(
    client: Client, query: dict[str, Any], name: str
) -> None:
    response = client.get(PAGE, query)
    assert response.status_code == 400
    assert f"{name}: " in words(response)
    assert "<script>alert" not in text_of(response)
    if "camden" in query.get("borough", []):
        assert re.search(r'value="camden" checked', text_of(response))
    for file in (FILE, BOOK):
        refused = client.get(file, query)
        assert refused.status_code == 400
        assert f"\n{name}: " in text_of(refused)


@pytest.mark.usefixtures("seven")
def test_a_regional_body_is_refused_with_the_reason(client: Client) -> None:
    factories.borough("GLA", kind=Borough.Kind.REGIONAL)
    response = client.get(PAGE, {"borough": ["camden", "gla"]})
    assert response.status_code == 400
    assert "GLA is a regional body, never one of the 33" in words(response)


def test_a_small_partnership_is_compared_at_once_and_a_large_one_offered(
    client: Client, seven: list[Borough]
) -> None:
    Borough.objects.filter(name__lt="E").update(partnership="North")
    assert compared(client, {"partnership": "north"}) == ["Barnet", "Brent", "Camden"]
    Borough.objects.update(partnership="All of it")
    response = client.get(PAGE, {"partnership": "all-of-it"})
    assert "7 boroughs fit partnership All of it: choose up to 6 of them." in words(response)
    assert compared(client, {"inner_or_outer": "inner"}) == []
    assert compared(client, {"partnership": "all-of-it", "borough": ["brent", "camden"]}) == [
        "Brent",
        "Camden",
    ]


@pytest.mark.usefixtures("seven")
def test_the_nearest_follow_the_borough_asked(client: Client) -> None:
    alike(*Borough.objects.order_by("name"))
    names = compared(client, {"nearest": "camden"})
    assert names == ["Camden", "Barnet", "Brent", "Ealing", "Merton", "Newham"]


@pytest.mark.usefixtures("seven")
def test_where_too_little_is_known_there_are_no_nearest(client: Client) -> None:
    response = client.get(PAGE, {"nearest": "camden"})
    assert response.status_code == 200
    assert "Camden has no nearest boroughs. Too little is known to say" in words(response)


@pytest.mark.usefixtures("seven")
@pytest.mark.parametrize("query", [{}, {"borough": "camden"}, {"nearest": "camden"}])
def test_a_file_of_fewer_than_two_is_refused(client: Client, query: dict[str, str]) -> None:
    for file in (FILE, BOOK):
        response = client.get(file, query)
        assert response.status_code == 400
        assert "Name 2 to 6 boroughs" in text_of(response)


# What is said of each


@pytest.fixture
def two() -> tuple[Borough, Borough]:
    """Camden, whose returns are complete, and Brent, which has sent none."""
    camden, brent = factories.borough("Camden"), factories.borough("Brent")
    for subject in ("systems", "contracts", "skills"):
        factories.returned(camden, subject=subject)
    return camden, brent


def test_an_answer_by_function_is_known_none_or_not_known(
    client: Client, two: tuple[Borough, Borough]
) -> None:
    rents, repairs = factories.function("Rents"), factories.function("Repairs")
    for name in ("Orchard", "Civica"):
        product = factories.product(name)
        factories.system(borough=two[1], function=repairs, product=product)
    factories.system(borough=two[1], function=rents, status=Status.RETIRED)
    section = "Systems by function"
    assert answers_for(client, section, "Repairs") == [
        ("none recorded", ""),
        ("known", "Civica; Orchard"),
    ]
    assert answers_for(client, section, "Rents") == [("none recorded", ""), ("not known", "")]


def test_rows_that_differ_come_first_and_all_on_demand(
    client: Client, two: tuple[Borough, Borough]
) -> None:
    factories.returned(two[1])
    same, other, empty = (factories.function(name) for name in ("Same", "Other", "Empty"))
    product = factories.product("Orchard")
    for borough in two:
        factories.system(borough=borough, function=same, product=product)
        factories.system(borough=borough, function=other)
    query = {"borough": ["camden", "brent"]}
    text = words(client.get(PAGE, query))
    assert "Of 3 functions, 1 differ and 2 are the same." in text
    items = {row["item"] for row in rows(client, FILE, query) if row["section"][:7] == "Systems"}
    assert items >= {"Other"}
    assert not items & {same.name, empty.name}
    everything = words(client.get(PAGE, query | {"rows": "all"}))
    assert "Orchard shared" in everything
    assert "Other differs" in everything
    assert all(name in everything for name in ("Same", "Empty"))


def test_what_cannot_be_compared_is_counted(client: Client, two: tuple[Borough, Borough]) -> None:
    factories.function("Rents")
    text = words(client.get(PAGE, {"borough": ["camden", "brent"]}))
    assert "No function can be compared: fewer than two answers are known for each of 1." in text
    assert "No row differs among the answers that are known." in text


def test_numbers_without_a_complete_return_are_lower_bounds(
    client: Client, two: tuple[Borough, Borough]
) -> None:
    for borough in two:
        factories.system(borough=borough, hosting="saas")
    assert answers_for(client, "Hosting", "Software as a service") == [
        ("known", "1"),
        ("at least", "1"),
    ]
    assert answers_for(client, "Hosting", "Outsourced") == [("known", "0"), ("not known", "")]


def test_contracts_ending_count_led_and_shared_in_their_quarter(
    client: Client, two: tuple[Borough, Borough]
) -> None:
    camden, brent = two
    for end in ("2027-03-31", "2027-01", "2026-11-29", "2027", "2027-04-01"):
        factories.contract(lead=camden, partners=[brent], ends_on=end)
    section = "Contracts ending"
    assert answers_for(client, section, "Jan–Mar 2027") == [("known", "2"), ("at least", "2")]
    assert answers_for(client, section, "Apr–Jun 2027") == [("known", "1"), ("at least", "1")]
    assert answers_for(client, section, "Oct–Dec 2026") == [("known", "0"), ("not known", "")]


def test_decisions_are_compared_also_those_that_may_be_due(
    client: Client, two: tuple[Borough, Borough]
) -> None:
    camden, brent = two
    for end, notice in (
        *(("2027-03-31", 3), ("2027-12-31", None), ("2027", 6), ("2026-12-31", None)),
        *(("", 6), ("2026-11-29", None), ("2030-03-31", None)),
    ):
        factories.contract(lead=camden, partners=[brent], ends_on=end, notice_months=notice)
    section = "Decisions ahead"
    names = ("Due within 12 months", "May be due within 12 months", "Of which the end is not known")
    compared = [answers_for(client, section, name) for name in names]
    assert compared == [
        [("known", "1"), ("at least", "1")],
        [("known", "3"), ("at least", "3")],
        [("known", "1"), ("at least", "1")],
    ]


def test_cost_is_of_running_contracts_led_and_honest_about_gaps(
    client: Client, two: tuple[Borough, Borough]
) -> None:
    camden, brent = two
    Borough.objects.update(population=200_000, population_year=2021)
    factories.contract(lead=camden, partners=[brent], annual_value=100_000)
    factories.contract(lead=camden, annual_value=50_000, ends_on="2026-11-30")
    factories.contract(lead=camden, annual_value=999, ends_on="2026-11-29")
    factories.contract(lead=camden, annual_value=999, starts_on="2026-12-01")
    section = "Cost for each 1,000 residents"
    each = "Yearly value for each 1,000 residents"
    assert answers_for(client, section, "Contracts running that it leads")[0] == ("known", "2")
    assert answers_for(client, section, each) == [("known", "750.00"), ("not known", "")]
    factories.contract(lead=camden)
    assert answers_for(client, section, each)[0] == ("at least", "750.00")
    assert "at least £750" in words(client.get(PAGE, {"borough": ["camden", "brent"]}))


def test_the_rate_of_the_city_stands_with_its_few_residents(
    client: Client, two: tuple[Borough, Borough]
) -> None:
    city = factories.borough(
        "City of London", slug="city", kind="city", population=8583, population_year=2021
    )
    factories.contract(lead=city, annual_value=85_830)
    factories.contract(lead=two[0], annual_value=85_830)
    text = words(client.get(PAGE, {"borough": ["city", "camden", "brent"]}))
    assert "at least £10,000 (only 8,583 residents: not to be compared)" in text
    assert text.count("not to be compared") == 1


@pytest.mark.parametrize(("answers", "mean"), [([5, 4], ""), ([5, 4, 4], "4.3")])
def test_satisfaction_has_a_mean_from_three_answers_on(
    client: Client, two: tuple[Borough, Borough], answers: list[int], mean: str
) -> None:
    for answer in [*answers, None]:
        factories.system(borough=two[0], satisfaction=answer)
    means = answers_for(client, "Satisfaction", "Mean satisfaction, 1 to 5")
    assert means == [("known" if mean else "not known", mean), ("not known", "")]
    text = words(client.get(PAGE, {"borough": ["camden", "brent"]}))
    assert ("4.3 of 5 (n = 3)" if mean else "too few for a mean: n = 2") in text


def test_skills_show_levels_and_who_teaches(client: Client, two: tuple[Borough, Borough]) -> None:
    skill = factories.skill("Service design")
    factories.skill_level(borough=two[0], skill=skill, level=4, can_teach=True)
    factories.skill_level(borough=two[1], skill=skill, level=1, wants_help=True)
    assert answers_for(client, "Skills", "Service design") == [
        ("known", "expert"),
        ("known", "awareness"),
    ]
    assert answers_for(client, "Skills at each level", "Expert") == [
        ("known", "1"),
        ("not known", ""),
    ]
    text = words(client.get(PAGE, {"borough": ["camden", "brent"]}))
    assert "expert; can teach" in text
    assert "awareness; wants help" in text


def test_a_borough_of_which_nothing_is_known_is_drawn_as_not_known(
    client: Client, two: tuple[Borough, Borough]
) -> None:
    factories.contract(lead=two[0], ends_on="2027-03-31")
    response = client.get(PAGE, {"borough": ["camden", "brent"]})
    charts = {
        section.key: section.chart for section, _ in response.context["parts"] if section.chart
    }
    titles = [section["text"] for section in charts["contracts"].figure["layout"]["annotations"]]
    assert titles == ["Camden", "Brent: not known"]
    assert "not known" in str(charts["contracts"].rows)


# Second computations and the files


def test_sql_counts_the_same(client: Client) -> None:
    small_london(rows=150)
    query = {"borough": ["borough-a", "borough-b", "borough-f"], "rows": "all"}
    answers = rows(client, FILE, query)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT b.name, f.name, string_agg(p.name, '; ' ORDER BY p.name, s.id)"
            " FROM systems_system s JOIN boroughs_borough b ON b.id = s.borough_id"
            " JOIN systems_function f ON f.id = s.function_id"
            " JOIN systems_product p ON p.id = s.product_id"
            " WHERE b.slug = ANY(%s) AND s.status NOT IN ('retired', 'planned')"
            " AND NOT (s.as_of > '' AND s.as_of < '2020' AND s.confirmed_on IS NULL) GROUP BY 1, 2",
            [["borough-a", "borough-b", "borough-f"]],
        )
        second = {(borough, function): names for borough, function, names in cursor.fetchall()}
    first = {
        (row["borough"], row["item"]): row["value"]
        for row in answers
        if row["section"] == "Systems by function" and row["state"] == "known"
    }
    assert first == second
    systems = rows(client, "/systems/systems.csv", {"borough": query["borough"]})
    for row in answers:
        if row["section"] == "Satisfaction" and row["item"] == "Systems with an answer":
            satisfied = [
                system
                for system in systems
                if system["borough"] == row["borough"]
                and system["satisfaction"]
                and system["status"] not in {"retired", "planned"}
                and not last_seen_long_ago(system)
            ]
            assert (row["value"] or "0") == str(len(satisfied))


@pytest.mark.parametrize("rows_choice", ["differ", "all"])
def test_the_workbook_holds_the_rows_of_the_file(client: Client, rows_choice: str) -> None:
    small_london()
    factories.function("=1+1")
    query = {"borough": ["borough-a", "borough-b"], "rows": rows_choice}
    response = client.get(BOOK, query)
    assert response.status_code == 200
    book = openpyxl.load_workbook(io.BytesIO(b"".join(response)))
    sheet = book["Rows"]
    lines = [[cell.value for cell in line] for line in sheet.iter_rows()]
    in_file = rows(client, FILE, query)
    assert lines[0] == list(in_file[0])
    assert len(lines) - 1 == len(in_file)
    for line, row in zip(lines[1:], in_file, strict=True):
        assert ["" if cell is None else re.sub(r"\.0$", "", str(cell)) for cell in line] == [
            re.sub(r"\.0+$|^'", "", text) for text in row.values()
        ]
    assert sheet.freeze_panes == "A2"
    assert all(cell.data_type != "f" for line in sheet.iter_rows() for cell in line)
    about = {line[0].value: line[1].value for line in book["About"].iter_rows()}
    assert str(about["As at"]).startswith("30 November 2026, ")
    assert "Borough A, Borough B" in str(about["Chosen"])
    assert about["Rows"] == f"{len(in_file):,}"
    assert "Open Government Licence" in str(about["Licence"])


def test_numbers_are_numbers_in_the_workbook(client: Client, two: tuple[Borough, Borough]) -> None:
    factories.system(borough=two[0], hosting="saas")
    response = client.get(BOOK, {"borough": ["camden", "brent"]})
    sheet = openpyxl.load_workbook(io.BytesIO(b"".join(response)))["Rows"]
    answers = [
        line[6].value for line in sheet.iter_rows() if line[2].value == "Software as a service"
    ]
    assert answers == [1, None]


def test_page_and_file_show_the_same_items(client: Client) -> None:
    call_command("load", verbosity=0)
    for rows_choice in ("differ", "all"):
        query = {"borough": ["camden", "brent", "bexley"], "rows": rows_choice}
        text = words(client.get(PAGE, query))
        in_file = rows(client, FILE, query)
        assert {row["borough"] for row in in_file} == {"Camden", "Brent", "Bexley"}
        assert all(row["item"] in text for row in in_file)
        assert len({row["item"] for row in in_file if "function" in row["section"]}) == (
            Function.objects.count() if rows_choice == "all" else 13
        )
