"""The admin's site: its front page tells what changed lately, by whom, and what waits."""

from typing import Any

from django.contrib.admin import AdminSite
from django.contrib.admin.utils import quote
from django.http import HttpRequest
from django.template.response import TemplateResponse
from django.urls import reverse

from citytools.history.change_kinds import ChangeKind, change_kinds
from citytools.history.change_sql import ChangeFilter
from citytools.history.change_words import ChangeInWords, changes_in_words
from citytools.history.changes import ChangeList, start_of_latest
from citytools.staff import login_throttle, waiting

MAX_CHANGES = 15
"""Entries of the front page."""


class StaffSite(AdminSite):
    """Django's, with our words and front page."""

    site_header = site_title = "City Tools: LOTI staff"
    index_title = "What would you like to change?"
    login_form = login_throttle.LoginForm

    def index(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> TemplateResponse:
        """As in Django, after what the person may see of changes and of what waits."""
        admins = [
            model_admin
            for model_admin in self._registry.values()
            if model_admin.has_view_or_change_permission(request)
        ]
        models = {model_admin.model for model_admin in admins}
        kinds = [kind for kind in change_kinds(staff=True) if kind.model in models]
        context = {
            "changes": _latest_changes(kinds),
            "waiting": [*waiting.broken_rule_items(admins), *waiting.waiting_items(admins)],
        }
        return super().index(request, context | (extra_context or {}))


def _latest_changes(kinds: list[ChangeKind]) -> list[dict[str, Any]]:
    """The newest entries; only the last transactions are read, however many there were."""
    start = start_of_latest(kinds, MAX_CHANGES)
    if start is None:
        return []
    entries = ChangeList(kinds, ChangeFilter(since=start, for_staff=True))[:MAX_CHANGES]
    return [
        {"change": change, "entry": change.entry, "address": _address(change)}
        for change in changes_in_words(entries, for_staff=True)
    ]


def _address(change: ChangeInWords) -> str:
    """The record's history; of many, their list, until a batch of this context has a page."""
    options = change.entry.kind.model._meta
    page = f"admin:{options.app_label}_{options.model_name}"
    if change.entry.record is None:
        return reverse(f"{page}_changelist")
    return reverse(f"{page}_history", args=[quote(change.entry.record)])
