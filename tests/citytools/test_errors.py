"""When something is wrong: pages that say so, and the security headers on every answer."""

import io
import logging

import pytest
from django.http import HttpRequest
from django.test import Client, RequestFactory
from django.utils.log import log_response
from django.views.defaults import server_error

from citytools.pages import home
from tests import factories
from tests.pages import LISTS, read, text_of, words

POLICY = {
    "default-src 'self'",
    "script-src 'self'",
    "style-src 'self' 'sha256-47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU='",
    "img-src 'self' data: blob:",
    "object-src 'none'",
    "base-uri 'none'",
    "form-action 'self'",
    "frame-ancestors 'none'",
}
FIXED = ["/", "/about/", "/accessibility/", "/data/", "/research/", "/research/recommendations/"]
ADMIN = ["/admin/login/", "/admin/", "/healthz", "/readyz", "/.well-known/security.txt"]
WRONG = ["/nowhere/", "/systems/?surprise=1", "/systems/systems.csv?surprise=1", "/?measure=joy"]


def policy(response: object) -> set[str]:
    header = response.headers["Content-Security-Policy"]  # type: ignore[attr-defined]
    return {part.strip() for part in header.split(";")}


@pytest.mark.django_db
@pytest.mark.parametrize("address", [*FIXED, *ADMIN, *WRONG, *LISTS, *LISTS.values()])
def test_every_answer_carries_the_content_security_policy(client: Client, address: str) -> None:
    response = client.get(address)
    text_of(response)
    assert policy(response) == POLICY
    assert response["X-Content-Type-Options"] == "nosniff"
    assert response["X-Frame-Options"] == "DENY"


@pytest.mark.django_db
def test_detail_pages_carry_the_policy_too(client: Client) -> None:
    contract = factories.contract(systems=[factories.system()])
    level, finding = factories.skill_level(), factories.finding()
    system = contract.systems.get()
    for record in (contract, system, system.product, system.borough, level.skill, finding):
        response = client.get(record.get_absolute_url())
        assert response.status_code == 200
        assert policy(response) == POLICY


@pytest.mark.django_db
def test_no_page_holds_an_inline_script_or_style(client: Client) -> None:
    factories.contract(systems=[factories.system()])
    for address in [*FIXED, *LISTS]:
        page = text_of(client.get(address))
        assert " style=" not in page
        assert "<style" not in page
        assert " onclick=" not in page
        opened = page.split("<script")[1:]
        assert all(
            ' src="' in script[:200] or "application/json" in script[:200] for script in opened
        )


@pytest.mark.django_db
def test_no_page_fetches_anything_from_elsewhere(client: Client) -> None:
    factories.contract(systems=[factories.system()])
    for address in [*FIXED, *LISTS, "/nowhere/"]:
        page = text_of(client.get(address))
        for mark in ('src="http', 'src="//', '<link rel="stylesheet" href="http', "@import"):
            assert mark not in page, address


GONE = ["/nowhere/", "/systems/0/", "/systems/99999999999999999999/", "/contracts/1/"]
GONE += [
    "/boroughs/atlantis/",
    "/systems/products/none/",
    "/functions/none/",
    "/systems/suppliers/none/",
]
GONE += ["/skills/none/", "/systems/abc/", "/systems/%00/", "/%F0%9F%92%A9/"]


@pytest.mark.django_db
@pytest.mark.parametrize("address", GONE)
def test_what_is_not_there_says_so_and_where_to_look(client: Client, address: str) -> None:
    response = client.get(address)
    assert response.status_code == 404
    assert "Page not found" in words(response)
    assert {"/systems/", "/contracts/", "/boroughs/"} <= set(read(client.get(address)).links)


def test_a_fault_of_ours_is_said_without_the_database() -> None:
    request: HttpRequest = RequestFactory().get("/")
    response = server_error(request)
    assert response.status_code == 500
    assert "Sorry, there is a problem" in words(response)
    assert '<html lang="en-GB"' in text_of(response)


@pytest.mark.django_db
def test_a_fault_of_ours_carries_the_policy_and_tells_no_secret(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> None:
        raise RuntimeError("the password is swordfish")

    monkeypatch.setattr(home, "overview_figures", broken)
    client.raise_request_exception = False
    response = client.get("/")
    assert response.status_code == 500
    assert policy(response) == POLICY
    assert "swordfish" not in text_of(response)
    assert "Sorry, there is a problem" in words(response)


@pytest.mark.django_db
def test_whether_a_page_or_a_file_is_there_can_be_asked_without_it(client: Client) -> None:
    factories.system()
    for address in ("/systems/", "/systems/systems.csv", "/"):
        response = client.head(address)
        assert response.status_code == 200
        text_of(response)


@pytest.mark.django_db
@pytest.mark.parametrize(
    "address", ["/", "/systems/", "/systems/systems.csv", "/data/openapi.json"]
)
@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE", "OPTIONS"])
def test_what_is_no_admins_page_is_only_read(address: str, method: str) -> None:
    response = Client(enforce_csrf_checks=True).generic(method, address)
    assert (response.status_code, response["Allow"]) == (405, "GET, HEAD")
    assert "can only be read" in text_of(response)
    assert policy(response) == POLICY


def test_a_fault_reaches_the_log_and_a_wrong_address_does_not(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    logger = logging.getLogger("django.request")
    assert logger.isEnabledFor(logging.ERROR)
    assert not logger.isEnabledFor(logging.WARNING)
    heard = io.StringIO()
    handlers = logging.getLogger("django").handlers
    (terminal,) = [handler for handler in handlers if type(handler) is logging.StreamHandler]
    monkeypatch.setattr(terminal, "stream", heard)
    request = RequestFactory().get("/")
    log_response("%s", "/", request=request, response=server_error(request), exception=KeyError())
    assert "ERROR django.request: /" in heard.getvalue()
