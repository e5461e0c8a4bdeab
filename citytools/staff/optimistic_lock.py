"""A form of the admin is saved only if nobody has written to the record since it was opened.

Each form carries the version at which it was opened (`record_version`).
"""

import copy
import re
from collections.abc import Iterator
from typing import Any

from django import forms
from django.contrib.admin.options import TO_FIELD_VAR
from django.contrib.admin.utils import flatten_fieldsets, quote, unquote
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import models, transaction
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.template.response import TemplateResponse
from django.urls import reverse

from citytools.history import page
from citytools.history.page import RecordNames, tracked_fields, version_name
from citytools.history.record_version import FIELD, Conflict
from citytools.staff.record_history import HistoryAdmin, record_number

Row = dict[str, list[str]]
_MAX_ROWS = 1000
_NUMBER = re.compile(r"\d{1,18}", re.ASCII)


def rebase_typed_values(model_admin: Any, request: HttpRequest, record: models.Model) -> QueryDict:
    """What was posted, with the rows that there are now.

    A form knows its rows by their number and order. Rows that somebody else added are put between,
    and those that somebody else removed become new ones, so that the form can be saved again.
    """
    posted = request.POST.copy()
    opened_now = copy.copy(request)
    opened_now.method = "GET"
    formsets, _ = model_admin._create_formsets(opened_now, record, change=True)
    for formset in formsets:
        _rebase(formset, posted)
    return posted


def _rebase(formset: Any, posted: QueryDict) -> None:
    prefix, key = formset.prefix, formset.model._meta.pk.name
    typed = [_row(posted, f"{prefix}-{number}-") for number in range(_total(posted, prefix))]
    # A number that no row can have is none: the row is taken for a new one
    by_key = {row[key][0]: row for row in typed if _NUMBER.fullmatch(row.get(key, [""])[0])}
    present = [
        by_key.pop(str(form.instance.pk), {}) or _values(form) for form in formset.initial_forms
    ]
    new = [
        {name: values for name, values in row.items() if name != key}
        for row in typed
        if row and not _NUMBER.fullmatch(row.get(key, [""])[0])
    ]
    removed = [_as_new_row(formset, row, key) for row in by_key.values() if "DELETE" not in row]
    for name in [name for name in posted if name.startswith(f"{prefix}-")]:
        del posted[name]
    rows = [*present, *new, *removed]
    for number, row in enumerate(rows):
        for name, values in row.items():
            posted.setlist(f"{prefix}-{number}-{name}", values)
    counts = {"TOTAL": len(rows), "INITIAL": len(present), "MIN_NUM": 0, "MAX_NUM": _MAX_ROWS}
    for name, count in counts.items():
        posted[f"{prefix}-{name}_FORMS"] = str(count)


def _total(posted: QueryDict, prefix: str) -> int:
    total = posted.get(f"{prefix}-TOTAL_FORMS", "")
    # Python reads no number of more than 4,300 digits
    return min(int(total[:9]), _MAX_ROWS) if total.isascii() and total.isdigit() else 0


def _row(posted: QueryDict, beginning: str) -> Row:
    names = [name for name in posted if name.startswith(beginning)]
    return {name.removeprefix(beginning): posted.getlist(name) for name in names}


def _values(form: Any) -> Row:
    """What a browser would post of a form as it is filled in."""
    values: Row = {}
    for bound in form:
        value, widget = bound.value(), bound.field.widget
        if isinstance(widget, forms.CheckboxInput):
            values |= {bound.name: ["on"]} if value else {}
            continue
        text = widget.format_value(value)
        texts = text if isinstance(text, list | tuple) else [text]
        values[bound.name] = ["" if text is None else str(text) for text in texts]
    return values


def _as_new_row(formset: Any, typed: Row, key: str) -> Row:
    """A row that was deleted, to be added again: as it was last, with what was typed into it."""
    events = formset.model.pgh_event_model.objects.filter(pgh_obj_id=typed[key][0])
    last = events.order_by("-pgh_id")
    row = formset.model()
    if (event := last.first()) is not None:
        for field in tracked_fields(type(event)):
            setattr(row, field.attname, getattr(event, field.attname))
    values = _values(formset.form(instance=row)) | typed
    return {name: value for name, value in values.items() if name != key}


def describe_typed_values(model_admin: Any, request: HttpRequest) -> list[tuple[str, str]]:
    """(label, words) of all that was typed into the form of a deleted record."""
    fields = flatten_fieldsets(model_admin.get_fieldsets(request))
    form = model_admin.get_form(request, None, change=False, fields=fields)(request.POST)
    formsets, _ = model_admin._create_formsets(request, form.instance, change=False)
    values = list(_form_in_words(form))
    for formset in formsets:
        noun = str(formset.model._meta.verbose_name)
        for number, row in enumerate(formset.forms, start=1):
            skipped = {formset.fk.name, formset.model._meta.pk.name, "DELETE"}
            values += _form_in_words(row, f"{noun} {number}: ".capitalize(), skipped)
    return values


def _form_in_words(
    form: Any, beginning: str = "", skipped: set[str] | None = None
) -> Iterator[tuple[str, str]]:
    for bound in form.visible_fields():
        words = _words(bound) if bound.name not in (skipped or ()) else ""
        if words:
            yield f"{beginning}{bound.label}", words


def _words(bound: Any) -> str:
    """One value as a person would say it; as it was typed where it is not sound."""
    try:
        value = bound.field.clean(bound.data)
    except ValidationError:
        value = bound.data
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, models.QuerySet | list):
        return ", ".join(map(str, value))
    if isinstance(bound.field, forms.TypedChoiceField) and value not in (None, ""):
        choices: Any = bound.field.choices
        value = next((label for choice, label in choices if choice == value), value)
    return "" if value is None else str(value)


def _never_valid(form: Any) -> bool:
    """In place of `is_valid`: the form is shown again with what was typed, and its mistakes."""
    form.full_clean()
    return False


class OptimisticLockAdmin(HistoryAdmin):
    """Refuses what was typed against an older version, and shows what changed meanwhile."""

    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        """As in Django; a form for adding carries no version, nor does one saved as new."""
        number = self._changed_record(request, object_id)
        if number is None:
            return super().changeform_view(request, object_id, form_url, extra_context)
        if request.method != "POST":
            # Before the record is read: what is written in between is then seen as a conflict
            context = {"record_version": self.version_of(number)} | (extra_context or {})
            return super().changeform_view(request, object_id, form_url, context)
        with transaction.atomic():
            conflict = self.conflict(request, number)
            if not self.model._base_manager.filter(pk=number).exists():
                return self._deleted_meanwhile(request, number)
            context = self._redisplay_context(request, number, conflict) | (extra_context or {})
            return super().changeform_view(request, object_id, form_url, context)

    def delete_view(
        self, request: HttpRequest, object_id: str, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """As in Django; what was written since the page was opened is not deleted unseen."""
        try:
            number = record_number(object_id)
        except Http404:
            return super().delete_view(request, object_id, extra_context)
        context = {"record_version": self.version_of(number), "object_id": number}
        if request.method != "POST":
            return super().delete_view(request, object_id, context | (extra_context or {}))
        with transaction.atomic():
            conflict = self.conflict(request, number)
            if conflict and self.model._base_manager.filter(pk=number).exists():
                # Asked again, as if the page had just been opened
                request.method = "GET"
                request.POST = QueryDict()
                context |= {"record_version": conflict.now, "conflict": conflict}
            return super().delete_view(request, object_id, context | (extra_context or {}))

    def _changed_record(self, request: HttpRequest, object_id: str | None) -> int | None:
        """The number of the record that the form changes; None if it changes none."""
        if object_id is None or "_saveasnew" in request.POST:
            return None
        to_field = request.POST.get(TO_FIELD_VAR, request.GET.get(TO_FIELD_VAR))
        if to_field and to_field != self.opts.pk.name and self.to_field_allowed(request, to_field):
            record = self.get_object(request, unquote(object_id), to_field)
            return None if record is None else record.pk
        try:
            return record_number(object_id)
        except Http404:
            return None  # Django says it in its own words

    def _redisplay_context(
        self, request: HttpRequest, number: int, conflict: Conflict | None
    ) -> dict[str, Any]:
        """The context of the form, should it be shown again."""
        if conflict is None:
            # A form with mistakes keeps its version: what is written next is still to be seen
            return {"record_version": request.POST.get(FIELD, "")}
        record = self.get_object(request, str(number))
        if record is not None and self.has_change_permission(request, record):
            rebased: Any = rebase_typed_values(self, request, record)
            request.POST = rebased
            request.conflict = conflict  # type: ignore[attr-defined]
        return {"record_version": conflict.now, "conflict": conflict}

    def get_form(
        self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any
    ) -> Any:
        """As in Django; nothing is saved of a form that is in conflict."""
        form: Any = super().get_form(request, obj, change, **kwargs)
        if getattr(request, "conflict", None) is not None:
            form.is_valid = _never_valid  # the class has been made for this request alone
        return form

    def _deleted_meanwhile(self, request: HttpRequest, number: int) -> HttpResponse:
        """Says who deleted the record, and lists what was typed into its form."""
        if not self.has_change_permission(request):
            raise PermissionDenied
        last = self._events().filter(pgh_obj_id=number).order_by("-pgh_id").first()
        if last is None:
            # There never was such a record: Django says so
            return super().changeform_view(request, str(number))
        history = reverse(f"admin:{self._page_name('history')}", args=[quote(number)])
        context = self._context(
            request, f"Deleted meanwhile: {version_name(last, RecordNames([last]))}"
        ) | {
            "when": last.pgh_created_at,
            "who": page.author_name(last, page.account_names([last])),
            "typed": describe_typed_values(self, request),
            "history": history,
        }
        return TemplateResponse(request, "admin/fact_deleted_meanwhile.html", context)
