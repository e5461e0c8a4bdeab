"""No public address says anything of what is not public: drafts, what is to come, what is gone."""

import datetime
import io
import zipfile
from collections.abc import Iterator
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver
from pypdf import PdfReader

from boroughs.models import Borough
from citytools.facts import dates
from contracts.models import Contract, Framework
from research.models import CaseStudy, Finding, Recommendation
from skills.models import Skill
from systems.models import Product, Supplier, System
from tests import factories
from tests.log import move_events
from tests.pages import text_of
from tests.staff import signed_in

pytestmark = pytest.mark.django_db

TODAY = datetime.date(2026, 11, 30)
HIDDEN: dict[str, dict[str, Any]] = {
    "draft": {"published_on": None},
    "to come": {"published_on": "2026-12-24"},
    "gone": {
        "published_on": "2020-01-01",
        "withdrawn_on": "2026-11-30",
        "withdrawal_reason": "It was wrong.",
    },
}


@pytest.fixture(autouse=True)
def _today(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dates, "today", lambda: TODAY)


def hide() -> list[Any]:
    """A wombat of each kind in each state, on what every page is about, and public ones beside."""
    system = factories.system(
        borough=factories.borough("Camden"), product=factories.product("Fixer")
    )
    factories.contract(lead=system.borough, systems=[system], ends_on="2027-12-31")
    factories.framework("Cloud")
    factories.skill_level(borough=system.borough)
    about = {
        "boroughs": [system.borough],
        "products": [system.product],
        "functions": [system.function],
    }
    public = factories.finding(title="Seen")
    hidden: list[Any] = []
    for name, state in HIDDEN.items():
        said = {"title": f"Wombat {name}", "body": f"A wombat is {name}.", **state}
        finding = factories.finding(summary="Of wombats.", **said)
        study = factories.case_study(summary="Of wombats.", outcome="Wombats.", **said, **about)
        factories.case_claim(case_study=study, claimed_by="Wombat club")
        advice = factories.recommendation(findings=[finding, public], owner="Wombats", **said)
        factories.recommendation(title="Public advice", findings=[finding])
        hidden += [finding, study, advice]
    return hidden


def addresses(resolver: URLResolver | None = None, before: str = "/") -> Iterator[str]:
    """Every address of the site but the admin's, each filled in with something that is there."""
    for urlresolver in (resolver or get_resolver()).url_patterns:
        route = before + str(urlresolver.pattern)
        if isinstance(urlresolver, URLResolver) and not route.startswith("/admin"):
            yield from addresses(urlresolver, route)
        elif isinstance(urlresolver, URLPattern) and not route.startswith(("/admin", "/static")):
            yield from filled(route)


def filled(route: str) -> list[str]:
    """The route with a record's slug or number where it asks for one; with each, in research."""
    if "<" not in route:
        return [route]
    first, _, rest = route.partition("<")
    end = rest.partition(">")[2]
    if "findings" in first or "case-studies" in first:
        model: Any = Finding if "findings" in first else CaseStudy
        return [f"{first}{record.slug}{end}" for record in model.objects.order_by("pk")]
    kinds: dict[str, Any] = {
        "boroughs": Borough,
        "products": Product,
        "suppliers": Supplier,
        "frameworks": Framework,
    }
    kind = next((kinds[part] for part in first.split("/") if part in kinds), None)
    whole: dict[str, Any] = {"/systems/": System, "/contracts/": Contract, "/skills/": Skill}
    kind = kind or whole.get(first)
    if kind is None:
        return [f"{first}none{end}"]
    record = kind.objects.earliest("pk")
    number = record.pk if "<int" in route else None
    return [f"{first}{number or getattr(record, 'key', '') or record.slug}{end}"]


def said_by(response: Any) -> str:
    """All that the answer holds, in small letters; a workbook unpacked, a PDF read."""
    whole = b"".join(response.streaming_content) if response.streaming else response.content
    if whole.startswith(b"PK"):
        with zipfile.ZipFile(io.BytesIO(whole)) as parts:
            whole = b"\n".join(parts.read(name) for name in parts.namelist())
    if whole.startswith(b"%PDF"):
        pages = PdfReader(io.BytesIO(whole)).pages
        whole = "\n".join(page.extract_text() for page in pages).encode()
    return str(whole.decode()).lower()


def test_no_public_address_says_anything_of_what_is_hidden(client: Client) -> None:
    hide()
    walked = list(addresses())
    assert len(walked) > 60
    for address in walked:
        said = said_by(client.get(address))
        assert "wombat" not in said, address
        assert said.count("it was wrong") == said.count("the reason given: it was wrong"), address


@pytest.mark.parametrize("query", ["wombat", "Wombat draft", "wombats gone", "club"])
def test_search_finds_nothing_of_what_is_hidden(client: Client, query: str) -> None:
    hide()
    response = client.get("/search/", {"q": query})
    assert [hit.title for hit in response.context["listing"].hits] == []


def test_pages_as_they_were_on_an_earlier_day_do_not_bring_it_back(client: Client) -> None:
    for record in hide():
        if not isinstance(record, Recommendation):
            response = client.get(record.get_absolute_url(), {"as_at": "2026-11-29"})
            assert response.status_code in {400, 404, 410}
            assert "wombat is" not in text_of(response).lower()


def test_what_is_withdrawn_is_gone_from_the_lists_and_the_report_of_earlier_days(
    client: Client,
) -> None:
    factories.finding(title="Wombat kept", published_on="2026-11-01")
    taken = factories.finding(title="Wombat taken", published_on="2026-11-01")
    move_events(datetime.date(2026, 11, 10))
    taken.withdrawn_on, taken.withdrawal_reason = TODAY, "Wrong."
    taken.save()
    for address in ("/research/", "/research/report/", "/research/report.json"):
        said = text_of(client.get(address, {"as_at": "2026-11-10"}))
        assert "Wombat kept" in said
        assert "Wombat taken" not in said


@pytest.mark.parametrize("model", [Finding, CaseStudy, Recommendation])
def test_the_admin_shows_it_to_staff_alone(client: Client, model: Any) -> None:
    hide()
    hidden = model.objects.filter(title="Wombat draft").get()
    name = model._meta.model_name
    pages = [
        "",
        f"{hidden.pk}/change/",
        f"{hidden.pk}/history/",
        f"{hidden.pk}/preview/",
        "deleted/",
    ]
    places = [f"/admin/research/{name}/{page}" for page in pages]
    suggested = {"app_label": "research", "model_name": "recommendation", "field_name": "findings"}
    for place in places:
        assert client.get(place).status_code == 302
    assert client.get("/admin/autocomplete/", suggested | {"term": "wombat"}).status_code == 302
    client.force_login(User.objects.create_user("guest", is_staff=True))
    for place in places:
        assert client.get(place).status_code == 403
    assert client.get("/admin/autocomplete/", suggested | {"term": "wombat"}).status_code == 403
    signed_in(client)
    assert "Wombat draft" in text_of(client.get(places[0]))
    results = client.get("/admin/autocomplete/", suggested | {"term": "wombat"}).json()["results"]
    assert len(results) == 3
