"""The admin's history pages: one record's past, what was deleted, and going back."""

import re
from typing import Any

from django.contrib import messages
from django.contrib.admin.utils import quote, unquote
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, models, transaction
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse

from citytools.history import restore
from citytools.history.batches import batch
from citytools.history.page import (
    RecordNames,
    account_names,
    author_name,
    history_page,
    in_london,
    version_name,
)
from citytools.history.record_version import Conflict
from citytools.models import Batch
from citytools.staff.deleted_records import DeletedRecordsAdmin, tell_of_rows

_NUMBER = re.compile(r"\d{1,18}", re.ASCII)


class HistoryAdmin(DeletedRecordsAdmin):
    """History from the database's own events, whatever way a record was written."""

    def get_urls(self) -> list[URLPattern]:
        back = self.admin_site.admin_view(self.restore_view)
        name = self._page_name("restore")
        address = "<path:object_id>/restore/<int:version>/"
        return [path(address, back, name=name), *super().get_urls()]

    def history_view(
        self, request: HttpRequest, object_id: str, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Every write to the record and its link rows, newest first; also after its deletion."""
        number = record_number(object_id)
        record = self.get_object(request, str(number))
        if not self.has_view_or_change_permission(request, record):
            raise PermissionDenied
        links = self.history_links
        page = history_page(self.model, number, links, request.GET.get("page"))
        last = self._events().filter(pgh_obj_id=number).order_by("-pgh_id").first()
        if record is None and last is None:
            raise Http404("There is no such record, and there never was.")
        name = str(record) if record else version_name(last, RecordNames([last]))
        context = self._context(request, f"History: {name}", page) | {
            "record": record,
            "name": name,
            "number": number,
            "may_restore": self._may_restore(request, record),
            "may_view_batches": request.user.has_perm("citytools.view_batch"),
            "restore_view": f"admin:{self._page_name('restore')}",
        }
        return TemplateResponse(request, "admin/fact_history.html", context | (extra_context or {}))

    def restore_view(self, request: HttpRequest, object_id: str, version: int) -> HttpResponse:
        """Ask, then take the record back to a version; say why not if it cannot be."""
        number = record_number(object_id)
        record = self.get_object(request, str(number))
        if not self._may_restore(request, record):
            raise PermissionDenied
        events = self._events().filter(pgh_obj_id=number, pgh_id=version)
        event = events.select_related("pgh_context").first()
        if event is None:
            raise Http404("There is no such version.")
        conflict = None
        if request.method == "POST":
            try:
                with transaction.atomic():
                    conflict = self.conflict(request, number)
                    if conflict is None:
                        return self._restore(request, event)
            except IntegrityError:
                message = "Not restored. Somebody changed a record meanwhile. Try again."
                messages.error(request, message)
                return self._to_history(event)
        return self._ask_before_restoring(request, record, event, conflict)

    def _ask_before_restoring(
        self, request: HttpRequest, record: Any, event: Any, conflict: Conflict | None
    ) -> HttpResponse:
        number = event.pgh_obj_id
        version = conflict.now if conflict else self.version_of(number)
        context = self._context(request, "Restore an earlier version") | {
            "record": record,
            "name": version_name(event, RecordNames([event])),
            "number": number,
            "event": event,
            "who": author_name(event, account_names([event])),
            "changes": restore.version_differences(event),
            "plan": restore.rehearse_restore(event, self._rules(request)),
            "question": self.restore_question(event),
            "history_view": f"admin:{self._page_name('history')}",
            "record_version": version,
            "conflict": conflict,
            "object_id": number,
        }
        return TemplateResponse(request, "admin/fact_restore.html", context)

    def _restore(self, request: HttpRequest, event: Any) -> HttpResponse:
        parts = "parts" in request.POST
        with batch(Batch.Kind.RESTORE) as written:
            restored = restore.restore_version(event, self._rules(request), parts=parts)
            if not restored.problems:
                version = in_london(event.pgh_created_at)
                written.note = f"{restored.record}, the version of {version}"
        for problem in restored.problems:
            messages.error(request, f"Not restored. {problem}")
        if not restored.problems:
            self._report(request, event, restored)
        return self._to_history(event)

    def _to_history(self, event: Any) -> HttpResponse:
        history = f"admin:{self._page_name('history')}"
        return HttpResponseRedirect(reverse(history, args=[quote(event.pgh_obj_id)]))

    def _report(self, request: HttpRequest, event: Any, restored: restore.RestoreResult) -> None:
        said = f"Restored the version of {in_london(event.pgh_created_at)}"
        self.log_change(request, restored.record, said)
        messages.success(request, f"{said}: {restored.record}.")
        tell_of_rows(request, [restored])

    def _may_restore(self, request: HttpRequest, record: models.Model | None) -> bool:
        if record is None:
            return self.has_add_permission(request)
        return self.has_change_permission(request, record)


def record_number(object_id: str) -> int:
    """The record's number from its address; Http404 for anything else."""
    text = unquote(object_id)
    if not _NUMBER.fullmatch(text):
        raise Http404("Records have numbers.")
    return int(text)
