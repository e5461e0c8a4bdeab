"""Frameworks: the list, its file, and the page of one."""

from typing import Any

import pytest
from django.db import connection
from django.test import Client

from boroughs.models import Borough
from contracts.models import Framework
from tests import factories
from tests.pages import column, read, row_links, rows, words

pytestmark = pytest.mark.django_db
PAGE, FILE = "/contracts/frameworks/", "/contracts/frameworks/frameworks.csv"


@pytest.fixture
def cloud() -> Framework:
    return factories.framework("Cloud", reference="RM1", provider="Crown", ends_on="2027")


def test_a_framework_counts_each_contract_borough_and_supplier_once(
    client: Client, cloud: Framework
) -> None:
    camden, barnet, sutton = (factories.borough() for _ in range(3))
    city = factories.borough(kind=Borough.Kind.CITY)
    region = factories.borough(kind=Borough.Kind.REGIONAL)
    maker = factories.supplier()
    shared = {"framework": cloud, "supplier": maker, "total_value": 100}
    systems = [factories.system() for _ in range(2)]
    factories.contract(lead=camden, partners=[barnet, sutton], systems=systems, **shared)
    factories.contract(lead=camden, partners=[city], **shared)
    factories.contract(lead=region, framework=cloud, supplier=None)
    factories.contract()
    (row,) = rows(client, FILE)
    counted = {name: row[name] for name in ("contracts", "boroughs", "suppliers", "value_known")}
    assert counted == {"contracts": "3", "boroughs": "4", "suppliers": "1", "value_known": "2"}
    assert row["total_value"] == "200.00"
    assert "£200for 2 of 3" in words(client.get(PAGE), "tbody")


def test_the_counts_are_those_of_plain_sql(client: Client) -> None:
    """Second computation."""
    frameworks = [factories.framework(ends_on=end) for end in ("", "2027", "2028-03-31")]
    boroughs = [factories.borough() for _ in range(4)]
    for number in range(24):
        factories.contract(
            framework=[*frameworks, None][number % 4],
            lead=boroughs[number % 3],
            partners=boroughs[3:] if number % 5 == 0 else [],
            supplier=None if number % 7 == 0 else factories.supplier(),
            total_value=None if number % 2 else number * 10,
            ends_on=["", "2027-12-31", "2028", "2028-04", "2029-01-01"][number % 5],
        )
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT f.name, count(DISTINCT c.id)::text, count(DISTINCT b.borough)::text,"
            " count(DISTINCT c.supplier_id)::text,"
            " count(DISTINCT c.id) FILTER (WHERE c.total_value IS NOT NULL"
            " AND (c.starts_on <> '' OR c.ends_on <> ''))::text,"
            " count(DISTINCT c.id) FILTER (WHERE f.ends_on = '2027' AND c.ends_first > '2027-12-31'"
            " OR f.ends_on = '2028-03-31' AND c.ends_first > '2028-03-31')::text"
            " FROM contracts_framework f LEFT JOIN contracts_contract c ON c.framework_id = f.id"
            " LEFT JOIN (SELECT id AS contract, lead_id AS borough FROM contracts_contract UNION"
            " SELECT contract_id, borough_id FROM contracts_contractpartner) b"
            " ON b.contract = c.id GROUP BY f.id ORDER BY f.name"
        )
        expected = cursor.fetchall()
    names = ("framework", "contracts", "boroughs", "suppliers", "value_known", "end_after")
    assert [tuple(row[name] for name in names) for row in rows(client, FILE)] == expected


def test_a_framework_without_contracts_shows_no_value(client: Client, cloud: Framework) -> None:
    factories.contract(framework=cloud)
    factories.framework("Empty")
    assert column(client, FILE, "total_value") == ["", ""]
    text = words(client.get(PAGE), "tbody")
    assert "for 0 of 1" not in text
    assert "£" not in text


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ({"q": "rm1"}, ["Cloud"]),
        ({"q": "crown"}, ["Cloud"]),
        ({"q": "office"}, ["Office"]),
        ({"provider": "crown"}, ["Cloud"]),
        ({"provider": ["crown", "town"]}, ["Cloud", "Office"]),
        ({"ends_after": "2027-12-31"}, ["Cloud", "Office"]),
        ({"ends_after": "2028-01-01"}, ["Office"]),
        ({"ends_before": "2027-01-01"}, ["Cloud"]),
        ({"borough": "camden"}, ["Cloud"]),
        ({"borough": "barnet"}, ["Cloud"]),
        ({"sort": "-ends_on"}, ["Office", "Cloud", "Undated"]),
        ({"sort": "-contracts"}, ["Cloud", "Office", "Undated"]),
    ],
)
def test_each_filter_and_sort_leaves_its_frameworks(
    client: Client, cloud: Framework, query: dict[str, Any], names: list[str]
) -> None:
    factories.framework("Office", provider="Town", ends_on="2028-06")
    factories.framework("Undated")
    camden, barnet = factories.borough("Camden"), factories.borough("Barnet")
    factories.contract(framework=cloud, lead=camden, partners=[barnet])
    assert column(client, FILE, "framework", query) == names
    links = [f"/contracts/frameworks/{name.lower()}/" for name in names]
    assert row_links(client, PAGE, query) == links


def test_the_page_of_a_framework_says_what_is_known_and_what_outlasts_it(
    client: Client, cloud: Framework
) -> None:
    maker = factories.supplier("Maker")
    ends = {"Before": "2027-06-30", "Perhaps": "2027", "After": "2028-01"}
    contracts = [
        factories.contract(framework=cloud, title=title, ends_on=end, supplier=maker)
        for title, end in ends.items()
    ]
    response = client.get(cloud.get_absolute_url())
    text = words(response)
    assert "3 contracts called off under it, led or shared by 3 of the 33 boroughs, with 1" in text
    assert "starts not known; ends 2027" in text
    assert "After, to January 2028" in text
    assert "Before, to" not in text
    assert "Perhaps, to" not in text
    assert "known for 0 of 3" not in text
    links = read(client.get(cloud.get_absolute_url())).row_links
    assert sorted(links[:3]) == sorted(contract.get_absolute_url() for contract in contracts)
    assert links[3:] == ["/systems/suppliers/maker/"]


def test_a_framework_without_a_known_end_says_so(client: Client) -> None:
    framework = factories.framework()
    factories.contract(framework=framework, ends_on="2040-01-01")
    text = words(client.get(framework.get_absolute_url()))
    assert "not known: its end is not known" in text


@pytest.mark.parametrize(
    ("query", "reason"),
    [
        ({"illustrative": "x"}, "“illustrative” is not understood here"),
        ({"q": "x"}, "“q” is not understood here"),
    ],
)
def test_the_page_names_what_it_does_not_understand(
    client: Client, cloud: Framework, query: dict[str, str], reason: str
) -> None:
    response = client.get(cloud.get_absolute_url(), query)
    assert response.status_code == 400
    assert reason in words(response)


def test_an_unknown_framework_is_not_found(client: Client) -> None:
    assert client.get("/contracts/frameworks/atlantis/").status_code == 404


def test_a_contract_and_the_search_lead_to_the_framework(client: Client, cloud: Framework) -> None:
    contract = factories.contract(framework=cloud)
    address = cloud.get_absolute_url()
    assert address in read(client.get(contract.get_absolute_url())).links
    assert address in read(client.get("/search/", {"q": "cloud"})).links
