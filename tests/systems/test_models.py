"""What the database refuses about systems, products and suppliers, and counts that stay right."""

from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError

from boroughs.models import Borough
from systems.models import Ownership, System, read_ownerships
from tests import factories

pytestmark = pytest.mark.django_db

REFUSED: list[tuple[str, dict[str, Any]]] = [
    ("satisfaction_is_one_to_five_or_not_known", {"satisfaction": 0}),
    ("satisfaction_is_one_to_five_or_not_known", {"satisfaction": 6}),
    ("a_system_has_known_choices", {"hosting": "moon"}),
    ("a_system_has_known_choices", {"status": "asleep"}),
    ("a_system_has_known_choices", {"intention": "hope"}),
    ("system_has_a_known_kind_of_source", {"source_kind": "rumour"}),
    ("system_has_a_known_confidence", {"confidence": "sure"}),
    ("system_says_as_of_when", {"as_of": ""}),
    ("system_names_its_source", {"source_kind": "press"}),
]


@pytest.mark.parametrize(("name", "fields"), REFUSED)
def test_the_database_refuses_a_system_that_makes_no_sense(
    name: str, fields: dict[str, Any]
) -> None:
    with pytest.raises(IntegrityError, match=name):
        factories.system(**fields)


@pytest.mark.parametrize("kind", ["return", "illustrative"])
def test_a_return_needs_no_address(kind: str) -> None:
    assert factories.system(source_kind=kind).pk


def test_a_borough_uses_a_product_for_a_function_once() -> None:
    system = factories.system()
    with pytest.raises(IntegrityError, match="a_borough_uses_a_product_for_a_function_once"):
        factories.system(borough=system.borough, product=system.product, function=system.function)


def test_a_supplier_is_recorded_once_whatever_its_case() -> None:
    factories.supplier("Civica")
    with pytest.raises(IntegrityError, match="a_supplier_is_recorded_once_whatever_its_case"):
        factories.supplier("CIVICA", slug="other")


def test_a_product_is_recorded_once_whatever_its_case() -> None:
    factories.product("Mosaic")
    with pytest.raises(IntegrityError, match="a_product_is_recorded_once_whatever_its_case"):
        factories.product("mosaic", slug="other")


def test_a_company_number_names_one_supplier_and_many_have_none() -> None:
    factories.supplier()
    factories.supplier(company_number="01234567")
    with pytest.raises(IntegrityError, match="a_company_number_names_one_supplier"):
        factories.supplier(company_number="01234567")


def test_an_alias_names_one_supplier() -> None:
    factories.supplier_alias("Northgate")
    with pytest.raises(IntegrityError, match="an_alias_names_one_supplier"):
        factories.supplier_alias("NORTHGATE")


def test_a_product_alias_is_recorded_once_but_may_be_another_products_too() -> None:
    alias = factories.product_alias("Old")
    factories.product_alias("Old")
    with pytest.raises(IntegrityError, match="a_product_alias_is_recorded_once"):
        factories.product_alias("OLD", alias.product)


def test_an_ownership_is_recorded_once() -> None:
    supplier, two = factories.supplier(), factories.supplier()
    factories.ownership(supplier, two, since="2019")
    with pytest.raises(IntegrityError, match="an_ownership_is_recorded_once"):
        factories.ownership(supplier, two, since="2019")


def test_no_supplier_owns_itself() -> None:
    supplier = factories.supplier()
    with pytest.raises(ValidationError, match="A supplier cannot own itself"):
        Ownership(supplier=supplier, owner=supplier).clean()
    with pytest.raises(IntegrityError, match="no_supplier_owns_itself"):
        factories.ownership(supplier, supplier)


@pytest.mark.parametrize(
    ("sinces", "latest"),
    [(["2015", "2019-05"], 1), (["2019-05", "2015"], 0), (["2019", ""], 0), (["", ""], 1)],
)
def test_the_latest_owner_counts_and_one_without_a_date_is_oldest(
    sinces: list[str], latest: int
) -> None:
    small = factories.supplier()
    steps = [factories.ownership(small, factories.supplier(), since=since) for since in sinces]
    assert read_ownerships().chain(small.pk) == [steps[latest]]


def test_what_is_in_use_leaves_out_retired_and_planned() -> None:
    statuses = ["", "live", "implementing", "retiring", "retired", "planned"]
    for status in statuses:
        factories.system(status=status)
    used = System.objects.in_use().order_by("pk").values_list("status", flat=True)
    assert list(used) == statuses[:4]


def test_borough_count_is_of_the_33_and_each_once() -> None:
    borough = factories.borough()
    factories.system(borough=borough)
    factories.system(borough=borough)
    factories.system(borough=factories.borough(kind=Borough.Kind.REGIONAL))
    factories.system(borough=factories.borough(kind=Borough.Kind.CITY))
    assert System.objects.borough_count() == 2
