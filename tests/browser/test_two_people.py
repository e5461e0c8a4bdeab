"""Two people in two browsers with the same record, on every page of the admin that edits one.

Ada saves first; Bo had the form open already. Without JavaScript a form posts the same.
"""

import itertools
from collections.abc import Iterator
from typing import Any

import pytest
from django.conf import settings
from django.contrib import admin
from django.test import Client
from playwright.sync_api import Browser, Page, expect
from pytest_django.live_server_helper import LiveServer

from systems.models import Supplier, SupplierAlias
from tests import factories
from tests.browser.accessibility import assert_clean
from tests.records import (
    create_record,
    edits,
    form_edits,
    links_of,
    row_of,
    values_of,
    with_history,
)
from tests.staff import address, signed_in

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def people(browser: Browser, live_server: LiveServer) -> Iterator[tuple[Page, Page]]:
    """Ada and Bo, each in a browser of their own."""
    contexts = []
    for name in (("ada", "Ada", "Obi"), ("bo", "Bo", "Lee")):
        session = signed_in(Client(), *name).cookies[settings.SESSION_COOKIE_NAME].value
        context = browser.new_context(base_url=live_server.url)
        context.set_default_timeout(10_000)
        context.add_cookies(
            [{"name": settings.SESSION_COOKIE_NAME, "value": session, "url": live_server.url}]
        )
        contexts.append(context)
    ada, bo = (context.new_page() for context in contexts)
    yield ada, bo
    for context in contexts:
        context.close()


def _write(page: Page, name: str, value: Any) -> None:
    field = page.locator(f"[name='{name}']")
    if field.evaluate("field => field.tagName") == "SELECT":
        # Suggestions load as one types: the record is put among them
        script = "(field, value) => field.add(new Option(value, value, true, true))"
        field.evaluate(script, str(value))
    else:
        field.fill(str(value))


def _save(page: Page) -> None:
    page.get_by_role("button", name="Save", exact=True).click()


def _stored(record: Any, name: str) -> str:
    return str(values_of(type(record), record.pk)[record._meta.get_field(name).attname])


@pytest.mark.drill
@pytest.mark.parametrize("model", with_history(), ids=lambda model: model.__name__)
def test_nobody_overwrites_anybody(people: tuple[Page, Page], client: Client, model: Any) -> None:
    ada, bo = people
    record = create_record(model)
    change = address(model, "change", record.pk)
    opened = signed_in(client, "cy", "Cy", "Day").get(change)
    (field, hers), (other, his) = itertools.islice(edits(opened, "hers"), 2)
    ((_, first), (_, second)) = (next(edits(opened, word)) for word in ("first", "second"))
    for page in people:
        page.goto(change)
    _write(ada, field, hers)
    _save(ada)
    expect(ada.get_by_text("was changed successfully")).to_be_visible()
    _write(bo, other, his)
    _save(bo)
    expect(bo.get_by_text("Ada Obi changed")).to_be_visible()
    assert (_stored(record, field), _stored(record, other)) == (str(hers), str(his))
    for page, value in ((ada, first), (bo, second)):
        page.goto(change)
        _write(page, field, value)
    _save(ada)
    expect(ada.get_by_text("was changed successfully")).to_be_visible()
    before = values_of(model, record.pk)
    _save(bo)
    question = bo.get_by_role("group", name="which one is saved?")
    expect(question.get_by_text("When you opened this form, it was")).to_be_visible()
    expect(question.get_by_label("Theirs:")).not_to_be_checked()
    expect(question.get_by_label("Mine")).not_to_be_checked()
    _save(bo)
    expect(bo.get_by_role("alert")).to_contain_text("Nothing was saved yet")
    assert values_of(model, record.pk) == before
    question.get_by_label("Mine").check()
    _save(bo)
    expect(bo.get_by_text("was changed successfully")).to_be_visible()
    assert _stored(record, field) == str(second)


INLINES = [
    (model, inline.model)
    for model in with_history()
    for inline in admin.site._registry[model].inlines
]


@pytest.mark.drill
@pytest.mark.parametrize(("model", "rows"), INLINES, ids=lambda kind: kind.__name__)
def test_nobody_overwrites_a_row(
    people: tuple[Page, Page], client: Client, model: Any, rows: Any
) -> None:
    ada, bo = people
    record = create_record(model)
    row = row_of(next(link for link in links_of(model) if link.model is rows), record)
    change = address(model, "change", record.pk)
    opened = signed_in(client, "cy", "Cy", "Day").get(change)
    inlines = opened.context["inline_admin_formsets"]
    inline = next(inline for inline in inlines if inline.formset.model is rows)
    form = inline.formset.forms[0]
    other, his = next(edits(opened, "his"))
    for page in people:
        page.goto(change)
    _write(bo, other, his)
    if not inline.has_change_permission:
        ada.locator(f"[name='{form.add_prefix('DELETE')}']").check()
        _save(ada)
        _save(bo)
        expect(bo.get_by_text("Ada Obi removed")).to_be_visible()
        assert _stored(record, other) == str(his)
        assert not values_of(rows, row.pk)
        return
    words = ("hers", "first", "second")
    (field, hers), (_, first), (_, second) = (next(form_edits(form, word)) for word in words)
    _write(ada, field, hers)
    _save(ada)
    expect(ada.get_by_text("was changed successfully")).to_be_visible()
    _save(bo)
    expect(bo.get_by_text("Ada Obi changed")).to_be_visible()
    name = field.removeprefix(f"{form.prefix}-")
    assert (_stored(row, name), _stored(record, other)) == (str(hers), str(his))
    for page, value in ((ada, first), (bo, second)):
        page.goto(change)
        _write(page, field, value)
    _save(ada)
    _save(bo)
    question = bo.get_by_role("group", name="which one is saved?")
    expect(question.get_by_label("Theirs:")).not_to_be_checked()
    question.get_by_label("Theirs:").check()
    _save(bo)
    expect(bo.get_by_text("was changed successfully")).to_be_visible()
    assert _stored(row, name) == str(first)


def test_a_conflict_is_decided_by_keyboard_without_scripts(
    browser: Browser, live_server: LiveServer
) -> None:
    alias = factories.supplier_alias("Old Ltd")
    gone = factories.supplier_alias("Removed Ltd", alias.supplier)
    session = signed_in(Client()).cookies[settings.SESSION_COOKIE_NAME].value
    context = browser.new_context(java_script_enabled=False, base_url=live_server.url)
    context.set_default_timeout(10_000)
    context.add_cookies(
        [{"name": settings.SESSION_COOKIE_NAME, "value": session, "url": live_server.url}]
    )
    page = context.new_page()
    page.goto(address(Supplier, "change", alias.supplier.pk))
    page.get_by_label("Note").fill("My note")
    page.locator("[name=aliases-0-name]").fill("Mine Ltd")
    page.locator("[name=aliases-1-source]").fill("My source")
    Supplier.objects.update(note="Their note")
    SupplierAlias.objects.filter(pk=alias.pk).update(name="Theirs Ltd")
    gone.delete()
    page.get_by_role("button", name="Save", exact=True).press("Enter")
    panel = page.get_by_role("alert")
    expect(panel).to_contain_text("choose theirs or yours in 3 places")
    panel.get_by_role("link", name="Note").press("Enter")
    theirs = page.get_by_label("Theirs: “Their note”")
    expect(theirs).to_be_in_viewport()
    theirs.press("Space")
    page.get_by_label("Mine, as the field says now: “Mine Ltd”").press("Space")
    page.get_by_label("Add it again, as the row says now").press("Space")
    page.get_by_role("button", name="Save", exact=True).press("Enter")
    expect(page.get_by_text("was changed successfully")).to_be_visible()
    assert Supplier.objects.get().note == "Their note"
    assert {(row.name, row.source) for row in SupplierAlias.objects.all()} == {
        ("Mine Ltd", ""),
        ("Removed Ltd", "My source"),
    }
    context.close()


@pytest.mark.drill
def test_conflicts_and_changed_ticks_are_clean(people: tuple[Page, Page]) -> None:
    ada, bo = people
    contract = factories.contract(title="Parking", partners=[factories.borough("Camden")])
    study = factories.case_claim().case_study
    suppliers = [factories.supplier(name) for name in ("One", "Two")]
    claim = "claims-0-claimed_by"
    for record, field in ((contract, "title"), (study, claim)):
        for page in people:
            page.goto(address(type(record), "change", record.pk))
        for page, value in ((ada, "Hers " * 20), (bo, "His")):
            page.locator(f"[name='{field}']").fill(value)
            _save(page)
        _assert_clean_at_any_width(bo)
    bo.goto(address(Supplier, "changelist"))
    for supplier in suppliers:
        bo.locator(f"input[name=_selected_action][value='{supplier.pk}']").check()
    bo.get_by_label("Action:").first.select_option("delete_selected")
    bo.get_by_role("button", name="Go").first.click()
    Supplier.objects.filter(pk=suppliers[0].pk).update(note="Still needed")
    bo.get_by_role("button", name="Delete them").click()
    expect(bo.get_by_role("alert")).to_contain_text("Still needed")
    _assert_clean_at_any_width(bo)
    bo.get_by_role("button", name="Delete them all the same").click()
    expect(bo.get_by_text("Successfully deleted 2 suppliers.")).to_be_visible()


def _assert_clean_at_any_width(page: Page) -> None:
    expect(page.get_by_role("alert")).to_be_focused()
    for width in (320, 1280):
        page.set_viewport_size({"width": width, "height": 900})
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        assert_clean(page)
