"""The admin's pages on batches: what was written together, row by row, and the way to undo it."""

import re
from typing import TYPE_CHECKING, Any

from django.contrib import admin, messages
from django.contrib.admin.views.main import ChangeList
from django.core.exceptions import PermissionDenied
from django.db import models
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import NoReverseMatch, URLPattern, path, reverse

from citytools.history import tracked_models, undo
from citytools.history.batches import BatchRow, batch_page
from citytools.history.undo_plan import Record
from citytools.history.undo_report import (
    MAX_RECORDS,
    count_lines,
    refusal_lines,
    undo_lines,
)
from citytools.models import Batch, is_in_effect
from citytools.staff.deleted_records import may_write
from citytools.staff.record_history import record_number

if TYPE_CHECKING:
    ModelAdmin = admin.ModelAdmin[Batch]  # generic for the type checker alone
else:
    ModelAdmin = admin.ModelAdmin

MAX_RECORDS_ON_PAGE = 20_000
"""More are undone by the command alone: a request would hold every other writer for too long."""
_MAX_KINDS_IN_LIST = 3
_INVERSE = {"created": "delete", "changed": "change", "removed": "add"}
"""The permission that taking back what was done needs."""
_NUMBER = re.compile(r"(?:batch )?(\d{1,18})", re.ASCII | re.IGNORECASE)


class _BatchList(ChangeList):
    """With the state of each batch on the page: a few queries for all of them."""

    def get_results(self, request: HttpRequest) -> None:
        super().get_results(request)
        numbers = [batch.pk for batch in self.result_list]
        undos = Batch.objects.filter(pk__in=numbers).with_undos()
        for batch in self.result_list:
            batch.state_words = state_words(batch, undos)


def state_words(batch: Batch, undos: dict[int, list[Batch]]) -> str:
    """'In effect', 'Undone by batch 18' or 'Undone by batch 18, but for 3 records'."""
    if batch.kind == Batch.Kind.REFRESH:
        return "In effect"
    for undo_batch in reversed(undos.get(batch.pk, [])):
        if is_in_effect(undo_batch, undos):
            left = undo_batch.left
            but = f", but for {left:,} record{'' if left == 1 else 's'}" if left else ""
            return f"Undone by batch {undo_batch.pk}{but}"
    return "In effect"


class BatchAdmin(ModelAdmin):
    """Read-only: a batch is written by what it records, and undone by another batch."""

    list_display = ["number", "kind", "at", "who", "what", "file_names", "state", "note"]
    list_display_links = ["number"]
    list_filter = ["kind", "at", ("user", admin.RelatedOnlyFieldListFilter), "command"]
    list_select_related = ["user"]
    list_per_page = 50
    search_fields = [
        *("note", "command", "gss_code", "files"),
        *("user__username", "user__first_name", "user__last_name"),
    ]
    search_help_text = "Number, note, file's name, who, command or GSS code of a borough."
    actions = None

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Batch | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Batch | None = None) -> bool:
        return False

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> Any:
        return _BatchList

    def get_search_results(
        self, request: HttpRequest, queryset: models.QuerySet[Batch], search_term: str
    ) -> tuple[models.QuerySet[Batch], bool]:
        """With “17” and “Batch 17”, as commands and messages print it."""
        if number := _NUMBER.fullmatch(search_term.strip()):
            matches, _ = super().get_search_results(request, queryset, search_term)
            return matches | queryset.filter(pk=int(number[1])), False
        return super().get_search_results(request, queryset, search_term)

    def get_urls(self) -> list[URLPattern]:
        """With the page that undoes a batch."""
        undo_page = self.admin_site.admin_view(self.undo_view)
        name = "citytools_batch_undo"
        return [path("<path:object_id>/undo/", undo_page, name=name), *super().get_urls()]

    @admin.display(description="batch", ordering="pk")
    def number(self, batch: Batch) -> str:
        return str(batch)

    @admin.display(description="who", ordering="user__username")
    def who(self, batch: Batch) -> str:
        return who(batch)

    @admin.display(description="what")
    def what(self, batch: Batch) -> str:
        lines = count_lines(batch.counts)
        more = len(lines) - _MAX_KINDS_IN_LIST
        ending = f"; and {more} more kind{'' if more == 1 else 's'}" if more > 0 else ""
        return "; ".join(lines[:_MAX_KINDS_IN_LIST]) + ending

    @admin.display(description="files")
    def file_names(self, batch: Batch) -> str:
        names = [file["name"] for file in batch.files]
        more = f" and {len(names) - 3} more" if len(names) > 3 else ""
        return ", ".join(names[:3]) + more

    @admin.display(description="state")
    def state(self, batch: Any) -> str:
        return str(batch.state_words)

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        """One batch: who, when, files, counts, and each record before and after."""
        batch = self._batch(request, object_id)
        kinds = [model for model in tracked_models() if _may_view(request, model)]
        page = batch_page(batch, kinds, request.GET.get("page"))
        page.object_list = [(row, _history_address(row)) for row in page.object_list]
        undos = Batch.objects.filter(pk=batch.pk).with_undos()
        context = self._context(request, batch, str(batch)) | {
            "page": page,
            "counts": count_lines(batch.counts),
            "state": state_words(batch, undos),
            "undos": undos.get(batch.pk, []),
            "may_undo": _may_undo(request, batch),
        }
        return TemplateResponse(request, "admin/batch.html", context)

    def undo_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Says what undoing the batch will do, then does that and nothing else."""
        batch = self._batch(request, object_id)
        if not _may_undo(request, batch):
            raise PermissionDenied
        if batch.written > MAX_RECORDS_ON_PAGE:
            command = f"manage.py undo {batch.pk}"
            message = f"{batch.written:,} records are too many for a page: {command} undoes them."
            return self._back(request, batch, message)
        posted, others = request.method == "POST", "others" in request.POST
        try:
            result = undo.undo_batch(
                batch,
                others=others or not posted,
                dry_run=not posted,
                # Never empty: without what was shown nothing is done
                token=request.POST.get("token", "") or "none" if posted else "",
            )
        except undo.UndoRefusedError as error:
            return self._back(request, batch, f"Not undone. {error}")
        if result.batch:
            left = f" {result.batch.left:,} of its records stay." if result.batch.left else ""
            messages.success(request, f"Undone: {batch}. This is {result.batch}.{left}")
            return HttpResponseRedirect(result.batch.get_absolute_url())
        if posted:
            messages.error(request, "Nothing was undone yet: look at what it will do now.")
            return HttpResponseRedirect(request.path)
        return self._ask(request, batch, result)

    def _ask(self, request: HttpRequest, batch: Batch, result: undo.UndoResult) -> HttpResponse:
        context = self._context(request, batch, f"Undo {str(batch).lower()}") | {
            "result": result,
            "undone": undo_lines(result.undone),
            "refusals": [
                (line, line.history and _address(line.history))
                for line in refusal_lines(result.refusals[:MAX_RECORDS])
            ],
            "more_refusals": max(0, len(result.refusals) - MAX_RECORDS),
            "nothing": undo.nothing_to_undo(batch),
        }
        return TemplateResponse(request, "admin/batch_undo.html", context)

    def _batch(self, request: HttpRequest, object_id: str) -> Batch:
        if not self.has_view_permission(request):
            raise PermissionDenied
        batches = Batch.objects.select_related("user", "undoes")
        batch: Batch | None = batches.filter(pk=record_number(object_id)).first()
        if batch is None:
            raise Http404("There is no such batch.")
        return batch

    def _back(self, request: HttpRequest, batch: Batch, message: str) -> HttpResponse:
        messages.error(request, message)
        return HttpResponseRedirect(batch.get_absolute_url())

    def _context(self, request: HttpRequest, batch: Batch, title: str) -> dict[str, Any]:
        return self.admin_site.each_context(request) | {
            "title": title,
            "opts": self.opts,
            "batch": batch,
            "who": who(batch),
        }


def who(batch: Batch) -> str:
    """The account, or the command that somebody ran on the server."""
    if batch.user:
        return batch.user.get_full_name() or batch.user.get_username()
    return f"The command “{batch.command}”" if batch.command else "An account since deleted"


def _may_undo(request: HttpRequest, batch: Batch) -> bool:
    """Whether the person may write to every kind of record in it, the other way round."""
    needs = [
        (label, _INVERSE[verb])
        for label, numbers in batch.counts.items()
        for verb in numbers
        if verb in _INVERSE
    ]
    models_by_label = {model._meta.label_lower: model for model in tracked_models()}
    return all(
        may_write(request, models_by_label[label], action)
        for label, action in needs
        if label in models_by_label
    )


def _may_view(request: HttpRequest, model: Any) -> bool:
    return may_write(request, model, "view") or may_write(request, model, "change")


def _history_address(row: BatchRow) -> str:
    return _address((row.model, row.record))


def _address(record: Record) -> str:
    """A record's page of history; empty for a row that has none of its own."""
    model, number = record
    options = model._meta
    try:
        return reverse(f"admin:{options.app_label}_{options.model_name}_history", args=[number])
    except NoReverseMatch:
        return ""
