"""Pages of one system, one product, one supplier."""

import pytest
from django.test import Client

from tests import factories
from tests.pages import read, row_links, words

pytestmark = pytest.mark.django_db


def test_a_system_says_what_is_known_of_it(client: Client) -> None:
    system = factories.system(
        hosting="saas", status="retiring", live_since="2019-04", users=1234, satisfaction=4,
        intention="replace",
    )  # fmt: skip
    text = words(client.get(system.get_absolute_url()))
    for fact in ("Software as a service", "Being retired", "April 2019", "1,234 named users"):
        assert fact in text
    assert "4 of 5, the borough’s own view" in text
    assert "Replace" in text


def test_a_system_says_where_the_fact_comes_from(client: Client) -> None:
    place = "https://example.org/notice"
    system = factories.system(
        source_kind="notice", source_url=place, as_of="2026", confidence="low", note="Page 7"
    )
    page = client.get(system.get_absolute_url())
    text = words(page)
    for fact in ("Procurement notice", "2026", "Low", "never", "Page 7"):
        assert fact in text
    assert place in read(client.get(system.get_absolute_url())).links


def test_what_is_not_known_of_a_system_reads_not_known(client: Client) -> None:
    system = factories.system(product=factories.product(manufacturer=None))
    text = words(client.get(system.get_absolute_url()))
    missing = "Manufacturer, hosting, status, live since, users, satisfaction, intention."
    assert f"Not known {missing} How a borough can tell us" in text
    assert "Hosting" not in text.replace(missing, "")
    assert "0 named users" not in text


def test_a_system_without_users_has_none(client: Client) -> None:
    system = factories.system(users=0)
    assert "0 named users" in words(client.get(system.get_absolute_url()))


def test_a_system_lists_the_contracts_that_pay_for_it_and_who_else_runs_it(client: Client) -> None:
    system = factories.system()
    contract = factories.contract(systems=[system])
    other = factories.system(product=system.product)
    own = factories.system(product=system.product, borough=system.borough)
    factories.contract(systems=[other])
    links = row_links(client, system.get_absolute_url())
    assert contract.get_absolute_url() in links
    assert other.get_absolute_url() in links
    assert own.get_absolute_url() not in links
    assert len(links) == 2


def test_a_system_nobody_else_runs_says_that_others_may(client: Client) -> None:
    text = words(client.get(factories.system().get_absolute_url()))
    assert "Boroughs that have sent no return may run it too." in text
    assert "None recorded." in text


def test_a_product_lists_its_names_and_who_runs_it(client: Client) -> None:
    product = factories.product("Mosaic", functions=[factories.function("Rents")])
    factories.product_alias("Framework-i", product)
    systems = [factories.system(product=product) for _ in range(2)]
    factories.system()
    page = client.get("/systems/products/mosaic/")
    assert "2 of 33 boroughs are known to run it, as 2 systems." in words(page)
    assert "Framework-i" in words(client.get("/systems/products/mosaic/"))
    links = row_links(client, "/systems/products/mosaic/")
    assert set(links) == {system.get_absolute_url() for system in systems}


def test_a_product_of_one_borough_reads_right(client: Client) -> None:
    factories.system(product=factories.product("Mosaic"))
    text = words(client.get("/systems/products/mosaic/"))
    assert "1 of 33 boroughs is known to run it, as 1 system. Manufacturer" in text


def test_a_supplier_shows_its_owners_nearest_first_and_what_it_bought(client: Client) -> None:
    small, middle, top, bought = (factories.supplier(name) for name in ("S", "M", "T", "B"))
    factories.ownership(small, factories.supplier("Former"), since="2015")
    factories.ownership(small, middle, since="2019-05")
    factories.ownership(middle, top)
    factories.ownership(bought, small, since="2010")
    text = words(client.get("/systems/suppliers/s/"))
    assert "S belongs to M (since May 2019), which belongs to T, its owner today." in text
    assert "B belongs to S 2010" in text
    assert "S belonged to Former; today to M 2015" in text


def test_suppliers_that_own_each_other_do_not_go_round_for_ever(client: Client) -> None:
    supplier, two = factories.supplier("One"), factories.supplier("Two")
    factories.ownership(supplier, two)
    factories.ownership(two, supplier)
    assert client.get("/systems/suppliers/one/").status_code == 200


def test_a_supplier_lists_its_products_and_contracts(client: Client) -> None:
    maker = factories.supplier("Civica", company_number="01234567", sme=False, vcse=None)
    product = factories.product(manufacturer=maker)
    contract = factories.contract(supplier=maker)
    factories.contract()
    text = words(client.get("/systems/suppliers/civica/"))
    assert "01234567" in text
    assert "Small or medium-sizedno" in text.replace("sized no", "sizedno")
    links = row_links(client, "/systems/suppliers/civica/")
    assert links == [product.get_absolute_url(), contract.get_absolute_url()]


def test_a_list_shows_source_and_date_beside_each_system(client: Client) -> None:
    factories.system(
        source_kind="foi", source_url="https://example.org/foi", as_of="2026-09", confidence="low"
    )
    page = client.get("/systems/")
    assert "https://example.org/foi" in read(page).links
    text = words(client.get("/systems/"), "tbody")
    assert "Freedom of information answer" in text
    assert "Sep" in text
    assert "2026, low" in text
    assert "Source, as of, confidence" in words(page, "thead")
