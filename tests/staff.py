"""What tests of the admin share: signing in, filling in forms, reading messages."""

from typing import Any

from django.contrib.auth.models import User
from django.contrib.messages import get_messages
from django.db import models
from django.test import Client
from django.urls import reverse

from citytools import staff_group

PROVENANCE = {"source_kind": "return", "as_of": "2026-09-30", "confidence": "high"}


def signed_in(client: Client, username: str = "ada") -> Client:
    """The client as a member of LOTI staff."""
    user = User.objects.create_user(username, is_staff=True, first_name="Ada", last_name="Obi")
    user.groups.add(staff_group.group())
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
