"""The admin's site: its front page tells what changed lately, by whom, and what waits."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from django.contrib.admin import AdminSite
from django.contrib.admin.utils import quote
from django.http import HttpRequest
from django.template.response import TemplateResponse
from django.urls import reverse

from citytools.history.change_kinds import ChangeKind, change_kinds
from citytools.history.change_words import ChangeInWords, changes_in_words
from citytools.history.changes import changes_in_latest_transactions
from citytools.models import Batch
from citytools.staff import login_throttle, waiting

MAX_ROWS = 15
MAX_CHANGES = 100
"""Entries that are read for the rows of the front page: a load is many entries and one row."""


@dataclass(frozen=True)
class LatestChange:
    """One row of the front page: a change, or all that one batch did."""

    changes: Sequence[ChangeInWords]
    batch: Batch | None = None

    @property
    def first(self) -> ChangeInWords:
        return self.changes[0]

    @property
    def address(self) -> str:
        """The batch's page; without one the record's history, or the list of many records."""
        if self.batch and len(self.changes) > 1:
            return self.batch.get_absolute_url()
        entry = self.first.entry
        options = entry.kind.model._meta
        page = f"admin:{options.app_label}_{options.model_name}"
        if entry.record is None:
            return reverse(f"{page}_changelist")
        return reverse(f"{page}_history", args=[quote(entry.record)])


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


def _latest_changes(kinds: list[ChangeKind]) -> list[LatestChange]:
    """The newest rows; only the last transactions are read, however many there were."""
    entries = changes_in_latest_transactions(kinds, MAX_ROWS, for_staff=True)[:MAX_CHANGES]
    contexts = {entry.context for entry in entries if entry.context}
    batches = {batch.context: batch for batch in Batch.objects.filter(context__in=contexts)}
    changes = changes_in_words(entries, for_staff=True)
    # What one batch wrote has one moment, so that it stands together
    groups = groupby(changes, lambda change: batches.get(change.entry.context) or change)
    return [
        LatestChange(list(group), key if isinstance(key, Batch) else None) for key, group in groups
    ][:MAX_ROWS]
