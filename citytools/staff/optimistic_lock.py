"""A form of the admin is saved only if nobody has written to the record since it was opened.

Each form carries the version at which it was opened (`record_version`).
"""

from typing import Any

from django.contrib.admin.options import TO_FIELD_VAR
from django.contrib.admin.utils import quote, unquote
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.template.response import TemplateResponse
from django.urls import reverse

from citytools import typed_values
from citytools.history import page
from citytools.history.record_version import FIELD, Conflict
from citytools.history_words import Names, name_of
from citytools.staff.record_history import HistoryAdmin, record_number


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
            context = self._shown_again(request, number, conflict) | (extra_context or {})
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

    def _shown_again(
        self, request: HttpRequest, number: int, conflict: Conflict | None
    ) -> dict[str, Any]:
        """What the form is shown with, should it be shown again."""
        if conflict is None:
            # A form with mistakes keeps its version: what is written next is still to be seen
            return {"record_version": request.POST.get(FIELD, "")}
        record = self.get_object(request, str(number))
        if record is not None and self.has_change_permission(request, record):
            rebased: Any = typed_values.rebased(self, request, record)
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
        context = self._context(request, f"Deleted meanwhile: {name_of(last, Names([last]))}") | {
            "when": last.pgh_created_at,
            "who": page.who(last, page.people_of([last])),
            "typed": typed_values.listed(self, request),
            "history": history,
        }
        return TemplateResponse(request, "admin/fact_deleted_meanwhile.html", context)
