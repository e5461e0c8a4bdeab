"""Records ticked in a list are deleted as they were seen: what changed meanwhile is asked again.

The list carries the version of each record on it, the page that asks carries those of the ticked.
"""

import re
from typing import Any

from django.contrib import admin
from django.contrib.admin import actions
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse

from citytools.history.page import RecordNames, version_name
from citytools.history.record_version import FIELD, Conflict, find_conflict
from citytools.staff.record_history import HistoryAdmin

_MAX_RECORDS_SAID = 10
_NUMBER = re.compile(r"\d{1,18}", re.ASCII)


def _join_versions(versions: dict[int, str]) -> str:
    """“12:812-3.40-2 13:815-1.0-0”."""
    return " ".join(f"{number}:{version}" for number, version in versions.items())


def _split_versions(text: str) -> dict[int, str]:
    pairs = (part.partition(":") for part in text.split())
    return {int(number): version for number, _, version in pairs if _NUMBER.fullmatch(number)}


class BulkDeletionAdmin(HistoryAdmin):
    """The list's action that deletes what is ticked."""

    actions = ("delete_selected",)

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """As in Django; whatever is no number ticks no record."""
        if request.method == "POST":
            posted: Any = request.POST.copy()
            ticks = posted.getlist(ACTION_CHECKBOX_NAME)
            numbers = [number for number in ticks if _NUMBER.fullmatch(number)]
            posted.setlist(ACTION_CHECKBOX_NAME, numbers)
            request.POST = posted
        response = super().changelist_view(request, extra_context)
        context: Any = getattr(response, "context_data", None) or {}
        if "cl" in context and self.has_delete_permission(request):
            numbers = [record.pk for record in context["cl"].result_list]
            context["record_versions"] = _join_versions(self.versions_of(numbers))
        return response

    @admin.action(permissions=["delete"], description="Delete selected %(verbose_name_plural)s")
    def delete_selected(self, request: HttpRequest, queryset: Any) -> HttpResponse | None:
        """As in Django, but for what was written since the page was opened."""
        before, is_confirmed = _split_versions(request.POST.get(FIELD, "")), "post" in request.POST
        ticks = {int(number) for number in request.POST.getlist(ACTION_CHECKBOX_NAME)}
        with transaction.atomic():
            numbers = sorted(queryset.order_by().values_list("pk", flat=True))
            self.lock(numbers)
            missing = (ticks & before.keys()) - set(numbers)
            now = self.versions_of([*numbers, *sorted(missing)])
            changed = [
                number
                for number, version in now.items()
                if before.get(number, "" if is_confirmed else version) != version
            ]
            if changed and is_confirmed:
                posted: Any = request.POST.copy()
                del posted["post"]
                request.POST = posted
            response: HttpResponse | None = actions.delete_selected(self, request, queryset)
            if isinstance(response, TemplateResponse):
                context: Any = response.context_data
                context["record_versions"] = _join_versions(
                    {number: now[number] for number in numbers}
                )
                context["changed"] = [
                    self._changes_of(number, before.get(number, ""), now[number])
                    for number in changed[:_MAX_RECORDS_SAID]
                ]
                context["more"] = len(changed[_MAX_RECORDS_SAID:])
            return response

    def _changes_of(self, number: int, before: str, now: str) -> tuple[str, int, Conflict | None]:
        """(name, number, what was written) of a record."""
        last = self._events().filter(pgh_obj_id=number).order_by("-pgh_id").first()
        name = version_name(last, RecordNames([last])) if last else f"Number {number}"
        return name, number, find_conflict(self.model, number, self.history_links, before, now)
