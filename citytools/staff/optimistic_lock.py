"""A form of the admin is saved together with what others saved since it was opened.

Each form carries the version at which it was opened (`record_version`). What others changed stays,
and is said; where both changed the same, nothing is saved until a person has chosen.
"""

from dataclasses import replace
from functools import partial, partialmethod
from typing import Any

from django.contrib import messages
from django.contrib.admin.options import TO_FIELD_VAR
from django.contrib.admin.utils import quote, unquote
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.template.response import TemplateResponse
from django.urls import reverse

from citytools.history import page
from citytools.history.page import HistoryEntry, RecordNames, version_name
from citytools.history.record_version import FIELD, Conflict, load_version
from citytools.staff.bulk_deletion import BulkDeletionAdmin
from citytools.staff.conflict_question import Question, as_subject, show_questions, time_in_words
from citytools.staff.form_merge import MARK, PageMerge
from citytools.staff.record_history import record_number
from citytools.staff.typed_values import describe_typed_values

_MAX_CHANGES_SAID = 10
Questions = dict[str, list[Question]]
"""By the prefix of their form."""


def _never_valid(form: Any, questions: Questions) -> bool:
    """In place of `is_valid`: the form is shown again with what was typed, and its mistakes."""
    form.full_clean()
    show_questions(form, questions.get("", []))
    return False


def _rows_with_questions(formset: Any, questions: Questions) -> bool:
    """In place of a formset's `is_valid`, once: its forms then show their questions too."""
    del formset.is_valid
    valid: bool = formset.is_valid()
    for form in formset.forms:
        show_questions(form, questions.get(form.prefix, []))
    return valid


def _change_in_words(entry: HistoryEntry) -> str:
    """“Ada Obi changed Hosting to “SaaS” at 10:32”."""
    own, when = entry.version is not None, time_in_words(entry.when)
    changes = [f"{change.field}{' to' if own else ''} “{change.new}”" for change in entry.changes]
    noun, _, verb = entry.action.lower().rpartition(" ")
    details = " and ".join(changes) if own else f"{noun} ({', '.join(changes)})"
    return f"{as_subject(entry.who)} {verb} {details} {when} while you had this form open"


class OptimisticLockAdmin(BulkDeletionAdmin):
    """Merges what was typed against an older version with what others saved meanwhile."""

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
            context = self._merge(request, number, conflict) | (extra_context or {})
            return super().changeform_view(request, object_id, form_url, context)

    def _merge(
        self, request: HttpRequest, number: int, conflict: Conflict | None
    ) -> dict[str, Any]:
        """Merge what was posted with what is saved; the context, should the form be shown again."""
        opened_at = request.POST.get(FIELD, "")
        # The form is locked now: what it shows next is what was saved until now
        context: dict[str, Any] = {"record_version": conflict.now if conflict else opened_at}
        record = self.get_object(request, str(number))
        has_answers = any(name.endswith(f"-{MARK}") for name in request.POST)
        if record is None or not self.has_change_permission(request, record):
            return context
        if conflict is None and not has_answers:
            return context
        version = load_version(self.model, number, self.history_links, opened_at)
        merge = PageMerge(self, request, record, version)
        request.POST = merge.posted
        state: Any = request
        state.saved_meanwhile = conflict
        if version is None or merge.conflicts:
            state.questions = {
                prefix: [Question(prefix, conflict) for conflict in conflicts]
                for prefix, conflicts in merge.conflicts.items()
            }
            context["questions"] = [
                question
                for questions in state.questions.values()
                for question in questions
                if not question.conflict.answer
            ]
        if conflict and version is None:
            conflict = replace(conflict, since_opened=False)
        return context | {"conflict": conflict}

    def get_form(
        self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any
    ) -> Any:
        """As in Django; nothing is saved of a form with questions."""
        form: Any = super().get_form(request, obj, change, **kwargs)
        if (questions := getattr(request, "questions", None)) is not None:
            # The class has been made for this request alone
            form.is_valid = partialmethod(_never_valid, questions)
        return form

    def _create_formsets(self, request: HttpRequest, obj: Any, change: bool) -> Any:
        """As in Django; the same of rows."""
        formsets, inlines = super()._create_formsets(request, obj, change)  # type: ignore[misc]
        if (questions := getattr(request, "questions", None)) is not None:
            for formset in formsets:
                formset.is_valid = partial(_rows_with_questions, formset, questions)
        return formsets, inlines

    def response_change(self, request: HttpRequest, obj: Any) -> HttpResponse:
        """As in Django, with what others saved while the form was open."""
        conflict: Conflict | None = getattr(request, "saved_meanwhile", None)
        if conflict is not None:
            entries = conflict.entries[:_MAX_CHANGES_SAID]
            for entry in reversed(entries):
                messages.info(request, f"{_change_in_words(entry)}: that stays.")
            if more := len(conflict.entries) - len(entries) + conflict.more:
                messages.info(request, f"Others saved {more} more changes: see the history.")
        return super().response_change(request, obj)

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
