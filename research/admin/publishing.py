"""The admin's pages that preview, publish and withdraw research.

Who may change a record may publish and withdraw it: LOTI staff are few, and a second permission
would only be given together with the first. Who may view it may preview it.
"""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db import models, transaction
from django.forms import ModelForm
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse

from citytools import clock
from citytools.history.record_version import FIELD, Conflict
from citytools.staff.admin import StaffAdmin
from research import publishing, quoting, standing
from research.admin.forms import ReasonForm
from research.admin.preview import page_as_published
from research.metrics.figures import figures
from research.models import Publication, State
from research.scope import Scope


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
        state, found = record.state(clock.today()), [("preview", "Preview")]
        if self.has_change_permission(request, record):
            again = "Publish again" if state == State.WITHDRAWN else "Publish"
            last = ("withdraw", "Withdraw") if state == State.PUBLISHED else ("publish", again)
            found.append(last)
        return [(self._address(page, record), words) for page, words in found]

    def save_model(
        self, request: HttpRequest, obj: Publication, form: ModelForm, change: bool
    ) -> None:
        """What is public keeps the value of each metric that is new in it; old ones keep theirs."""
        if obj.state(clock.today()) == State.PUBLISHED:
            obj.published_values = quoting.values(obj, clock.today(), anew=False)
        super().save_model(request, obj, form, change)

    def check_restored(self, record: models.Model) -> None:
        """No version comes back whose tokens are not sound."""
        publishing.check(record)

    def preview_view(self, request: HttpRequest, number: int) -> HttpResponse:
        """The public page as it would be if it were published now. Nothing is kept of it."""
        record = self._record(request, number, self.has_view_or_change_permission)
        if request.method not in {"GET", "HEAD"}:
            return HttpResponse("A preview is only looked at.", status=405)
        try:
            return page_as_published(request, record, clock.today())
        except publishing.Refused as error:
            return self._back(request, record, error)

    def publish_view(self, request: HttpRequest, number: int) -> HttpResponse:
        """Ask, then publish with the numbers of today."""
        record, today = self._record(request, number, self.has_change_permission), clock.today()
        conflict = None
        if request.method == "POST":
            with transaction.atomic():
                conflict = self.conflict(request, number)
                if conflict is None:
                    return self._done(request, record, "Published", publishing.publish, today)
            record = self._record(request, number, self.has_change_permission)
        if record.state(today) == State.PUBLISHED:
            return self._back(request, record, publishing.Refused("It is public already."))
        context = {
            "figures": figures(quoting.quoted(record), Scope(today)).values(),
            "faults": [wrong for found in quoting.faults(record).values() for wrong in found],
            "preview": self._address("preview", record),
            "conflict": conflict,
        }
        return self._asked(request, record, "publish", context)

    def withdraw_view(self, request: HttpRequest, number: int) -> HttpResponse:
        """Ask for the reason, then withdraw."""
        record, today = self._record(request, number, self.has_change_permission), clock.today()
        form, conflict = ReasonForm(request.POST or None), None
        if request.method == "POST" and form.is_valid():
            reason = form.cleaned_data["reason"]
            with transaction.atomic():
                conflict = self.conflict(request, number)
                if conflict is None:
                    return self._done(
                        request, record, "Withdrawn", publishing.withdraw, today, reason
                    )
            record = self._record(request, number, self.has_change_permission)
        if record.state(today) != State.PUBLISHED:
            wrong = publishing.Refused("Only what is public can be withdrawn.")
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
            "standing": standing.in_words(record, clock.today()),
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
        except publishing.Refused as error:
            return self._back(request, record, error)
        self.log_change(request, record, f"{said}.")
        messages.success(request, f"{said}: {record}.")
        return HttpResponseRedirect(self._address("change", record))

    def _back(
        self, request: HttpRequest, record: Publication, error: publishing.Refused
    ) -> HttpResponse:
        for reason in error.reasons:
            messages.error(request, f"Not done. {reason}")
        return HttpResponseRedirect(self._address("change", record))

    def _address(self, page: str, record: Publication) -> str:
        return reverse(f"admin:{self._page_name(page)}", args=[record.pk])
