"""While the database fails: 503 that says so, on every page and file, and never a 500."""

import logging
from collections.abc import Callable, Iterator
from typing import Any

import psycopg2
import pytest
from django.db import InterfaceError, OperationalError, connection
from django.http import HttpResponse
from django.test import Client
from psycopg2.errors import AdminShutdown, DiskFull

from citytools.history import data_version
from citytools.http import context_processors, outages
from citytools.http.log_format import NotUnavailableFilter, ThrottleFilter
from citytools.local.postgres.base import DatabaseWrapper, Pause
from citytools.pages import home
from tests import factories
from tests.pages import text_of, words
from tests.staff import signed_in

PAGES = ["/", "/systems/", "/nowhere/", "/systems/?surprise=1", "/search/?q=a", "/data/"]
FILES = ["/systems/systems.csv", "/systems/systems.xlsx", "/systems/systems.json"]
FILES += ["/contracts/contracts.ics", "/contracts/contracts.atom", "/data/citytools.zip"]


@pytest.fixture(autouse=True)
def _every_line_is_logged(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(outages._log, "filters", [])


@pytest.fixture
def client() -> Client:
    """A client that shows what a browser would see of a fault."""
    return Client(raise_request_exception=False)


@pytest.fixture
def served(transactional_db: None, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Requests have their own transactions; what a test breaks is whole before it is emptied."""
    yield
    monkeypatch.undo()
    connection.close()


@pytest.fixture
def down(served: None, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """No connection can be opened; the attempts."""
    attempts: list[str] = []

    def refuse(*_: object) -> None:
        attempts.append("tried")
        raise psycopg2.OperationalError("connection refused")

    connection.close()
    monkeypatch.setattr(DatabaseWrapper, "get_new_connection", refuse)
    return attempts


def kill() -> None:
    """End the connection of this thread from another, as a restart of the server does."""
    pid = connection.connection.info.backend_pid
    with connection._nodb_cursor() as cursor:
        cursor.execute("SELECT pg_terminate_backend(%s, 5000)", [pid])


@pytest.fixture
def killed_once(served: None, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The overview's connection is ended while the page is made, the first time."""
    calls: list[str] = []
    real = home.overview_figures

    def figures(*arguments: Any, **options: Any) -> Any:
        calls.append("made")
        if len(calls) == 1:
            kill()
        return real(*arguments, **options)

    monkeypatch.setattr(home, "overview_figures", figures)
    return calls


@pytest.mark.usefixtures("down")
@pytest.mark.parametrize("address", PAGES)
def test_a_page_says_that_the_database_does_not_answer(client: Client, address: str) -> None:
    response = client.get(address)
    assert (response.status_code, response["Retry-After"]) == (503, "10")
    assert response["Cache-Control"] == "no-store"
    assert "The database does not answer" in words(response)
    assert "default-src 'self'" in response["Content-Security-Policy"]


@pytest.mark.usefixtures("down")
@pytest.mark.parametrize("address", FILES)
def test_a_file_says_so_in_plain_text(client: Client, address: str) -> None:
    response = client.get(address)
    assert (response.status_code, response["Retry-After"]) == (503, "10")
    assert response["Content-Type"] == "text/plain; charset=utf-8"
    assert text_of(response).startswith("This file was not made: the database does not answer")


@pytest.mark.usefixtures("down")
def test_what_needs_no_database_goes_on(client: Client) -> None:
    for address in ("/healthz", "/.well-known/security.txt"):
        assert client.get(address).status_code == 200, address
    assert client.get("/readyz").status_code == 503


@pytest.fixture
def staff(served: None, client: Client) -> Client:
    """Somebody who signed in before the database went."""
    return signed_in(client)


def test_staff_are_told_too(staff: Client, down: list[str]) -> None:
    for address in ("/admin/", "/admin/systems/system/", "/"):
        assert staff.get(address).status_code == 503, address
    response = staff.post("/admin/login/", {"username": "ada", "password": "x"})
    assert response.status_code == 503
    assert "check whether it was saved" in words(response)
    assert down


@pytest.mark.usefixtures("down")
def test_a_kept_page_is_not_sent_unchecked(client: Client, settings: Any) -> None:
    settings.MAX_CACHED_PAGES = 300
    assert client.get("/about/").status_code == 503
    assert client.get("/about/").status_code == 503


def test_a_broken_connection_costs_a_reader_nothing(
    client: Client, killed_once: list[str], caplog: pytest.LogCaptureFixture
) -> None:
    response = client.get("/")
    assert response.status_code == 200
    assert killed_once == ["made", "made"]
    assert "The database failed for '/'" in caplog.text
    assert "Traceback" not in caplog.text


@pytest.mark.usefixtures("served")
def test_a_connection_that_breaks_again_and_again_is_503(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    calls: list[str] = []

    def broken(*_: object) -> None:
        calls.append("made")
        kill()
        factories.borough()

    monkeypatch.setattr(home, "overview_figures", broken)
    assert client.get("/").status_code == 503
    assert calls == ["made", "made"]


@pytest.mark.usefixtures("served")
def test_a_fault_while_the_page_not_found_is_made_is_503(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken() -> bool:
        kill()
        return factories.borough() is not None

    monkeypatch.setattr(context_processors, "in_demonstration", broken)
    assert client.get("/nowhere/").status_code == 503


@pytest.mark.django_db
@pytest.mark.parametrize("fault", [AdminShutdown, DiskFull])
def test_the_drivers_own_errors_count(
    client: Client, monkeypatch: pytest.MonkeyPatch, fault: type[Exception]
) -> None:
    class WithCode(fault):  # type: ignore[misc, valid-type]
        pgcode = "57P01" if fault is AdminShutdown else "53100"

    monkeypatch.setattr(home, "overview_figures", _raising(WithCode("the driver's")))
    assert client.get("/").status_code == 503


@pytest.mark.django_db
@pytest.mark.parametrize("fault", [OperationalError("?"), InterfaceError("?"), KeyError("?")])
def test_faults_of_ours_are_still_faults(
    client: Client, monkeypatch: pytest.MonkeyPatch, fault: Exception
) -> None:
    monkeypatch.setattr(home, "overview_figures", _raising(fault))
    assert client.get("/").status_code == 500


def test_where_nobody_answers_it_is_not_asked_again_at_once(
    down: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("citytools.local.postgres.base.SLOW_SECONDS", -1)
    monkeypatch.setattr(Pause, "until", 0.0)
    for _ in range(3):
        with pytest.raises(OperationalError):
            connection.ensure_connection()
    assert down == ["tried"]


def test_a_refused_connection_is_tried_once_for_a_version(down: list[str]) -> None:
    with pytest.raises(OperationalError):
        data_version.current_version()
    assert down == ["tried"]


def test_connecting_gives_up_within_seconds(settings: Any) -> None:
    assert settings.DATABASES["default"]["OPTIONS"]["connect_timeout"] == 2


def test_a_flood_is_a_few_lines_and_a_count() -> None:
    throttle = ThrottleFilter(lines=2, seconds=60)
    record = logging.makeLogRecord({"msg": "no database for %s", "args": ("/",)})
    assert [throttle.filter(record) for _ in range(5)] == [True, True, False, False, False]
    throttle._began = float("-inf")
    assert throttle.filter(record)
    assert record.getMessage() == "no database for / (and 3 more like it)"


def test_django_does_not_log_a_503_again() -> None:
    record = logging.makeLogRecord({"status_code": 503})
    assert not NotUnavailableFilter().filter(record)
    filters = logging.getLogger("django.request").filters
    assert any(isinstance(entry, NotUnavailableFilter) for entry in filters)


def _raising(fault: Exception) -> Callable[..., HttpResponse]:
    def broken(*_: object) -> HttpResponse:
        raise fault

    return broken
