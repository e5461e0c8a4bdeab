"""The admin's list of deleted records, from which several come back at once."""

import hashlib
import re
from collections.abc import Sequence
from typing import Any

from django.contrib import messages
from django.contrib.auth import get_permission_codename
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.db import IntegrityError, models, transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html

from citytools.history import restore
from citytools.history.batches import batch
from citytools.history.page import (
    PER_PAGE,
    RecordNames,
    account_names,
    author_name,
    version_name,
)
from citytools.history.record_version import VersionedAdmin
from citytools.models import Batch
from citytools.staff.confirmation_form import ConfirmationQuestion

_VERSION = re.compile(r"\d{1,9}", re.ASCII)
_MAX_ROWS_NAMED = 10
_ACTIONS_ON_ROWS = {
    restore.ADD: "Came back with it",
    restore.CHANGE: "Went back with it",
    restore.REMOVE: "Taken off, as it was not there then",
}


class DeletedRecordsAdmin(VersionedAdmin):
    """What was deleted, and the way back for one record or for several."""

    change_list_template = "admin/fact_list.html"

    def get_urls(self) -> list[URLPattern]:
        wrap = self.admin_site.admin_view
        views = {"deleted/": "deleted", "deleted/restore/": "restore_deleted"}
        own = [
            path(address, wrap(getattr(self, f"{page}_view")), name=self._page_name(page))
            for address, page in views.items()
        ]
        return [*own, *super().get_urls()]

    def _page_name(self, page: str) -> str:
        return f"{self.opts.app_label}_{self.opts.model_name}_{page}"

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        deleted = reverse(f"admin:{self._page_name('deleted')}")
        return super().changelist_view(request, {"deleted_url": deleted} | (extra_context or {}))

    def deleted_view(self, request: HttpRequest) -> HttpResponse:
        """What was deleted and has not come back, newest first."""
        if not self.has_view_or_change_permission(request):
            raise PermissionDenied
        deletions = self._deletions().order_by("-pgh_created_at", "-pgh_id")
        page = Paginator(deletions, PER_PAGE).get_page(request.GET.get("page"))
        page.object_list = self._described(list(page.object_list))
        title = f"Deleted {self.opts.verbose_name_plural}"
        context = self._context(request, title, page) | {
            "history_view": f"admin:{self._page_name('history')}",
            "restore_url": reverse(f"admin:{self._page_name('restore_deleted')}"),
            "may_restore": self.has_add_permission(request),
        }
        return TemplateResponse(request, "admin/fact_deleted.html", context)

    def restore_deleted_view(self, request: HttpRequest) -> HttpResponse:
        """Says of each ticked record what comes back with it or why it cannot, then does that."""
        if not self.has_add_permission(request):
            raise PermissionDenied
        versions = (request.POST if request.method == "POST" else request.GET).getlist("version")
        numbers = {int(text) for text in versions[:PER_PAGE] if _VERSION.fullmatch(text)}
        events = list(self._deletions().filter(pgh_id__in=numbers).order_by("pgh_id"))
        if not events:
            messages.error(request, "Nothing to restore: tick records that are still deleted.")
            return self._to_deleted()
        try:
            with transaction.atomic(), batch(Batch.Kind.RESTORE) as written:
                results = restore.restore_deleted(events, self._rules(request))
                token = _token(events, results)
                done = request.POST.get("token") == token
                written.note = f"{sum(not result.problems for result in results)} deleted records"
                if not done:
                    transaction.set_rollback(True)
        except IntegrityError:
            messages.error(request, "Not restored. Somebody changed a record meanwhile. Try again.")
            return self._to_deleted()
        rows = self._described(events)
        if done:
            return self._report_restored(request, written, rows, results)
        if request.method == "POST":
            messages.error(request, "Nothing was restored yet: look at what comes back now.")
        questions = map(self.restore_question, events)
        context = self._context(request, "Restore deleted records") | {
            "rows": [*zip(rows, results, questions, strict=True)],
            "count": sum(not result.problems for result in results),
            "token": token,
            "deleted_url": reverse(f"admin:{self._page_name('deleted')}"),
        }
        return TemplateResponse(request, "admin/fact_restore_deleted.html", context)

    def _report_restored(
        self,
        request: HttpRequest,
        written: Batch,
        rows: Sequence[dict[str, Any]],
        results: Sequence[restore.RestoreResult],
    ) -> HttpResponse:
        restored = [result for result in results if not result.problems]
        for result in restored:
            self.log_change(request, result.record, f"Restored with others, as {written}")
        if restored:
            names = "; ".join(str(result.record) for result in restored[:_MAX_ROWS_NAMED])
            link = format_html('<a href="{}">{}</a>', written.get_absolute_url(), written)
            text = format_html("Restored {} as {}: {}.", len(restored), link, names)
            messages.success(request, text)
        for row, result in zip(rows, results, strict=True):
            if result.problems:
                said = f"Not restored: {row['name']}. {' '.join(result.problems)}"
                messages.error(request, said)
        tell_of_rows(request, restored)
        return self._to_deleted()

    def _to_deleted(self) -> HttpResponse:
        return HttpResponseRedirect(reverse(f"admin:{self._page_name('deleted')}"))

    def _deletions(self) -> Any:
        """The last event of each record that is not there."""
        alive = self.model._base_manager.filter(pk=models.OuterRef("pgh_obj_id"))
        later = self._events().filter(
            pgh_obj_id=models.OuterRef("pgh_obj_id"), pgh_id__gt=models.OuterRef("pgh_id")
        )
        deletions = self._events().filter(
            ~models.Exists(alive), ~models.Exists(later), pgh_label="delete"
        )
        return deletions.select_related("pgh_context")

    def _described(self, events: Sequence[Any]) -> list[dict[str, Any]]:
        names, people = RecordNames(events), account_names(events)
        return [
            {
                "name": version_name(event, names),
                "number": event.pgh_obj_id,
                "version": event.pgh_id,
                "when": event.pgh_created_at,
                "who": author_name(event, people),
            }
            for event in events
        ]

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


def _token(events: Sequence[Any], results: Sequence[restore.RestoreResult]) -> str:
    """Stands for the records and for what becomes of each of their rows."""
    said = [
        (
            event.pgh_id,
            tuple(result.problems),
            [
                (step.action, type(step.row).__name__, step.row.pk, step.problem)
                for step in result.steps
            ],
        )
        for event, result in zip(events, results, strict=True)
    ]
    return hashlib.sha256(repr(said).encode()).hexdigest()[:32]


def tell_of_rows(request: HttpRequest, results: Sequence[restore.RestoreResult]) -> None:
    """Messages that name the rows which came back, went back or could not."""
    steps = [step for result in results for step in result.steps]
    names = [(step, f"{step.relation.noun}: {step.name}") for step in steps]
    for action, words in _ACTIONS_ON_ROWS.items():
        rows = [row for step, row in names if step.action == action and not step.problem]
        if rows:
            more = len(rows) - _MAX_ROWS_NAMED
            ending = f" and {more} more" if more > 0 else ""
            messages.info(request, f"{words}: {'; '.join(rows[:_MAX_ROWS_NAMED])}{ending}.")
    left_out = [f"{row}. {step.problem}" for step, row in names if step.problem]
    for sentence in left_out[:_MAX_ROWS_NAMED]:
        messages.warning(request, f"Not restored with it: {sentence}")
    if len(left_out) > _MAX_ROWS_NAMED:
        messages.warning(request, f"Nor {len(left_out) - _MAX_ROWS_NAMED} more rows.")


def may_write(request: HttpRequest, model: Any, action: str) -> bool:
    """Whether the person may do this to rows of the kind; of Django's own link tables anybody may.

    Those follow the permission on their record, as in Django's forms.
    """
    options = model._meta.concrete_model._meta
    if options.auto_created:
        return True
    permission = f"{options.app_label}.{get_permission_codename(action, options)}"
    return bool(request.user.has_perm(permission))
