"""What LOTI staff see when they edit boroughs and returns."""

from typing import Any

import pytest
from django.test import Client

from boroughs.models import Borough, Return
from tests import factories
from tests.staff import PROVENANCE, address, errors, post_change, rows, signed_in

pytestmark = pytest.mark.django_db

RETURN = PROVENANCE | {"subject": "skills", "received_on": "30/09/2026"}


@pytest.fixture
def staff(client: Client) -> Client:
    return signed_in(client)


def _form(borough: Borough, **fields: Any) -> dict[str, Any]:
    """A borough as its form posts it."""
    names = ("name", "official_name", "slug", "code", "gss_code", "kind")
    original = {name: getattr(borough, name) for name in names}
    return original | rows("returns") | fields


def test_a_return_is_recorded_on_its_borough(staff: Client) -> None:
    borough = factories.borough()
    form = _form(borough, **rows("returns", RETURN))
    response = post_change(staff, borough, form)

    assert response.status_code == 302
    assert Return.objects.get().borough == borough


def test_the_same_return_twice_is_refused(staff: Client) -> None:
    borough = factories.returned(subject="skills").borough
    response = staff.post(address(Return, "add"), RETURN | {"borough": borough.pk})

    assert errors(response) == "This borough's return of that day is already recorded."


def test_the_same_return_twice_in_one_form_is_refused(staff: Client) -> None:
    borough = factories.borough()
    form = _form(borough, **rows("returns", RETURN, RETURN))
    response = post_change(staff, borough, form)

    assert "Please correct the duplicate data" in errors(response)


def test_a_population_needs_its_year(staff: Client) -> None:
    borough = factories.borough()
    response = post_change(staff, borough, _form(borough, population="250000"))

    assert errors(response) == "Say of which year the population is."


def test_two_boroughs_never_share_a_tile(staff: Client) -> None:
    factories.borough(tile_row=1, tile_column=2)
    borough = factories.borough()
    form = _form(borough, tile_row=1, tile_column=2)

    assert "already exists" in errors(post_change(staff, borough, form))


def test_a_borough_with_facts_is_protected(staff: Client) -> None:
    borough = factories.system().borough
    response = staff.post(address(Borough, "delete", borough.pk), {"post": "yes"})

    assert "Cannot delete borough" in response.content.decode()
