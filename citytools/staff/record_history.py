"""The admin's history pages: one record's past, what was deleted, and going back."""

import re
from typing import Any

from django.contrib import messages
from django.contrib.admin.utils import quote, unquote
from django.contrib.auth import get_permission_codename
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.db import IntegrityError, models, transaction
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse

from citytools.history import restore
from citytools.history.page import (
    PER_PAGE,
    RecordNames,
    account_names,
    author_name,
    history_page,
    in_london,
    version_name,
)
from citytools.history.record_version import Conflict, VersionedAdmin
from citytools.staff.confirmation_form import ConfirmationQuestion

_NUMBER = re.compile(r"\d{1,18}", re.ASCII)
_MAX_ROWS_NAMED = 10
_ACTIONS_ON_ROWS = {
    restore.ADD: "Came back with it",
    restore.CHANGE: "Went back with it",
    restore.REMOVE: "Taken off, as it was not there then",
}


class HistoryAdmin(VersionedAdmin):
    """History from the database's own events, whatever way a record was written."""

    change_list_template = "admin/fact_list.html"

    def get_urls(self) -> list[URLPattern]:
        wrap = self.admin_site.admin_view
        deleted, back = self._page_name("deleted"), self._page_name("restore")
        return [
            path("deleted/", wrap(self.deleted_view), name=deleted),
            path("<path:object_id>/restore/<int:version>/", wrap(self.restore_view), name=back),
            *super().get_urls(),
        ]

    def _page_name(self, page: str) -> str:
        return f"{self.opts.app_label}_{self.opts.model_name}_{page}"

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        deleted = reverse(f"admin:{self._page_name('deleted')}")
        return super().changelist_view(request, {"deleted_url": deleted} | (extra_context or {}))

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

    def deleted_view(self, request: HttpRequest) -> HttpResponse:
        """What was deleted and has not come back, newest first."""
        if not self.has_view_or_change_permission(request):
            raise PermissionDenied
        alive = self.model._base_manager.filter(pk=models.OuterRef("pgh_obj_id"))
        deletions = self._events().filter(~models.Exists(alive), pgh_label="delete")
        deletions = deletions.select_related("pgh_context").order_by("-pgh_created_at", "-pgh_id")
        page = Paginator(deletions, PER_PAGE).get_page(request.GET.get("page"))
        events = list(page.object_list)
        names, people = RecordNames(events), account_names(events)
        page.object_list = [
            {
                "name": version_name(event, names),
                "number": event.pgh_obj_id,
                "when": event.pgh_created_at,
                "who": author_name(event, people),
            }
            for event in events
        ]
        title = f"Deleted {self.opts.verbose_name_plural}"
        context = self._context(request, title, page)
        history = f"admin:{self._page_name('history')}"
        return TemplateResponse(
            request, "admin/fact_deleted.html", context | {"history_view": history}
        )

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
        restored = restore.restore_version(event, self._rules(request), parts=parts)
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
        names = [(step, f"{step.relation.noun}: {step.name}") for step in restored.steps]
        for action, words in _ACTIONS_ON_ROWS.items():
            rows = [row for step, row in names if step.action == action and not step.problem]
            if rows:
                more = (
                    f" and {len(rows) - _MAX_ROWS_NAMED} more"
                    if len(rows) > _MAX_ROWS_NAMED
                    else ""
                )
                messages.info(request, f"{words}: {'; '.join(rows[:_MAX_ROWS_NAMED])}{more}.")
        for step, row in names:
            if step.problem:
                messages.warning(request, f"Not restored with it: {row}. {step.problem}")

    def _rules(self, request: HttpRequest) -> restore.RestoreRules:
        return restore.RestoreRules(
            self.history_links, self.check_restored, lambda *row: may_write(request, *row)
        )

    def restore_question(self, event: Any) -> ConfirmationQuestion | None:
        """What restoring a version will say in public, where its form would ask before saving."""
        return None

    def check_restored(self, record: models.Model) -> None:
        """ValidationError unless the restored record is sound."""
        record.full_clean()

    def _may_restore(self, request: HttpRequest, record: models.Model | None) -> bool:
        if record is None:
            return self.has_add_permission(request)
        return self.has_change_permission(request, record)

    def _events(self) -> Any:
        tracked: Any = self.model
        return tracked.pgh_event_model.objects

    def _context(self, request: HttpRequest, title: str, page: Any = None) -> dict[str, Any]:
        return self.admin_site.each_context(request) | {
            "title": title,
            "opts": self.opts,
            "module_name": str(self.opts.verbose_name_plural).capitalize(),
            "page": page,
        }


def may_write(request: HttpRequest, model: Any, action: str) -> bool:
    """Whether the person may do this to rows of the kind; of Django's own link tables anybody may.

    Those follow the permission on their record, as in Django's forms.
    """
    options = model._meta.concrete_model._meta
    if options.auto_created:
        return True
    permission = f"{options.app_label}.{get_permission_codename(action, options)}"
    return bool(request.user.has_perm(permission))


def record_number(object_id: str) -> int:
    """The record's number from its address; Http404 for anything else."""
    text = unquote(object_id)
    if not _NUMBER.fullmatch(text):
        raise Http404("Records have numbers.")
    return int(text)
