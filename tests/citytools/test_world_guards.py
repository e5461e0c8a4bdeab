"""No record of one world rests on a record of the other, whichever way it is written."""

from collections.abc import Callable
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, connection, transaction

from contracts.models import Contract
from systems.models import Product, System
from tests import factories

pytestmark = pytest.mark.django_db

INVENTED: dict[str, Any] = {"source_kind": "illustrative"}


def sham(**fields: Any) -> Product:
    return factories.product(illustrative=True, **{"manufacturer": None} | fields)


def shamco() -> Any:
    return factories.supplier(illustrative=True)


def mixed_ownership() -> None:
    factories.ownership(factories.supplier(), shamco())


def mixed_case_study() -> None:
    factories.case_study().products.add(sham())


def mixed_contract_system() -> None:
    contract = factories.contract(supplier=None)
    invented = factories.system(product=sham(), **INVENTED)
    contract.systems.add(invented)


def product_that_turns() -> None:
    system = factories.system()
    Product.objects.filter(pk=system.product.pk).update(illustrative=True, manufacturer=None)


def system_that_turns() -> None:
    contract = factories.contract(systems=[system := factories.system()], supplier=None)
    product = sham()
    assert contract.pk
    System.objects.filter(pk=system.pk).update(product=product, **INVENTED)


@pytest.mark.parametrize(
    "write",
    [
        lambda: factories.system(product=sham()),
        lambda: factories.system(product=factories.product(), **INVENTED),
        lambda: factories.product(manufacturer=shamco()),
        lambda: sham(manufacturer=factories.supplier()),
        lambda: factories.contract(supplier=shamco()),
        lambda: factories.contract(supplier=None, framework=factories.framework(), **INVENTED),
        mixed_ownership,
        mixed_case_study,
        mixed_contract_system,
        product_that_turns,
        system_that_turns,
    ],
)
def test_a_row_that_mixes_the_worlds_is_refused(write: Callable[[], object]) -> None:
    with pytest.raises(IntegrityError, match="cannot rest on an invented one"):
        _write_and_check(write)


@pytest.mark.parametrize(
    "write",
    [
        lambda: factories.system(product=sham(), **INVENTED),
        lambda: sham(functions=[factories.function()]),
        lambda: factories.contract(
            supplier=None,
            partners=[factories.borough()],
            functions=[factories.function()],
            **INVENTED,
        ),
        lambda: factories.product_alias("Hoax", sham()),
    ],
)
def test_an_invention_may_rest_on_boroughs_and_functions(write: Callable[[], object]) -> None:
    _write_and_check(write)


def test_both_ends_may_turn_in_one_transaction() -> None:
    system = factories.system(product=sham(), **INVENTED)

    def turn() -> None:
        System.objects.filter(pk=system.pk).update(source_kind="return")
        Product.objects.filter(pk=system.product.pk).update(illustrative=False)

    _write_and_check(turn)


def _write_and_check(write: Callable[[], object]) -> None:
    with transaction.atomic():
        write()
        with connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
            cursor.execute("SET CONSTRAINTS ALL DEFERRED")


def test_a_form_says_it_beside_the_field() -> None:
    system = factories.system(product=factories.product("Real"))
    system.product = sham(name="Sham")
    with pytest.raises(ValidationError) as refusal:
        system.clean()
    assert refusal.value.message_dict == {
        "product": ["“Sham” is invented for demonstration: what is real cannot rest on it."]
    }


def test_a_contract_without_a_supplier_rests_on_nothing() -> None:
    Contract(title="One", source_kind="return").clean()
