"""Whether the process is up, and whether it can serve."""

import pytest
from django.db import DatabaseError, InterfaceError, OperationalError, connection
from django.db.migrations.recorder import MigrationRecorder
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from citytools.pages import views


def test_the_process_is_up_without_asking_the_database(client: Client) -> None:
    # No django_db mark: a query would be an error
    response = client.get("/healthz")
    assert (response.status_code, response.content) == (200, b"ok\n")
    assert response["Content-Type"] == "text/plain; charset=utf-8"


@pytest.mark.django_db
def test_up_asks_no_query_where_it_could(
    client: Client, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    with django_assert_num_queries(0):
        client.get("/healthz")


@pytest.mark.django_db
def test_it_is_ready_when_every_migration_has_run(client: Client) -> None:
    response = client.get("/readyz")
    assert (response.status_code, response.content) == (200, b"ready\n")


@pytest.mark.django_db
def test_it_is_not_ready_while_a_migration_has_not_run(client: Client) -> None:
    latest = MigrationRecorder(connection).migration_qs.filter(app="research").latest("name")
    latest.delete()
    response = client.get("/readyz")
    assert (response.status_code, response.content) == (
        503,
        b"not ready: migrations that have not run: 1\n",
    )


@pytest.mark.parametrize("fault", [OperationalError, DatabaseError, InterfaceError])
def test_it_is_not_ready_while_the_database_does_not_answer(
    client: Client, monkeypatch: pytest.MonkeyPatch, fault: type[Exception]
) -> None:
    def refuse(*_: object) -> None:
        raise fault("connection refused at 10.0.0.1")

    monkeypatch.setattr(views, "MigrationExecutor", refuse)
    response = client.get("/readyz")
    assert response.status_code == 503
    assert response.content == b"not ready: the database does not answer\n"
