"""Whatever a record says, a page shows it as text: every template, every field of every fact."""

import collections
from html.parser import HTMLParser

import pytest
from django.apps import apps
from django.db import Error, connection, transaction
from django.db.models import CharField, Model, SlugField, TextField
from django.test import Client
from django.urls import Resolver404, resolve

from citytools.history.data_version import FACTS
from tests import factories
from tests.estate import small_london
from tests.pages import read_links, text_of

HOSTILE = """ <img src=x onerror=alert(1)> "><b onclick='x'> {{ 7 * 7 }} {% if x %} &amp;"""
MAX_ADDRESSES_A_VIEW = 6


class _Elements(HTMLParser):
    """What a browser would make of a page: elements with handlers, and images, are attacks."""

    def __init__(self) -> None:
        super().__init__()
        self.attacks: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in {"img", "b"} and any(name.startswith("on") for name, _ in attrs):
            self.attacks.append(f"{tag} at {self.getpos()}")


@pytest.mark.django_db
def test_hostile_words_in_any_field_are_text_on_every_page(client: Client) -> None:
    small_london(rows=40)
    factories.finding()
    factories.case_claim()
    factories.recommendation()
    spoilt = _spoil_every_text()
    assert {"systems_product.name", "contracts_contract.title", "boroughs_borough.name"} <= spoilt
    assert len(spoilt) > 40
    attacked, shown, views = _crawl(client)
    assert not attacked
    assert len(shown) > 100
    # Most kinds of pages show some of it
    assert len({resolve(address.partition("?")[0]).view_name for address in shown}) > 25
    assert len(views) > 40


def _spoil_every_text() -> set[str]:
    """Add the hostile words to every text that the database lets have them; table.column."""
    spoilt = set()
    for name in FACTS:
        for model in apps.get_app_config(name).get_models():
            if model._meta.managed and not hasattr(model, "pgh_tracked_model"):
                spoilt |= {column for column in _columns(model) if _spoil(model, column)}
    return spoilt


def _columns(model: type[Model]) -> set[str]:
    return {
        f"{model._meta.db_table}.{field.column}"
        for field in model._meta.concrete_fields
        if isinstance(field, CharField | TextField) and not isinstance(field, SlugField)
        if not field.choices and not field.generated
    }


def _spoil(model: type[Model], column: str) -> bool:
    table, _, name = column.partition(".")
    limit = getattr(model._meta.get_field(name), "max_length", None) or 10_000
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            update = f'UPDATE "{table}" SET "{name}" = left("{name}" || %s, %s)'  # noqa: S608
            cursor.execute(update, [HOSTILE, limit])
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
    except Error:
        return False  # A key, a date or a code: nothing but those can stand there
    return True


def _crawl(client: Client) -> tuple[dict[str, list[str]], set[str], set[str]]:
    """Attacks by address; the addresses that show the words; the views that were asked."""
    attacked: dict[str, list[str]] = {}
    shown: set[str] = set()
    asked: collections.Counter[str] = collections.Counter()
    waiting = ["/", "/search/?q=img", "/systems/?q=onerror", "/boroughs/compare/"]
    seen = set(waiting)
    while waiting:
        address = waiting.pop()
        path = address.partition("?")[0]
        if not path.endswith("/"):
            continue  # a file
        try:
            view = resolve(path).view_name
        except Resolver404:
            continue
        if asked[view] >= MAX_ADDRESSES_A_VIEW or view.startswith("admin:"):
            continue
        asked[view] += 1
        response = client.get(address)
        assert response.status_code < 500, address
        text = text_of(response)
        elements = _Elements()
        elements.feed(text)
        if elements.attacks:
            attacked[address] = elements.attacks
        if "&lt;img src=x onerror" in text:
            shown.add(address)
        links = [link.partition("#")[0] for link in read_links(text) if link.startswith("/")]
        waiting += [link for link in links if link not in seen]
        seen.update(links)
    return attacked, shown, set(asked)
