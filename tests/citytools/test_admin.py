"""The admin as a whole: who gets in, what is there, and that lists do not ask row by row."""

from typing import Any

import pytest
from django.apps import apps
from django.contrib import admin
from django.contrib.auth.models import Group, User
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from pytest_django import DjangoAssertNumQueries

from research.models import MetricValue
from systems.models import System
from tests import factories
from tests.records import MAKERS
from tests.staff import address, signed_in

pytestmark = pytest.mark.django_db

IDS = [model.__name__ for model in MAKERS]


def _ours() -> set[Any]:
    labels = ("boroughs", "systems", "contracts", "skills", "research")
    return {
        model
        for label in labels
        for model in apps.get_app_config(label).get_models()
        if not model._meta.proxy and not hasattr(model, "pgh_tracked_model")
    } - {MetricValue}  # only a command writes it, and it has no history


def test_every_kind_of_record_can_be_edited() -> None:
    assert _ours() <= set(admin.site._registry)
    assert _ours() == set(MAKERS)


@pytest.mark.parametrize("model", MAKERS, ids=IDS)
def test_every_page_of_a_kind_opens_for_staff(client: Client, model: Any) -> None:
    MAKERS[model]()
    signed_in(client)
    record = model.objects.first()
    pages = [address(model, page) for page in ("changelist", "add", "deleted")]
    pages += [address(model, page, record.pk) for page in ("change", "delete", "history")]

    assert {page: client.get(page).status_code for page in pages} == dict.fromkeys(pages, 200)


@pytest.mark.parametrize("model", MAKERS, ids=IDS)
def test_twenty_rows_take_as_many_queries_as_two(client: Client, model: Any) -> None:
    signed_in(client)
    two = _queries_of_list(client, model, rows=2)
    twenty = _queries_of_list(client, model, rows=20)

    assert twenty == two <= 12


def _queries_of_list(client: Client, model: Any, rows: int) -> int:
    while model.objects.count() < rows:
        MAKERS[model]()
    with CaptureQueriesContext(connection) as queries:
        assert client.get(address(model, "changelist")).status_code == 200
    return len(queries)


def test_suggestions_take_four_queries_whatever_their_number(
    client: Client, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    signed_in(client)
    for _ in range(20):
        factories.system()
    query = {"app_label": "contracts", "model_name": "contractsystem", "field_name": "system"}

    with django_assert_num_queries(6):
        answer = client.get("/admin/autocomplete/", query | {"term": "Product"}).json()
    assert len(answer["results"]) == 20


def test_staff_may_look_at_history_but_not_write_it() -> None:
    codes = set(Group.objects.get(name="LOTI staff").permissions.values_list("codename", flat=True))

    assert {"add_contract", "change_contract", "delete_contract", "view_contract"} <= codes
    assert {code for code in codes if code.endswith("_contractevent")} == {"view_contractevent"}


def test_an_account_without_permissions_sees_no_history(client: Client) -> None:
    system = factories.system()
    client.force_login(User.objects.create_user("guest", is_staff=True))

    assert client.get(address(System, "history", system.pk)).status_code == 403
    assert client.get(address(System, "deleted")).status_code == 403


def test_a_visitor_is_asked_to_sign_in(client: Client) -> None:
    response = client.get("/admin/")

    assert response.status_code == 302
    assert response["Location"].startswith("/admin/login/")


def test_the_admin_says_whose_it_is_and_leads_back_to_the_site(client: Client) -> None:
    page = signed_in(client).get("/admin/").content.decode()

    assert "City Tools: LOTI staff" in page
    assert '<a href="/">View site</a>' in page
