"""A supplier's page: who runs and buys what of it, how far that is known, and what it may ask."""

import datetime
from typing import Any

import pytest
from django.test import Client

from citytools.facts import dates
from systems.models import Product, Supplier
from tests import factories
from tests.pages import read, row_links, text_of, words

pytestmark = pytest.mark.django_db
PAGE = "/systems/suppliers/maker/"


@pytest.fixture(autouse=True)
def _today(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dates, "today", lambda: datetime.date(2026, 11, 30))


@pytest.fixture
def maker() -> Supplier:
    return factories.supplier("Maker")


@pytest.fixture
def mosaic(maker: Supplier) -> Product:
    return factories.product("Mosaic", manufacturer=maker)


def test_the_answer_comes_first_and_says_of_whom_it_is_known(
    client: Client, mosaic: Product
) -> None:
    camden, brent, ealing = (factories.borough(name) for name in ("Camden", "Brent", "Ealing"))
    for function in (factories.function(), factories.function()):
        factories.system(borough=camden, product=mosaic, function=function)
    factories.system(borough=factories.borough(), product=mosaic, status="retired")
    factories.system(borough=factories.borough(), product=mosaic, status="planned")
    factories.system(borough=ealing)
    factories.returned(brent)
    factories.returned(ealing, complete=False)
    text = words(client.get(PAGE))
    assert "1 of 33 boroughs is known to run its products, as 2 systems in use;" in text
    assert "Whether a borough runs any is known for 2 of 33, not for the others." in text
    assert "On systems, 2 of 33 boroughs reporting." in text
    assert "Not counted: 2 systems retired, only planned or last seen in 2019 or before." in text


def test_a_supplier_with_nothing_says_so(client: Client, maker: Supplier) -> None:
    text = words(client.get(PAGE))
    for line in (
        "No borough is known to run its products; 0 contracts with it are on record.",
        "Whether a borough runs any is known for 0 of 33",
        "No contract is recorded.",
        "Owners, and companies it bought none recorded",
        "Other names none recorded",
        "No use in London is known. A borough without a return is not known, not without it.",
        "No function is known in which its products run.",
    ):
        assert line in text
    assert "or which its contracts cover" in words(client.get(PAGE, {"by": "contracts"}))


def test_where_all_33_are_known_no_others_are_left(client: Client, mosaic: Product) -> None:
    for _ in range(33):
        factories.system(product=mosaic)
    text = words(client.get(PAGE))
    assert "33 of 33 boroughs are known to run its products, as 33 systems in use;" in text
    assert "Whether a borough runs any is known for all 33. On systems," in text
    assert "It is known for all 33." in words(client.get(f"{PAGE}failure/"))


def test_a_regional_body_is_never_counted(client: Client, mosaic: Product) -> None:
    region = factories.borough("GLA", kind="regional", inner_or_outer="")
    factories.system(borough=region, product=mosaic)
    text = words(client.get(PAGE))
    assert "No borough is known to run its products" in text
    assert "GLA" not in text


def test_each_function_says_who_runs_what_of_how_many_known(
    client: Client, mosaic: Product
) -> None:
    rents, framework = factories.function("Rents"), factories.product("Framework-i")
    framework.manufacturer = mosaic.manufacturer
    framework.save()
    camden, brent, ealing = (factories.borough(name) for name in ("Camden", "Brent", "Ealing"))
    for borough, product in ((camden, mosaic), (brent, mosaic), (brent, framework)):
        factories.system(borough=borough, product=product, function=rents)
    factories.system(borough=ealing, function=rents)
    factories.returned()
    text = words(client.get(PAGE))
    assert "2 of 4 Framework-i: Brent Mosaic: Brent, Camden" in text


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ([], "No borough has told us yet how satisfied it is with them"),
        ([5], "too few for a mean: n = 1"),
        ([5, 1], "too few for a mean: n = 2"),
        ([5, 3, 3], "3.7 of 5 (n = 3)"),
    ],
)
def test_satisfaction_is_shown_from_three_answers_and_with_their_number(
    client: Client, mosaic: Product, given: list[int], said: str
) -> None:
    for satisfaction in [*given, None]:
        factories.system(product=mosaic, satisfaction=satisfaction)
    factories.system(product=mosaic, satisfaction=1, status="retired")
    assert said in words(client.get(PAGE))


def test_hosting_is_counted_for_each_product_and_for_all(client: Client, mosaic: Product) -> None:
    for hosting in ("saas", "saas", "", "on_premises"):
        factories.system(product=mosaic, hosting=hosting)
    text = words(client.get(PAGE))
    assert "On premises: 1Software as a service: 2not known: 1" in text
    assert "by where they run: on premises 1, software as a service 2, not known 1." in text


def test_the_next_decision_comes_first_and_what_has_ended_last(
    client: Client, maker: Supplier
) -> None:
    rows: list[dict[str, Any]] = [
        {"title": "Ended", "ends_on": "2026-11-29", "notice_months": 3},
        {"title": "No date", "rolling": True},
        {"title": "Year alone", "ends_on": "2027", "notice_months": 3},
        {"title": "Passed", "ends_on": "2027-01-31", "notice_months": 6},
        {"title": "Later", "ends_on": "2030-01-31", "notice_months": 1},
        {"title": "Soon", "ends_on": "2028-01-31", "notice_months": 12},
    ]
    contracts = {row["title"]: factories.contract(supplier=maker, **row) for row in rows}
    order = ["Year alone", "Soon", "Later", "Passed", "No date", "Ended"]
    expected = [contracts[title].get_absolute_url() for title in order]
    assert [link for link in row_links(client, PAGE) if "/contracts/" in link][:6] == expected
    text = words(client.get(PAGE))
    assert "31 Jan 2027in 62 days; end less 12 months" in text.replace("in 2 months", "in 62 days")


def test_money_counts_each_running_contract_once(client: Client, maker: Supplier) -> None:
    functions = [factories.function() for _ in range(3)]
    shared: dict[str, Any] = {"functions": functions, "partners": [factories.borough()]}
    factories.contract(
        supplier=maker, annual_value=1000, total_value=9000, vat="excluding", **shared
    )
    factories.contract(supplier=maker, annual_value=234)
    factories.contract(supplier=maker)
    factories.contract(supplier=maker, annual_value=5000, ends_on="2026-11-29")
    text = words(client.get(PAGE))
    assert "4 contracts recorded, 3 of them running today as far as known." in text
    assert (
        "Yearly value: £1,234, known for 2 of 3 (Excluding VAT: 1; VAT basis not known: 1)." in text
    )
    assert "Value over the whole term: £9,000, known for 1 of 3." in text
    assert "VAT bases differ, and a framework’s ceiling is no value." in text


def test_contracts_that_do_not_run_cost_nothing_today(client: Client, maker: Supplier) -> None:
    factories.contract(supplier=maker, annual_value=5000, ends_on="2020")
    text = words(client.get(PAGE))
    assert "1 contract recorded, none of them running today." in text
    assert "Yearly value" not in text


def test_contracts_with_a_reseller_are_told_apart(client: Client, mosaic: Product) -> None:
    system = factories.system(product=mosaic)
    factories.contract(systems=[system])
    factories.contract(systems=[system], supplier=None)
    factories.contract(systems=[system], supplier=mosaic.manufacturer)
    text = words(client.get(PAGE))
    assert "1 contract recorded" in text
    assert "2 more contracts pay for its products, but not with it as the supplier" in text


def test_a_supplier_is_shown_with_all_it_owns_unless_asked_otherwise(
    client: Client, maker: Supplier, mosaic: Product
) -> None:
    bought = factories.supplier("Bought")
    factories.ownership(bought, maker)
    factories.system(product=factories.product("Theirs", manufacturer=bought))
    factories.contract(supplier=bought, title="Their contract")
    text = words(client.get(PAGE))
    assert "Maker with the company it owns today: Bought" in text
    assert "Theirs Bought" in text
    assert "Their contract" in text
    assert "/contracts/?supplier=maker&supplier=bought" in read(client.get(PAGE)).links
    text = words(client.get(PAGE, {"group": "no"}))
    assert "No borough is known to run its products" in text
    assert "Theirs" not in text
    assert "With the 1 company it owns" in text


def test_a_supplier_that_owns_nobody_is_counted_by_itself(client: Client, maker: Supplier) -> None:
    text = words(client.get(PAGE))
    assert "Every company counts by itself" in text
    assert "Count companies with their owners" in text
    text = words(client.get(PAGE, {"group": "yes"}))
    assert "A company counts with its last owner today." in text
    assert "Count every company by itself" in text


def test_an_invented_supplier_says_that_it_does_not_exist(client: Client) -> None:
    maker = factories.supplier("Maker", illustrative=True)
    factories.product("Thing", manufacturer=maker, illustrative=True)
    text = words(client.get(f"/demo{PAGE}"))
    assert "Invented for demonstration No such company exists." in text
    assert "Thing" in text
    assert client.get(PAGE).status_code == 404


HOSTILE = [
    ({"by": "moon"}, "“moon” is not known here. Write one of: systems, contracts, value."),
    ({"by": "<script>alert(1)</script>"}, "is not known here"),
    ({"by": "systems\x00"}, "is not known here. Write one of: systems, contracts, value."),
    ({"by": ["systems", "value"]}, "“by” is given 2 times: give it once."),
    ({"group": "perhaps"}, "“perhaps”: write yes or no."),
    ({"group": ["yes", "no"]}, "“group” is given 2 times: give it once."),
    ({"illustrative": "maybe"}, "“illustrative” is not understood here."),
    ({"sort": "name"}, "“sort” is not understood here."),
    ({"page": "2"}, "“page” is not understood here."),
]


@pytest.mark.parametrize(("query", "reason"), HOSTILE)
def test_what_is_not_understood_is_named_and_the_page_shown(
    client: Client, mosaic: Product, query: dict[str, Any], reason: str
) -> None:
    factories.system(product=mosaic)
    response = client.get(PAGE, query)
    assert response.status_code == 400
    assert reason in words(response)
    assert "1 of 33 boroughs is known to run its products" in words(response)
    assert "<script>alert" not in text_of(response)


@pytest.mark.parametrize("by", ["systems", "contracts", "value"])
@pytest.mark.parametrize("group", ["yes", "no"])
@pytest.mark.parametrize("page", ["", "failure/"])
def test_every_choice_answers(
    client: Client, mosaic: Product, by: str, group: str, page: str
) -> None:
    factories.contract(systems=[factories.system(product=mosaic)], supplier=mosaic.manufacturer)
    query = {"group": group} | ({} if page else {"by": by})
    assert client.get(f"{PAGE}{page}", query).status_code == 200


def test_the_page_to_print_is_linked_with_the_same_choice(client: Client, maker: Supplier) -> None:
    assert f"{PAGE}failure/" in read(client.get(PAGE)).links
    links = read(client.get(PAGE, {"group": "no", "by": "value"})).links
    assert f"{PAGE}failure/?group=no" in links
