"""What tests of the admin share: signing in, filling in forms, reading messages."""

from html.parser import HTMLParser
from typing import Any

from django.contrib.auth.models import User
from django.contrib.messages import get_messages
from django.db import models
from django.test import Client
from django.urls import reverse

from citytools.history.record_version import FIELD
from citytools.staff import group

PROVENANCE = {"source_kind": "return", "as_of": "2026-09-30", "confidence": "high"}


def signed_in(
    client: Client, username: str = "ada", first: str = "Ada", last: str = "Obi"
) -> Client:
    """The client as a member of LOTI staff."""
    user = User.objects.create_user(username, is_staff=True, first_name=first, last_name=last)
    user.groups.add(group.staff_group())
    client.force_login(user)
    return client


def address(model: type[models.Model], page: str, *arguments: Any) -> str:
    """An admin page of a model: changelist, add, change, delete, history, restore, deleted."""
    options = model._meta
    return reverse(f"admin:{options.app_label}_{options.model_name}_{page}", args=arguments)


def rows(prefix: str, *fields: dict[str, Any], initial: int = 0) -> dict[str, Any]:
    """An inline's rows as its form posts them; the first `initial` exist already."""
    posted: dict[str, Any] = {
        f"{prefix}-TOTAL_FORMS": len(fields),
        f"{prefix}-INITIAL_FORMS": initial,
    }
    for number, row in enumerate(fields):
        posted |= {f"{prefix}-{number}-{name}": value for name, value in row.items()}
    return posted


def messages(response: Any) -> list[str]:
    """What the page tells the officer at its top."""
    return [str(message) for message in get_messages(response.wsgi_request)]


def errors(response: Any) -> str:
    """Every message of a form that was not saved, its inlines included, as one text."""
    form = response.context["adminform"].form
    said = [*form.errors.values()]
    for inline in response.context["inline_admin_formsets"]:
        said += [inline.formset.non_form_errors()]
        said += [errors for row in inline.formset.errors for errors in row.values()]
    return "\n".join(message for group in said for message in group)


class _Fields(HTMLParser):
    """Collects what a browser would post of the forms on a page, buttons apart."""

    def __init__(self) -> None:
        super().__init__()
        self.values: dict[str, Any] = {}
        self._select = self._textarea = ""
        self._multiple = False

    def handle_starttag(self, tag: str, attributes: Any) -> None:
        values = {name: value or "" for name, value in attributes}
        if tag == "input" and values.get("name"):
            self._input(values)
        elif tag == "textarea":
            self._textarea = values["name"]
            self.values[self._textarea] = ""
        elif tag == "select":
            self._select, self._multiple = values.get("name", ""), "multiple" in values
        elif tag == "option" and self._select:
            self._option(values.get("value", ""), selected="selected" in values)

    def _option(self, value: str, *, selected: bool) -> None:
        if self._multiple and selected:
            self.values.setdefault(self._select, []).append(value)
        elif not self._multiple and (selected or self._select not in self.values):
            self.values[self._select] = value

    def _input(self, attributes: dict[str, str]) -> None:
        kind = attributes.get("type", "text")
        if kind in {"checkbox", "radio"}:
            if "checked" in attributes:
                self.values[attributes["name"]] = attributes.get("value", "on")
        elif kind not in {"submit", "button", "reset"}:
            self.values[attributes["name"]] = attributes.get("value", "")

    def handle_endtag(self, tag: str) -> None:
        if tag == "textarea":
            # HTML leaves out the line break that follows the opening tag
            self.values[self._textarea] = self.values[self._textarea].removeprefix("\n")
            self._textarea = ""
        elif tag == "select":
            self._select = ""

    def handle_data(self, data: str) -> None:
        if self._textarea:
            self.values[self._textarea] += data


def form_values(response: Any) -> dict[str, Any]:
    """What a browser would post of the page's form, as it is filled in; nothing without a form."""
    page = response.content.decode()
    start = page.find('method="post"', page.index('id="content"'))
    if start < 0:
        return {}
    fields = _Fields()
    fields.feed(page[page.rindex("<form", 0, start) : page.index("</form>", start)])
    return {name: value for name, value in fields.values.items() if "__prefix__" not in name}


def confirmed(client: Client, page: str, fields: dict[str, Any] | None = None) -> Any:
    """Open a page with a form, and press its button with what it filled in and these fields."""
    return client.post(page, form_values(client.get(page)) | (fields or {}))


def post_change(client: Client, record: models.Model, fields: dict[str, Any]) -> Any:
    """Open a record's form and post these fields alone, with the version that it carries."""
    page = address(type(record), "change", record.pk)
    return client.post(page, version_opened(client, record) | fields)


def version_opened(client: Client, record: models.Model) -> dict[str, str]:
    """The hidden field of a record's form; nothing for those who may not open it."""
    opened = client.get(address(type(record), "change", record.pk))
    return {FIELD: form_values(opened)[FIELD]} if opened.status_code == 200 else {}
