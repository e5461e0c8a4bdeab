"""If a supplier failed: who would lose what, what else there is, and who could help."""

import datetime
from typing import Any

import pytest
from django.core.management import call_command
from django.db import connection
from django.test import Client

from boroughs.models import Borough
from citytools.facts import dates
from skills.models import Skill
from systems.models import Function, Product, Supplier
from systems.suppliers import market, page
from systems.suppliers.failure import SupplierFailure
from systems.suppliers.page import SKILLS_FOR_A_MOVE
from tests import factories
from tests.pages import read, words

pytestmark = pytest.mark.django_db
PAGE = "/systems/suppliers/maker/failure/"


@pytest.fixture(autouse=True)
def _today(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dates, "today", lambda: datetime.date(2026, 11, 30))


@pytest.fixture
def maker() -> Supplier:
    return factories.supplier("Maker")


@pytest.fixture
def mosaic(maker: Supplier) -> Product:
    return factories.product("Mosaic", manufacturer=maker)


@pytest.fixture
def rents() -> Function:
    return factories.function("Rents")


def run(borough: str, product: Product, function: Function, **fields: Any) -> None:
    body = Borough.objects.filter(name=borough).first() or factories.borough(borough)
    factories.system(borough=body, product=product, function=function, **fields)


def test_boroughs_stand_by_name_with_what_they_would_lose(
    client: Client, mosaic: Product, rents: Function
) -> None:
    repairs, other = factories.function("Repairs"), factories.product("Other")
    for borough, function in (("Sutton", rents), ("Sutton", repairs), ("Brent", repairs)):
        run(borough, mosaic, function, users=100)
    run("Brent", other, repairs)
    run("Ealing", other, rents)
    factories.returned(factories.borough("Camden"))
    text = words(client.get(PAGE))
    assert "2 of 33 boroughs would lose what they run for 2 functions: 3 systems in use." in text
    assert "Brent 1 Repairs: Mosaic (also runs Other) 100" in text
    assert "Sutton 2 Rents: MosaicRepairs: Mosaic 200" in text
    assert text.index("Brent 1 ") < text.index("Sutton 2 ")
    assert "For 1 of 33 it is not known: Ealing. On systems, 1 of 33 boroughs reporting" in text
    assert "As at 30 November 2026." in text


def test_users_say_for_how_many_systems_they_are_known(
    client: Client, mosaic: Product, rents: Function
) -> None:
    run("Brent", mosaic, rents, users=1200)
    run("Brent", mosaic, factories.function())
    run("Camden", mosaic, rents)
    run("Ealing", mosaic, rents, users=0)
    text = words(client.get(PAGE))
    assert "Named users: 1,200, known for 2 of 4; who uses two systems counts in both." in text
    assert "1,200 for 1 of 2" in text
    assert "Rents: Mosaic not known" in text
    assert "Rents: Mosaic 0" in text


def test_a_supplier_of_which_nothing_is_known(client: Client, maker: Supplier) -> None:
    factories.borough("Camden")
    text = words(client.get(PAGE))
    for line in (
        "No borough is known to run its products.",
        "For 1 of 33 it is not known: Camden.",
        "No function is known that would need a successor.",
        "No contract is recorded.",
        "None of the skills that a move takes is recorded yet.",
        "Rules used",
    ):
        assert line in text


def test_other_groups_products_are_named_with_somebody_to_ring(
    client: Client, mosaic: Product, rents: Function
) -> None:
    other = factories.product("Orchard", manufacturer=factories.supplier("Other"))
    unknown = factories.product("Nobodys", manufacturer=None)
    for borough in ("Brent", "Camden"):
        run(borough, mosaic, rents)
    for borough in ("Brent", "Ealing", "Sutton"):
        run(borough, other, rents)
    run("Harrow", unknown, rents)
    run("Harrow", factories.product("Elsewhere"), factories.function())
    run("Harrow", factories.product("Gone"), rents, status="retired")
    text = words(client.get(PAGE))
    assert "2 of 5: Brent, Camden" in text
    assert "Orchard (Other; 3 boroughs) Ring Ealing" in text
    assert "Nobodys (maker not known; 1 borough) Ring Harrow" in text
    assert "Elsewhere" not in text
    assert "Gone" not in text


def test_who_would_lose_it_too_is_rung_only_where_nobody_else_runs_it(
    client: Client, mosaic: Product, rents: Function
) -> None:
    run("Brent", mosaic, rents)
    run("Brent", factories.product("Orchard"), rents)
    assert "1 borough) Ring Brent" in words(client.get(PAGE))


def test_no_product_of_the_same_last_owner_is_an_alternative(
    client: Client, maker: Supplier, mosaic: Product, rents: Function
) -> None:
    owner, sister = factories.supplier("Owner"), factories.supplier("Sister")
    factories.ownership(maker, owner)
    factories.ownership(sister, owner)
    run("Brent", mosaic, rents)
    for name, by in (("Parent", owner), ("Sibling", sister)):
        run("Ealing", factories.product(name, manufacturer=by), rents)
    text = words(client.get(PAGE))
    assert "Rents" in text
    assert "none known" in text
    assert "Sibling" not in text
    assert "Maker belongs to Owner." in text


def test_a_group_fails_together_unless_asked_otherwise(
    client: Client, maker: Supplier, mosaic: Product, rents: Function
) -> None:
    owned = factories.supplier("Owned")
    factories.ownership(owned, maker)
    run("Brent", factories.product("Theirs", manufacturer=owned), rents)
    text = words(client.get(PAGE))
    assert "If Maker failed with the company it owns today: Owned" in text
    assert "Brent 1 Rents: Theirs" in text
    text = words(client.get(PAGE, {"group": "no"}))
    assert "No borough is known to run its products." in text


def test_only_the_most_widely_run_alternatives_are_shown(
    client: Client, mosaic: Product, rents: Function
) -> None:
    run("Brent", mosaic, rents)
    for number in range(6):
        run(f"Borough {number}", factories.product(f"Product {number}"), rents)
    run("Camden", Product.objects.get(name="Product 5"), rents)
    text = words(client.get(PAGE))
    assert text.index("Product 5 (") < text.index("Product 0 (")
    assert "Product 3 (" not in text
    assert "and 2 more" in text


def test_contracts_at_stake_are_those_with_it_or_for_its_products_that_run(
    client: Client, maker: Supplier, mosaic: Product, rents: Function
) -> None:
    run("Brent", mosaic, rents)
    system, brent = mosaic.systems.get(), Borough.objects.get(name="Brent")
    late: dict[str, Any] = {"ends_on": "2030-03-31", "notice_months": 6, "annual_value": 100}
    factories.contract(title="Late", lead=brent, supplier=maker, systems=[system], **late)
    soon: dict[str, Any] = {"ends_on": "2027-03-31", "annual_value": 20, "rolling": False}
    reseller = factories.supplier("Reseller")
    factories.contract(title="Soon", lead=brent, supplier=reseller, systems=[system], **soon)
    factories.contract(title="Ended", supplier=maker, ends_on="2020")
    factories.contract(title="Not theirs", functions=[rents])
    text = words(client.get(PAGE))
    assert "2 contracts recorded, running today as far as known. Yearly value: £120" in text
    assert "Soon Brent Reseller 31 Mar 2027 31 Mar 2026 to 31 Dec 2026assumed £20" in text
    assert "Late Brent Maker 31 Mar 2030 30 Sep 2029in 2 years; end less 6 months £100" in text
    assert text.index("Soon Brent") < text.index("Late Brent")
    assert "Ended" not in text
    assert "Not theirs" not in text


def test_who_would_teach_what_a_move_takes(client: Client, maker: Supplier) -> None:
    skill = factories.skill("Technology procurement")
    levels = [("Brent", 4, True), ("Camden", 3, True), ("Ealing", 4, None), ("Sutton", 2, True)]
    for name, level, teaches in levels:
        body = factories.borough(name)
        factories.skill_level(skill=skill, borough=body, level=level, can_teach=teaches)
    region = factories.borough("GLA", kind="regional", inner_or_outer="")
    factories.skill_level(skill=skill, borough=region, level=4, can_teach=True)
    factories.skill_level(level=4, can_teach=True)
    text = words(client.get(PAGE))
    assert "Brent (expert), Camden (practitioner) 1 4 of 33" in text
    assert "to buy a successor in a hurry and lawfully" in text
    assert "GLA" not in text


@pytest.mark.parametrize(
    ("query", "reason"),
    [
        ({"by": "value"}, "“by” is not understood here."),
        ({"group": "perhaps"}, "“perhaps”: write yes or no."),
        ({"illustrative": "\x00"}, "is not understood here."),
    ],
)
def test_what_is_not_understood_is_named(
    client: Client, maker: Supplier, query: dict[str, str], reason: str
) -> None:
    response = client.get(PAGE, query)
    assert response.status_code == 400
    assert reason in words(response)
    assert "Rules used" in words(response)


def test_the_page_leads_back_with_the_same_choice(client: Client, maker: Supplier) -> None:
    links = read(client.get(PAGE, {"group": "no"})).links
    assert "/systems/suppliers/maker/?group=no" in links


LOSSES = """
SELECT b.id, count(DISTINCT s.function_id), count(*), sum(s.users)
FROM systems_system s JOIN boroughs_borough b ON b.id = s.borough_id AND b.kind <> 'regional'
JOIN systems_product p ON p.id = s.product_id
WHERE p.manufacturer_id = ANY(%s) AND s.status NOT IN ('retired', 'planned')
    AND NOT (s.as_of > '' AND s.as_of < '2020' AND s.confirmed_on IS NULL) GROUP BY b.id
"""
ALTERNATIVES = """
SELECT s.function_id, count(DISTINCT s.product_id) FROM systems_system s
JOIN boroughs_borough b ON b.id = s.borough_id AND b.kind <> 'regional'
JOIN systems_product p ON p.id = s.product_id
WHERE s.status NOT IN ('retired', 'planned')
    AND NOT (s.as_of > '' AND s.as_of < '2020' AND s.confirmed_on IS NULL)
    AND (p.manufacturer_id <> ALL(%s) OR p.manufacturer_id IS NULL)
    AND s.function_id = ANY(%s) GROUP BY s.function_id
"""


def by_sql(query: str, *parameters: Any) -> set[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(query, parameters)
        return set(cursor.fetchall())


def test_sql_agrees_on_the_data_that_run_loads(client: Client) -> None:
    call_command("load", verbosity=0)
    slugs = ["civica", "nec-software-solutions-uk", "wouldbury-technologies-invented", "idox"]
    for slug in slugs:
        group = market.supplier_group(Supplier.objects.get(slug=slug), None)
        failure = SupplierFailure(group, page.read_estate(group.keys))
        losses = {
            (loss.borough.pk, len(loss.parts), len(loss.users.systems), loss.users.total)
            for loss in failure.losses
        }
        assert losses == by_sql(LOSSES, list(group.keys))
        functions = [exposed.use.function.pk for exposed in failure.exposed]
        choices = {
            (exposed.use.function.pk, len(exposed.replacements) + exposed.more)
            for exposed in failure.exposed
            if exposed.replacements
        }
        assert choices == by_sql(ALTERNATIVES, list(group.keys), functions)
        assert losses
    assert set(SKILLS_FOR_A_MOVE) == set(
        Skill.objects.filter(slug__in=SKILLS_FOR_A_MOVE).values_list("slug", flat=True)
    ), "a skill that a move takes is not among those recorded"
    for slug in ("aareon-uk", "the-access-group"):
        assert client.get(f"/systems/suppliers/{slug}/failure/").status_code == 200
