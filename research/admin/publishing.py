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
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import models, transaction
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, resolve, reverse

from citytools.facts import dates
from citytools.history.batches import batch
from citytools.history.record_version import FIELD, Conflict
from citytools.history.restore import restore_problems
from citytools.models import Batch
from citytools.staff.admin import StaffAdmin
from citytools.staff.waiting import WaitingRule
from citytools.worlds import World, use_world
from research.metrics.base import Scope, day_in_words
from research.metrics.definitions import METRICS, figures_for
from research.models import Publication, State
from research.publications import text


class PublishingError(Exception):
    """Why a record cannot be published or withdrawn, a sentence each with its remedy."""

    def __init__(self, *reasons: str) -> None:
        super().__init__(" ".join(reasons))
        self.reasons = reasons


def publish_record(record: Publication, on: datetime.date) -> None:
    """Make it public from a day on, also again after a withdrawal, with its numbers of that day.

    PublishingError where it is public already, or not valid.
    """
    with transaction.atomic(), batch(Batch.Kind.PUBLISH, note="published"):
        _lock(record)
        if record.state(on) == State.PUBLISHED:
            raise PublishingError("It is public already.")
        try:
            check_publication(record)
        except ValidationError as error:
            raise PublishingError(*restore_problems(record, error)) from error
        record.published_on, record.withdrawn_on, record.withdrawal_reason = on, None, ""
        record.published_values = text.publication_values(record, on, remeasure=True)
        record.save()


def withdraw_record(record: Publication, on: datetime.date, reason: str) -> None:
    """Take it back from a day on, for a reason that is shown in public."""
    with transaction.atomic(), batch(Batch.Kind.PUBLISH, note="withdrawn"):
        _lock(record)
        if record.state(on) != State.PUBLISHED:
            raise PublishingError("Only what is public can be withdrawn.")
        if not reason.strip():
            raise PublishingError("Say why it is withdrawn.")
        record.withdrawn_on, record.withdrawal_reason = on, reason.strip()
        record.save()


def _lock(record: Publication) -> None:
    """Wait for whoever writes to the record, and read what they wrote."""
    record.refresh_from_db(from_queryset=type(record)._default_manager.select_for_update())


def check_publication(record: models.Model) -> None:
    """ValidationError unless the record and its tokens are valid."""
    record.full_clean()
    if isinstance(record, Publication) and (faults := text.record_faults(record)):
        raise ValidationError(faults)


def publication_state(record: Publication, on: datetime.date) -> str:
    """'Draft', 'Public from 3 March 2027 on', 'Public since …' or 'Withdrawn on … because: …'."""
    state = record.state(on)
    if state == State.WITHDRAWN:
        return f"Withdrawn on {_day(record.withdrawn_on)} because: {record.withdrawal_reason}"
    if state == State.DRAFT:
        return "Draft"
    if state == State.SCHEDULED:
        return f"Public from {_day(record.published_on)} on; until then a draft"
    since = f"Public since {_day(record.published_on)}"
    return f"{since}, until {_day(record.withdrawn_on)}" if record.withdrawn_on else since


def _day(day: datetime.date | None) -> str:
    return day_in_words(day) or "a day not known"


# The record is published within a transaction that is always taken back, and the public page
# itself answers: so the preview cannot differ from what will be seen.


def preview_page(request: HttpRequest, record: Any, today: datetime.date) -> HttpResponse:
    """The page with a banner that says the record's state; no browser or proxy stores it."""
    address = record.get_absolute_url().partition("#")[0]
    public_request: Any = copy.copy(request)
    public_request.path = public_request.path_info = address
    public_request.GET = QueryDict()
    public_request.preview = _banner(record, today)
    view = resolve(address)
    with transaction.atomic():
        if record.state(today) != State.PUBLISHED:
            publish_record(record, today)
        with use_world(World.EVIDENCE):
            response: HttpResponse = view.func(public_request, *view.args, **view.kwargs)
        transaction.set_rollback(True)
    response["X-Robots-Tag"] = "noindex"
    return response


def _banner(record: Publication, today: datetime.date) -> str:
    state = record.state(today)
    if state == State.PUBLISHED:
        return "This is the page as everybody sees it."
    if state == State.WITHDRAWN:
        return f"{publication_state(record, today)} Nobody else sees this."
    return f"{publication_state(record, today)}: nobody else sees this."


class MetricField(forms.ChoiceField):
    """One of the registered metrics, or none."""

    def validate(self, value: str) -> None:
        """The nearest is named where there is no such metric."""
        if value and (fault := text.key_fault(value)):
            raise forms.ValidationError(fault)


class PublicationForm(forms.ModelForm):  # type: ignore[type-arg]  # generic in the stubs alone
    """Texts whose tokens are checked."""

    def clean(self) -> dict[str, Any]:
        """Name what is wrong with the tokens of each text."""
        cleaned = super().clean() or {}
        for name in text.TEXTS:
            for fault in text.text_faults(cleaned.get(name) or ""):
                self.add_error(name, fault)
        return cleaned


class FindingForm(PublicationForm):
    """The metric that tests the claim is chosen by its title."""

    metric = MetricField(required=False, help_text="The number that tests the claim today.")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields.get("metric")
        # Missing where the form is read-only: Django then leaves the field out
        if isinstance(field, MetricField):
            field.choices = [("", "None: the claim is not tested"), *_metrics(self.instance)]


def _metrics(record: Publication) -> list[tuple[str, str]]:
    """(key, title); with the record's own, should it no longer be registered."""
    choices = [(metric.key, metric.title) for metric in METRICS.values()]
    key = getattr(record, "metric", "")
    if key and key not in METRICS:
        choices.append((key, f"{key} (no longer registered)"))
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
    """Pages to preview, publish and withdraw; only a button of theirs writes."""

    change_form_template = "admin/publication_form.html"
    waiting_rules = [
        WaitingRule("draft", "drafts, not published", lambda rows: rows.filter(published_on=None))
    ]

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
        state, pages = record.state(dates.today()), [("preview", "Preview")]
        if self.has_change_permission(request, record):
            publish = "Publish again" if state == State.WITHDRAWN else "Publish"
            pages.append(
                ("withdraw", "Withdraw") if state == State.PUBLISHED else ("publish", publish)
            )
        return [(self._address(page, record), words) for page, words in pages]

    def save_model(
        self, request: HttpRequest, obj: Publication, form: "forms.ModelForm[Any]", change: bool
    ) -> None:
        """What is public keeps the value of each metric that is new in it; old ones keep theirs."""
        if obj.state(dates.today()) == State.PUBLISHED:
            obj.published_values = text.publication_values(obj, dates.today(), remeasure=False)
        super().save_model(request, obj, form, change)

    def check_restored(self, record: models.Model) -> None:
        """A version with faulty tokens is not restored."""
        check_publication(record)

    def preview_view(self, request: HttpRequest, number: int) -> HttpResponse:
        """The public page as it would be if it were published now; nothing is saved."""
        record = self._record(request, number, self.has_view_or_change_permission)
        if request.method not in {"GET", "HEAD"}:
            return HttpResponse("A preview is only looked at.", status=405)
        try:
            return preview_page(request, record, dates.today())
        except PublishingError as error:
            return self._back(request, record, error)

    def publish_view(self, request: HttpRequest, number: int) -> HttpResponse:
        """Ask, then publish with the numbers of today."""
        record, today = self._record(request, number, self.has_change_permission), dates.today()
        conflict = None
        if request.method == "POST":
            with transaction.atomic():
                conflict = self.conflict(request, number)
                if conflict is None:
                    return self._act(request, record, "Published", publish_record, today)
            record = self._record(request, number, self.has_change_permission)
        if record.state(today) == State.PUBLISHED:
            return self._back(request, record, PublishingError("It is public already."))
        with use_world(World.EVIDENCE):
            figures = figures_for(text.quoted_metrics(record), Scope(today)).values()
        context = {
            "figures": figures,
            "faults": [fault for faults in text.record_faults(record).values() for fault in faults],
            "preview": self._address("preview", record),
            "conflict": conflict,
        }
        return self._render(request, record, "publish", context)

    def withdraw_view(self, request: HttpRequest, number: int) -> HttpResponse:
        """Ask for the reason, then withdraw."""
        record, today = self._record(request, number, self.has_change_permission), dates.today()
        form, conflict = ReasonForm(request.POST or None), None
        if request.method == "POST" and form.is_valid():
            reason = form.cleaned_data["reason"]
            with transaction.atomic():
                conflict = self.conflict(request, number)
                if conflict is None:
                    return self._act(request, record, "Withdrawn", withdraw_record, today, reason)
            record = self._record(request, number, self.has_change_permission)
        if record.state(today) != State.PUBLISHED:
            error = PublishingError("Only what is public can be withdrawn.")
            return self._back(request, record, error)
        return self._render(request, record, "withdraw", {"form": form, "conflict": conflict})

    def _record(
        self, request: HttpRequest, number: int, has_permission: Callable[[HttpRequest, Any], bool]
    ) -> Publication:
        record = self.get_object(request, str(number))
        if not has_permission(request, record):
            raise PermissionDenied
        if not isinstance(record, Publication):
            raise Http404("There is no such record.")
        return record

    def _render(
        self, request: HttpRequest, record: Publication, page: str, context: dict[str, Any]
    ) -> HttpResponse:
        conflict: Conflict | None = context.get("conflict")
        # A form with mistakes keeps the version that it was opened at
        version = conflict.now if conflict else request.POST.get(FIELD, "")
        common = self.admin_site.each_context(request) | {
            "title": f"{page.capitalize()}: {record}",
            "opts": self.opts,
            "record": record,
            "object_id": record.pk,
            "record_version": version or self.version_of(record.pk),
            "standing": publication_state(record, dates.today()),
            "change": self._address("change", record),
        }
        return TemplateResponse(request, f"admin/publication_{page}.html", common | context)

    def _act(
        self,
        request: HttpRequest,
        record: Publication,
        verb: str,
        act: Callable[..., None],
        *arguments: Any,
    ) -> HttpResponse:
        try:
            act(record, *arguments)
        except PublishingError as error:
            return self._back(request, record, error)
        self.log_change(request, record, f"{verb}.")
        messages.success(request, f"{verb}: {record}.")
        return HttpResponseRedirect(self._address("change", record))

    def _back(
        self, request: HttpRequest, record: Publication, error: PublishingError
    ) -> HttpResponse:
        for reason in error.reasons:
            messages.error(request, f"Not done. {reason}")
        return HttpResponseRedirect(self._address("change", record))

    def _address(self, page: str, record: Publication) -> str:
        return reverse(f"admin:{self._page_name(page)}", args=[record.pk])
