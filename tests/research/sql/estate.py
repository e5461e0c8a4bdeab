"""A random London in which every metric has something to measure."""

import random
from collections.abc import Sequence
from typing import Any

from django.db.models import QuerySet

from boroughs.models import Borough, Subject
from contracts.models import Contract
from research.metrics.compute_suppliers import COMPETITIVE
from skills.models import SkillLevel
from systems.models import Function, Product, ServiceArea, Supplier, System
from tests import factories
from tests.estate import small_london

_FUNCTIONS = (
    "committee-management", "electoral-management", "library-management",
    "planning-public-register", "adults-case-management", "childrens-case-management",
)  # fmt: skip


_CONFIRMED = (None, "2025-11-24", "2025-11-25", "2026-11-25", "2026-11-26")


def any_london(seed: int) -> None:
    """The small London, with the slugs that metrics look for and values of every kind."""
    dice = random.Random(seed)
    small_london(seed, rows=dice.choice([20, 60, 120]))
    _rename(Function.objects.order_by("pk"), _FUNCTIONS)
    _rename(Product.objects.order_by("pk"), ("modern-gov", "xpress"))
    makers = Product.objects.exclude(manufacturer=None).values("manufacturer")
    _rename(Supplier.objects.filter(pk__in=makers).order_by("pk"), ("sirsidynix", "idox"))
    _rename(ServiceArea.objects.order_by("pk"), ("housing",))
    later: dict[str, Any] = {"received_on": "2026-10-01", "source_kind": "illustrative"}
    for borough in Borough.objects.order_by("pk")[2:5]:
        for subject in Subject:
            factories.returned(borough, subject=subject, **later)
    _spread_values(dice)
    products = [*Product.objects.filter(slug__in=["modern-gov", "xpress"]).order_by("pk")]
    products += [
        factories.product(manufacturer=supplier)
        for supplier in Supplier.objects.filter(slug__in=["sirsidynix", "idox"]).order_by("-pk")
    ]
    _some_of_each(dice, "return", products)
    _some_of_each(dice, "illustrative", [factories.product(illustrative=True) for _ in range(3)])


def _some_of_each(dice: random.Random, kind: str, products: list[Product]) -> None:
    """What chance might leave out: each job by a product asked for, late contracts."""
    lead, *partners = Borough.objects.london().order_by("pk")
    for function in Function.objects.filter(slug__in=_FUNCTIONS).order_by("pk"):
        for product in products:
            body = factories.borough() if dice.random() < 0.2 else dice.choice(partners)
            place = {"borough": body, "product": product, "function": function}
            if not System.objects.filter(**place).exists():
                factories.system(**place, source_kind=kind)
    for number, body in enumerate(partners[:4]):
        for _ in range(number):
            factories.system(borough=body, satisfaction=number + 1, source_kind=kind)
    for number, function in enumerate(Function.objects.filter(slug__in=_FUNCTIONS).order_by("pk")):
        for score in range(1 + number % 3, 4 + number % 3):  # from three scores on they are a case
            rated = {"borough": dice.choice(partners), "function": function, "satisfaction": score}
            factories.system(**rated, source_kind=kind)
    housing = Function.objects.filter(service_area__slug="housing").order_by("pk")[:1]
    factories.contract(
        lead=lead, ends_on="2027-03-31", notice_months=6, functions=housing, source_kind=kind,
        route=COMPETITIVE[0], annual_value=700, total_value=2100,
    )  # fmt: skip


def _rename(rows: QuerySet[Any], slugs: Sequence[str]) -> None:
    for row, slug in zip(rows, slugs, strict=False):
        row.slug = slug
        row.save()


def _spread_values(dice: random.Random) -> None:
    suppliers = list(Supplier.objects.order_by("pk"))[:14]
    for contract in Contract.objects.order_by("pk"):
        contract.total_value = dice.choice([None, 0, 5000, 5000, 123456])
        contract.supplier = dice.choice([None, *suppliers])
        contract.route = dice.choice(["", *COMPETITIVE, "direct_award"])
        contract.starts_on = dice.choice(["", "2015", "2024-05", "2026-12-01"])
        contract.stage = dice.choice(["", "", "awarded", "planned"])
        contract.includes_services = dice.random() < 0.2
        contract.as_of = dice.choice(["2019", "2026-02", "2026-11-26"])
        contract.save()
    for facts in (System.objects, SkillLevel.objects, Contract.objects):
        for fact in facts.order_by("pk"):
            fact.confirmed_on = dice.choice(_CONFIRMED)
            fact.save()
    # A third of the systems that somebody saw rest on sources without a day
    seen = System.objects.exclude(source_kind="illustrative").order_by("pk")
    for system in seen:
        if dice.random() < 1 / 3:
            undated = {"as_of": "", "read_on": "2026-11-27", "confidence": "medium"}
            System.objects.filter(pk=system.pk).update(**undated)
