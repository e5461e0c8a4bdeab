"""A question that the database cannot answer in time ends, and the answer says what to narrow."""

import logging
import threading
from typing import IO, Any

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.db import connection
from django.test import Client
from pytest_django import Settings

from boroughs import views as boroughs
from citytools.env import read_seconds
from citytools.exports.tables import QueryTable
from citytools.history import data_version
from citytools.pages import home
from tests import factories
from tests.pages import read, text_of, words

pytestmark = pytest.mark.django_db


def bound() -> str:
    with connection.cursor() as cursor:
        cursor.execute("SHOW statement_timeout")
        return str(cursor.fetchone()[0])


def sleep(*_: object) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_sleep(20)")


@pytest.fixture
def slow_map(monkeypatch: pytest.MonkeyPatch, settings: Settings) -> None:
    settings.STATEMENT_SECONDS = 0.1
    monkeypatch.setattr(boroughs, "tile_map", sleep)


@pytest.mark.usefixtures("slow_map")
def test_a_page_that_takes_too_long_says_what_to_narrow(client: Client) -> None:
    response = client.get("/boroughs/?measure=skills")
    assert response.status_code == 503
    said = words(response)
    assert "That took too long" in said
    assert "choose a borough, a service area or a supplier" in said
    assert "0.1 seconds" in said
    assert "/boroughs/" in read(response).links
    assert "default-src 'self'" in response["Content-Security-Policy"]


@pytest.mark.usefixtures("slow_map")
def test_a_page_without_filters_offers_no_link_to_itself(client: Client) -> None:
    assert "without any filter" not in text_of(client.get("/boroughs/"))


@pytest.mark.usefixtures("slow_map")
def test_what_took_too_long_is_logged_with_its_address(
    client: Client, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.WARNING, logger="citytools.http.outages"):
        client.get("/boroughs/?measure=skills")
    assert "Stopped after 0.1 s: /boroughs/?measure=skills" in caplog.text


@pytest.mark.parametrize("address", ["/about/", "/systems/systems.csv"])
def test_the_version_that_takes_too_long_is_no_other_fault(
    client: Client, monkeypatch: pytest.MonkeyPatch, settings: Settings, address: str
) -> None:
    settings.STATEMENT_SECONDS = 0.1
    monkeypatch.setattr(data_version, "_data_changes", sleep)
    response = client.get(address)
    assert response.status_code == 503
    assert "default-src 'self'" in response["Content-Security-Policy"]
    remedy = "choose a borough, a service area or a supplier"
    assert remedy in (text_of(response) if "." in address else words(response))


def test_a_file_that_takes_too_long_says_so_in_plain_text(
    client: Client, monkeypatch: pytest.MonkeyPatch, settings: Settings
) -> None:
    def slow(_: QueryTable, file: IO[bytes]) -> None:
        with connection.cursor() as cursor:
            cursor.copy_expert("COPY (SELECT pg_sleep(20)) TO STDOUT", file)

    settings.STATEMENT_SECONDS = 0.1
    monkeypatch.setattr(QueryTable, "write", slow)
    response = client.get("/systems/systems.csv?hosting=saas")
    assert response.status_code == 503
    assert response["Content-Type"] == "text/plain; charset=utf-8"
    assert text_of(response).startswith("This file was not made.")
    assert "shorter span of dates" in text_of(response)


def test_a_real_list_over_the_bound_is_stopped(client: Client, settings: Settings) -> None:
    settings.STATEMENT_SECONDS = 0.1
    factories.system()
    with connection.cursor() as cursor:
        # The view that visitors read, whether or not an earlier test brought it into being
        cursor.execute(
            "CREATE SCHEMA IF NOT EXISTS evidence; "
            "CREATE OR REPLACE VIEW evidence.systems_system AS "
            "SELECT shown.* FROM public.systems_system AS shown, pg_sleep(20)"
        )
    assert client.get("/systems/").status_code == 503


def test_another_fault_of_the_database_is_still_a_fault(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> None:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1/0")

    monkeypatch.setattr(home, "overview_figures", broken)
    client.raise_request_exception = False
    assert client.get("/").status_code == 500


def test_the_bound_holds_within_a_request_alone(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[str] = []

    def looking(*_: object) -> list[object]:
        seen.append(bound())
        return []

    monkeypatch.setattr(home, "overview_figures", looking)
    client.get("/about/")
    assert bound() == "0"
    client.get("/")
    assert seen == ["10s"]
    assert bound() == "0"


def test_a_connection_made_for_a_request_keeps_the_bound() -> None:
    seen: list[Any] = []

    def serve() -> None:
        try:
            seen.append(bound())
            connection.close()
            Client().get("/healthz")
            seen.append(connection.connection)
            Client().get("/accessibility/")
            seen.append(bound())
            Client().get("/accessibility/")
            seen.append(bound())
        finally:
            connection.close()

    thread = threading.Thread(target=serve)
    thread.start()
    thread.join()
    assert seen == ["0", None, "10s", "10s"]


def test_the_bound_costs_no_query(client: Client, django_assert_num_queries: Any) -> None:
    with django_assert_num_queries(0):
        client.get("/healthz")


@pytest.mark.parametrize("text", ["soon", "0", "-1", "601", "nan"])
def test_a_bound_that_is_no_span_stops_the_start(
    monkeypatch: pytest.MonkeyPatch, text: str
) -> None:
    monkeypatch.setenv("STATEMENT_SECONDS", text)
    with pytest.raises(ImproperlyConfigured, match=r"write seconds from 0\.1 to 600"):
        read_seconds("STATEMENT_SECONDS", "10")


def test_the_usual_bound_is_tenseconds(settings: Settings) -> None:
    assert settings.STATEMENT_SECONDS == 10
