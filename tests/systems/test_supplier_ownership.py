"""Who owns whom: chains, groups, circles, and what has moved on."""

import pytest
from django.test import Client

from systems.models import Supplier, read_ownerships
from systems.suppliers.market import supplier_group
from tests import factories
from tests.pages import read, words

pytestmark = pytest.mark.django_db


def suppliers(*names: str) -> list[Supplier]:
    return [factories.supplier(name) for name in names]


def group(supplier: Supplier) -> set[str]:
    return {owned.name for owned in read_ownerships().group(supplier.pk).values()}


def test_a_group_is_all_that_is_owned_today_directly_or_not() -> None:
    access, servelec, corelogic, other = suppliers("Access", "Servelec", "Corelogic", "Other")
    factories.ownership(corelogic, servelec)
    factories.ownership(servelec, access, since="2021")
    factories.ownership(other, access, since="2010")
    factories.ownership(other, factories.supplier("Buyer"), since="2020")
    assert group(access) == {"Servelec", "Corelogic"}
    assert group(servelec) == {"Corelogic"}
    assert group(corelogic) == set()


def test_the_newest_ownership_counts_and_one_without_a_date_is_the_oldest() -> None:
    small, first, second = suppliers("Small", "First", "Second")
    factories.ownership(small, second, since="2024-07")
    factories.ownership(small, first)
    owners = read_ownerships()
    assert [step.owner for step in owners.chain(small.pk)] == [second]
    assert owners.top(small.pk) == second.pk


def test_a_circle_ends_every_walk_and_all_in_it_count_as_one() -> None:
    supplier, two, three, hanger_on = suppliers("One", "Two", "Three", "Hanger-on")
    for small, big in ((supplier, two), (two, three), (three, supplier), (hanger_on, two)):
        factories.ownership(small, big)
    owners = read_ownerships()
    assert {owners.top(each.pk) for each in (supplier, two, three, hanger_on)} == {supplier.pk}
    assert group(supplier) == {"Two", "Three", "Hanger-on"}
    assert [step.owner.name for step in owners.chain(hanger_on.pk)] == ["Two", "Three", "One"]


def test_nobody_known_to_own_a_supplier_leaves_it_its_own_top() -> None:
    alone = factories.supplier()
    owners = read_ownerships()
    assert owners.top(alone.pk) == alone.pk
    assert owners.chain(alone.pk) == []
    assert supplier_group(alone, None).history == []


def test_history_keeps_what_has_moved_on_and_dates_come_first(client: Client) -> None:
    capita, supplier, mri = suppliers("Capita", "Capita One", "MRI")
    factories.ownership(supplier, capita, source="A notice")
    factories.ownership(supplier, mri, since="2024-07")
    factories.ownership(factories.supplier("Orchard"), mri, since="2013")
    text = words(client.get("/systems/suppliers/capita/"))
    assert "Capita One belonged to Capita; today to MRI not known A notice" in text
    assert "with the compan" not in text
    text = words(client.get("/systems/suppliers/mri/"))
    assert text.index("Orchard belongs to MRI 2013") < text.index("Capita One belongs to MRI July")
    text = words(client.get("/systems/suppliers/capita-one/"))
    assert text.index("Capita One belongs to MRI July 2024") < text.index("belonged to Capita;")


def test_a_former_owner_bought_since_leads_to_todays_owner(client: Client) -> None:
    corelogic, servelec, access = suppliers("Corelogic", "Servelec", "Access")
    factories.ownership(corelogic, servelec)
    factories.ownership(servelec, access)
    text = words(client.get("/systems/suppliers/corelogic/"))
    assert "Corelogic belongs to Servelec, which belongs to Access, its owner today." in text
    assert "What it made may be recorded under its owner today: products of Access." in text
    links = read(client.get("/systems/suppliers/corelogic/")).links
    assert "/systems/suppliers/access/#products" in links


@pytest.mark.parametrize("page", ["", "failure/"])
def test_a_former_name_in_the_address_leads_to_the_supplier_of_today(
    client: Client, page: str
) -> None:
    nec = factories.supplier("NEC")
    factories.supplier_alias("Northgate Public Services (UK)", nec, kind="former_name")
    old = f"/systems/suppliers/northgate-public-services-uk/{page}"
    response = client.get(f"{old}?group=no")
    assert response.status_code == 301
    assert response["Location"] == f"/systems/suppliers/nec/{page}?group=no"
    assert client.get(old)["Location"] == f"/systems/suppliers/nec/{page}"
    text = words(client.get("/systems/suppliers/nec/"))
    assert "formerly Northgate Public Services (UK)" in text


@pytest.mark.parametrize("page", ["", "failure/"])
def test_a_name_that_nobody_has_is_not_found(client: Client, page: str) -> None:
    factories.supplier_alias("Northgate")
    assert client.get(f"/systems/suppliers/atlantis/{page}").status_code == 404


def test_former_names_stand_before_other_names(client: Client) -> None:
    nec = factories.supplier("NEC")
    for name, kind in (("A", "also_known_as"), ("Z", "former_name"), ("B", "also_known_as")):
        factories.supplier_alias(name, nec, kind=kind)
    assert "formerly Z; also known as A, B" in words(client.get("/systems/suppliers/nec/"))
