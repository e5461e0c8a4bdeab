"""The admin's pages that preview, publish and withdraw research.

Who may change a record may publish and withdraw it: LOTI staff are few, and a second permission
would only be given together with the first. Who may view it may preview it.
"""

import copy
import datetime
from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db import models, transaction
from django.forms import ModelForm
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, resolve, reverse

from citytools.facts import dates
from citytools.history.record_version import FIELD, Conflict
from citytools.staff.admin import StaffAdmin
from research.metrics.base import Scope
from research.metrics.definitions import METRICS
from research.metrics.figures import figures_for
from research.models import Publication, State
from research.publications import query, text, verdicts

# The record is published within a transaction that is always taken back, and the public page
# itself answers: so the preview cannot differ from what will be seen.


def preview_page(request: HttpRequest, record: Any, today: datetime.date) -> HttpResponse:
    """The page with a banner that says where the record stands; kept by no browser or proxy."""
    address = record.get_absolute_url().partition("#")[0]
    asked: Any = copy.copy(request)
    asked.path = asked.path_info = address
    asked.GET = QueryDict()
    asked.preview = _banner(record, today)
    view = resolve(address)
    with transaction.atomic():
        if record.state(today) != State.PUBLISHED:
            verdicts.publish_record(record, today)
        response = view.func(asked, *view.args, **view.kwargs)
        transaction.set_rollback(True)
    response["X-Robots-Tag"] = "noindex"
    return response


def _banner(record: Publication, today: datetime.date) -> str:
    state = record.state(today)
    if state == State.PUBLISHED:
        return "This is the page as everybody sees it."
    if state == State.WITHDRAWN:
        return f"{query.publication_state(record, today)} Nobody else sees this."
    return f"{query.publication_state(record, today)}: nobody else sees this."


NO_METRIC = ("", "None: the claim is not tested")


class MetricField(forms.ChoiceField):
    """One of the registered metrics, or none."""

    def validate(self, value: str) -> None:
        """The nearest is named where there is no such metric."""
        if value and (wrong := text.fault_of_key(value)):
            raise forms.ValidationError(wrong)


class PublicationForm(forms.ModelForm):
    """Texts whose tokens are checked."""

    def clean(self) -> dict[str, Any]:
        """Name what is wrong with the tokens of each text."""
        cleaned = super().clean() or {}
        for name in text.TEXTS:
            for wrong in text.text_faults(cleaned.get(name) or ""):
                self.add_error(name, wrong)
        return cleaned


class FindingForm(PublicationForm):
    """The metric that tests the claim is chosen by its title."""

    metric = MetricField(required=False, help_text="The number that tests the claim today.")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields.get("metric")
        # Missing where the form is only looked at
        if isinstance(field, MetricField):
            field.choices = [NO_METRIC, *_metrics(self.instance)]


def _metrics(record: Publication) -> list[tuple[str, str]]:
    """(key, title); with the record's own, should it no longer be registered."""
    choices = [(metric.key, metric.title) for metric in METRICS.values()]
    now = getattr(record, "metric", "")
    if now and now not in METRICS:
        choices.append((now, f"{now} (no longer registered)"))
    return choices


class ReasonForm(forms.Form):
    """Why something is withdrawn."""

    reason = forms.CharField(
        max_length=300,
        label="Reason",
        help_text="Shown in public in place of the text. One or two sentences.",
        error_messages={"required": "Say why it is withdrawn."},
        widget=forms.Textarea(attrs={"rows": 3}),
    )


class PublishingAdmin(StaffAdmin):
    """Pages beside the form; nothing of them is written but by a button."""

    change_form_template = "admin/publication_form.html"

    def get_urls(self) -> list[URLPattern]:
        """With the pages of publishing."""
        wrap = self.admin_site.admin_view
        views = {
            "preview": self.preview_view,
            "publish": self.publish_view,
            "withdraw": self.withdraw_view,
        }
        own = [
            path(f"<int:number>/{page}/", wrap(view), name=self._page_name(page))
            for page, view in views.items()
        ]
        return [*own, *super().get_urls()]

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        """The form, with a link to each page of publishing that has something to do."""
        record: Any = self.get_object(request, object_id)
        links = self._links(request, record) if record else []
        return super().change_view(
            request, object_id, form_url, {"publishing": links} | (extra_context or {})
        )

    def _links(self, request: HttpRequest, record: Publication) -> list[tuple[str, str]]:
        """(address, words)."""
        state, found = record.state(dates.today()), [("preview", "Preview")]
        if self.has_change_permission(request, record):
            again = "Publish again" if state == State.WITHDRAWN else "Publish"
            last = ("withdraw", "Withdraw") if state == State.PUBLISHED else ("publish", again)
            found.append(last)
        return [(self._address(page, record), words) for page, words in found]

    def save_model(
        self, request: HttpRequest, obj: Publication, form: ModelForm, change: bool
    ) -> None:
        """What is public keeps the value of each metric that is new in it; old ones keep theirs."""
        if obj.state(dates.today()) == State.PUBLISHED:
            obj.published_values = text.publication_values(obj, dates.today(), anew=False)
        super().save_model(request, obj, form, change)

    def check_restored(self, record: models.Model) -> None:
        """No version comes back whose tokens are not sound."""
        verdicts.check_publication(record)

    def preview_view(self, request: HttpRequest, number: int) -> HttpResponse:
        """The public page as it would be if it were published now. Nothing is kept of it."""
        record = self._record(request, number, self.has_view_or_change_permission)
        if request.method not in {"GET", "HEAD"}:
            return HttpResponse("A preview is only looked at.", status=405)
        try:
            return preview_page(request, record, dates.today())
        except verdicts.Refused as error:
            return self._back(request, record, error)

    def publish_view(self, request: HttpRequest, number: int) -> HttpResponse:
        """Ask, then publish with the numbers of today."""
        record, today = self._record(request, number, self.has_change_permission), dates.today()
        conflict = None
        if request.method == "POST":
            with transaction.atomic():
                conflict = self.conflict(request, number)
                if conflict is None:
                    return self._done(request, record, "Published", verdicts.publish_record, today)
            record = self._record(request, number, self.has_change_permission)
        if record.state(today) == State.PUBLISHED:
            return self._back(request, record, verdicts.Refused("It is public already."))
        context = {
            "figures": figures_for(text.quoted_metrics(record), Scope(today)).values(),
            "faults": [wrong for value in text.record_faults(record).values() for wrong in value],
            "preview": self._address("preview", record),
            "conflict": conflict,
        }
        return self._asked(request, record, "publish", context)

    def withdraw_view(self, request: HttpRequest, number: int) -> HttpResponse:
        """Ask for the reason, then withdraw."""
        record, today = self._record(request, number, self.has_change_permission), dates.today()
        form, conflict = ReasonForm(request.POST or None), None
        if request.method == "POST" and form.is_valid():
            reason = form.cleaned_data["reason"]
            with transaction.atomic():
                conflict = self.conflict(request, number)
                if conflict is None:
                    return self._done(
                        request, record, "Withdrawn", verdicts.withdraw_record, today, reason
                    )
            record = self._record(request, number, self.has_change_permission)
        if record.state(today) != State.PUBLISHED:
            wrong = verdicts.Refused("Only what is public can be withdrawn.")
            return self._back(request, record, wrong)
        return self._asked(request, record, "withdraw", {"form": form, "conflict": conflict})

    def _record(
        self, request: HttpRequest, number: int, may: Callable[[HttpRequest, Any], bool]
    ) -> Publication:
        record: Any = self.get_object(request, str(number))
        if not may(request, record):
            raise PermissionDenied
        if record is None:
            raise Http404("There is no such record.")
        return record

    def _asked(
        self, request: HttpRequest, record: Publication, page: str, context: dict[str, Any]
    ) -> HttpResponse:
        shared = self.admin_site.each_context(request) | {
            "title": f"{page.capitalize()}: {record}",
            "opts": self.opts,
            "record": record,
            "object_id": record.pk,
            "record_version": self._version_shown(request, record, context.get("conflict")),
            "standing": query.publication_state(record, dates.today()),
            "change": self._address("change", record),
        }
        return TemplateResponse(request, f"admin/publication_{page}.html", shared | context)

    def _version_shown(
        self, request: HttpRequest, record: Publication, conflict: Conflict | None
    ) -> str:
        """A form with mistakes keeps the version that it was opened at."""
        opened_at = conflict.now if conflict else request.POST.get(FIELD, "")
        return opened_at or self.version_of(record.pk)

    def _done(
        self,
        request: HttpRequest,
        record: Publication,
        said: str,
        act: Callable[..., None],
        *arguments: Any,
    ) -> HttpResponse:
        try:
            act(record, *arguments)
        except verdicts.Refused as error:
            return self._back(request, record, error)
        self.log_change(request, record, f"{said}.")
        messages.success(request, f"{said}: {record}.")
        return HttpResponseRedirect(self._address("change", record))

    def _back(
        self, request: HttpRequest, record: Publication, error: verdicts.Refused
    ) -> HttpResponse:
        for reason in error.reasons:
            messages.error(request, f"Not done. {reason}")
        return HttpResponseRedirect(self._address("change", record))

    def _address(self, page: str, record: Publication) -> str:
        return reverse(f"admin:{self._page_name(page)}", args=[record.pk])
