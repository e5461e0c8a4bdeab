"""With the demonstration loaded, every address outside of it answers as without."""

from typing import Any

import pytest
from django.core.management import call_command
from django.test import Client

from boroughs.models import Borough
from skills.models import Skill
from systems.models import Function, Product, Supplier
from tests import factories
from tests.crawl import answer, crawl, differences
from tests.estate import published, small_london

pytestmark = pytest.mark.django_db

MORE = (
    "/systems/systems.xlsx", "/systems/systems.json", "/contracts/contracts.ics",
    "/contracts/contracts.atom", "/contracts/contracts.ocds.json", "/changes/changes.csv",
    "/changes/changes.atom", "/research/report.json", "/research/research.atom",
    "/data/openapi.json", "/search/?q=housing", "/search/?q=sham", "/systems/?sort=-product",
)  # fmt: skip
"""Addresses that few pages link to, or none."""


def follow(link: str) -> bool:
    """Evidence alone, and lists without a filter: of these there are tens of thousands."""
    outside = ("/demo", "/admin", "/static", "/data/citytools.zip", "/research/report.pdf")
    return link.startswith("/") and not link.startswith(outside) and "?" not in link


def answers(client: Client) -> dict[str, str]:
    return crawl(client, "/", follow) | {address: answer(client, address) for address in MORE}


def invent() -> set[str]:
    """An invention of each kind about what is there; their names."""
    kind: dict[str, Any] = {"source_kind": "illustrative"}
    borough, function = Borough.objects.all()[0], Function.objects.all()[0]
    skill = Skill.objects.all()[0]
    maker = factories.supplier("Shamco", illustrative=True)
    product = factories.product(
        "Sham housing", illustrative=True, manufacturer=maker, functions=[function]
    )
    factories.product_alias("Hoax", product)
    factories.supplier_alias("Hoaxco", maker)
    factories.ownership(maker, factories.supplier("Shamgroup", illustrative=True))
    system = factories.system(borough=borough, product=product, function=function, **kind)
    framework = factories.framework("Shamwork", illustrative=True)
    factories.contract(
        title="Shamtract", lead=borough, supplier=maker, systems=[system], framework=framework,
        ends_on="2027-12-31", annual_value=1000, **kind,
    )  # fmt: skip
    other = Borough.objects.exclude(skill_levels__skill=skill)[0]
    factories.past_level(factories.skill_level(borough=other, skill=skill, **kind), **kind)
    factories.returned(borough, received_on="2026-11-01", **kind)
    return {"Sham", "Hoax"}


def test_a_small_london_answers_the_same_with_inventions_as_without(client: Client) -> None:
    small_london(rows=8)
    published()
    before = answers(client)
    names = invent()
    after = {address: answer(client, address) for address in before}
    assert differences(before, after) == []
    assert len(before) > 150
    assert leaks(names, after) == []
    assert "Shamtract" in answer(client, "/demo/contracts/")


@pytest.mark.drill
def test_the_evidence_answers_the_same_with_the_demonstration_as_without(client: Client) -> None:
    call_command("load", demo="no", verbosity=0)
    call_command("record_metrics", verbosity=0)
    before = answers(client)
    call_command("load", demo="yes", verbosity=0)
    call_command("record_metrics", verbosity=0)
    after = {address: answer(client, address) for address in before}
    assert differences(before, after) == []
    kinds: list[Any] = [Product, Supplier]
    invented = [model.objects.filter(illustrative=True) for model in kinds]
    assert (
        leaks({name for rows in invented for name in rows.values_list("name", flat=True)}, after)
        == []
    )


def leaks(names: set[str], texts: dict[str, str]) -> list[str]:
    """Where a name stands; what was asked for by its name, the box repeats."""
    return [
        f"{name}: {address}"
        for address, text in texts.items()
        for name in names
        if name in text and name.lower() not in address.lower()
    ]
