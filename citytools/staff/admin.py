"""What every admin page of ours shares: joins for names, sources, and messages for people."""

import secrets
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from django.apps import apps
from django.contrib import admin, messages
from django.contrib.admin.utils import model_format_dict
from django.contrib.auth.models import User
from django.db import IntegrityError, models, transaction
from django.forms import BaseInlineFormSet, ValidationError
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.dateformat import format as in_format
from django.utils.html import format_html

from citytools.facts import provenance
from citytools.history.batches import batch
from citytools.history.page import RecordNames, version_name
from citytools.models import Batch
from citytools.staff import group
from citytools.staff.optimistic_lock import OptimisticLockAdmin
from citytools.staff.value_fields import FIELDS, reading_notes, reading_notes_of_rows
from citytools.staff.waiting import WaitingAdmin
from citytools.worlds.addresses import record_address
from citytools.worlds.guards import ONE_WORLD, WORLD_GUARDS

# Generic for the type checker alone
if TYPE_CHECKING:
    TabularInline = admin.TabularInline[Any, Any]
    InlineFormSet = BaseInlineFormSet[Any, Any, Any]
else:
    TabularInline, InlineFormSet = admin.TabularInline, BaseInlineFormSet

PROVENANCE: tuple[str, Any] = (
    "Where this comes from",
    {
        "fields": [
            ("source_kind", "confidence"),
            "source_url",
            ("as_of", "read_on", "confirmed_on"),
            "note",
        ],
        "description": "Every fact has a source, a date and a confidence. Readers see all of it.",
    },
)
PROVENANCE_FILTERS = ("source_kind", "confidence")


class StaffAdmin(WaitingAdmin, OptimisticLockAdmin):
    """A page on the site for each record that has one, and no query for each row of a list."""

    save_as_continue = True
    list_per_page = 50
    formfield_overrides = FIELDS
    names_need: Sequence[str] = ()
    """Foreign keys that a record's own name and list columns read."""

    def get_queryset(self, request: HttpRequest) -> models.QuerySet[Any]:
        """With what names need: lists, suggestions and deletions all show names."""
        records = super().get_queryset(request)
        return records.select_related(*self.names_need) if self.names_need else records

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        """As in Django, and show back what was understood where it was typed otherwise."""
        super().save_related(request, form, formsets, change)
        for note in (*reading_notes(form), *reading_notes_of_rows(formsets)):
            messages.info(request, note)

    def response_add(self, request: HttpRequest, obj: Any, *args: Any) -> HttpResponse:
        """As in Django, with what is no longer confirmed."""
        warn_of_ended_confirmations(request)
        return super().response_add(request, obj, *args)

    def response_change(self, request: HttpRequest, obj: Any) -> HttpResponse:
        """As in Django, with what is no longer confirmed."""
        warn_of_ended_confirmations(request)
        return super().response_change(request, obj)

    def response_delete(self, request: HttpRequest, *args: Any) -> HttpResponse:
        """As in Django, with what is no longer confirmed since a link went with the record."""
        warn_of_ended_confirmations(request)
        return super().response_delete(request, *args)

    def response_action(
        self, request: HttpRequest, queryset: models.QuerySet[Any], *args: Any
    ) -> HttpResponse | None:
        """As in Django; whatever an action writes is one batch, and is done whole or not at all."""
        action = self.get_actions(request).get(request.POST.get("action", ""))
        note = str(action[2]) % model_format_dict(self.opts) if action else ""
        with transaction.atomic(), batch(Batch.Kind.ACTION, note=note.lower()) as written:
            response = super().response_action(request, queryset, *args)
            warn_of_ended_confirmations(request)
        if written.pk:
            link = format_html('<a href="{}">{}</a>', written.get_absolute_url(), written)
            messages.info(request, format_html("{} can be undone as a whole.", link))
        return response

    def view_on_site(self, obj: Any) -> str | None:
        """The record's public page in its world, if its kind has one."""
        return record_address(obj) if hasattr(obj, "get_absolute_url") else None

    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        """As in Django; what only the database could see in time becomes a message."""
        try:
            return super().changeform_view(request, object_id, form_url, extra_context)
        except IntegrityError as error:
            messages.error(request, integrity_message(error))
            return HttpResponseRedirect(request.get_full_path())


def warn_of_ended_confirmations(request: HttpRequest) -> None:
    """Name each record whose confirmation this request has ended by a change."""
    provenance.apply_confirmations_now()
    for event in provenance.confirmations_ended_in_request():
        name, day = version_name(event, RecordNames([event])), in_format(event.was, "j F Y")
        messages.warning(
            request,
            f"“{name}” is no longer confirmed: it was on {day}, and has changed since. "
            "If the borough has confirmed it as it is now, enter that date.",
        )


def integrity_message(error: IntegrityError) -> str:
    """What the database refused, in the words of the constraint that refused it."""
    name = getattr(getattr(error.__cause__, "diag", None), "constraint_name", None)
    reasons = [
        f"{constraint.violation_error_message} "
        for model in apps.get_models()
        for constraint in model._meta.constraints
        if constraint.name == name
    ]
    if name in WORLD_GUARDS:
        reasons = [f"{ONE_WORLD}. "]
    return (
        f"Nothing was saved. {''.join(reasons[:1])}Somebody may have saved the same a moment ago. "
        "Your browser's Back button brings back what you wrote."
    )


class PartAdmin(StaffAdmin):
    """Rows that staff edit on the record they belong to; their own pages serve history alone."""

    def has_module_permission(self, request: HttpRequest) -> bool:
        return False  # not on the admin's front page


class InlineRows(TabularInline):
    """Rows that belong to the record above them."""

    extra = 0
    formfield_overrides = FIELDS
    names_need: Sequence[str] = ()

    def get_queryset(self, request: HttpRequest) -> models.QuerySet[Any]:
        """With what the rows' names need."""
        rows = super().get_queryset(request)
        return rows.select_related(*self.names_need) if self.names_need else rows

    def formfield_for_dbfield(
        self, db_field: "models.Field[Any, Any]", request: HttpRequest, **kwargs: Any
    ) -> Any:
        """With its name for who hears the page: Django gives a table's inputs no label."""
        field = super().formfield_for_dbfield(db_field, request, **kwargs)
        if field is not None:
            field.widget.attrs["aria-label"] = str(field.label)
        return field


class LinkPart(InlineRows):
    """Links to other records: added and removed, never edited.

    Rows that cannot be edited are drawn as text, so that no row asks the database for its name.
    """

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


class NamesFormSet(InlineFormSet):
    """Other names: refuses the same name twice in one form, which no single row can see."""

    def clean(self) -> None:
        super().clean()
        seen: set[str] = set()
        for form in self.forms:
            if form.cleaned_data.get("DELETE") or not form.cleaned_data.get("name"):
                continue
            name = form.cleaned_data["name"].lower()
            if name in seen:
                raise ValidationError(f"“{form.cleaned_data['name']}” is here twice: remove one.")
            seen.add(name)


def create_staff_account(username: str = "") -> tuple[str, str]:
    """Make a staff account in the group, and return its name and its random password."""
    if not username:
        taken = set(User.objects.values_list("username", flat=True))
        names = ["staff", *(f"staff{number}" for number in range(2, len(taken) + 3))]
        username = next(name for name in names if name not in taken)
    password = secrets.token_urlsafe(12)
    user = User.objects.create_user(username, password=password, is_staff=True)
    user.groups.add(group.staff_group())
    return username, password


def staff_account_exists() -> bool:
    return User.objects.filter(is_staff=True, is_active=True).exists()
