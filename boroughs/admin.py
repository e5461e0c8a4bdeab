"""LOTI staff's pages on boroughs and their returns."""

from typing import Any

from django.contrib import admin
from django.db.models import Exists, OuterRef
from django.http import HttpRequest

from boroughs import return_form
from boroughs.models import LONDON, Borough, Return, Subject
from boroughs.return_form import Received, ReturnForm, ReturnFormSet, SingleReturnForm
from citytools.facts.provenance import SourceKind
from citytools.history.page import HistoryLink
from citytools.staff import confirmation_form
from citytools.staff.admin import PROVENANCE, PROVENANCE_FILTERS, StaffAdmin
from citytools.staff.confirmation_form import ConfirmationQuestion
from citytools.staff.value_fields import FIELDS
from citytools.staff.waiting import WaitingRule


class ReturnFieldsets:
    """The fields of a return; tick boxes that confirm it only for those who may save it."""

    own_fields: tuple[Any, ...] = return_form.FIELDS

    def get_fieldsets(self: Any, request: HttpRequest, obj: Any = None) -> list[Any]:
        """Without the tick boxes for who may only view: Django would show them without labels."""
        fields = self.own_fields
        if self.has_view_permission(request, obj) and not self.has_change_permission(request, obj):
            fields = tuple(name for name in fields if name not in confirmation_form.FIELDS)
        return [(None, {"fields": fields}), PROVENANCE]


class ReturnInline(ReturnFieldsets, admin.StackedInline):  # type: ignore[type-arg]  # generic in the stubs alone
    """What the borough has returned."""

    model = Return
    form = ReturnForm
    formset = ReturnFormSet
    extra = 0
    formfield_overrides = FIELDS


def _without_return(rows: Any) -> Any:
    returns = Return.objects.real()
    return rows.london().exclude(pk__in=returns.values("borough"))


def _not_complete(rows: Any) -> Any:
    """The latest return of a borough on a subject, where it leaves open what it does not name."""
    later = Return.objects.real().filter(
        borough=OuterRef("borough"),
        subject=OuterRef("subject"),
        received_on__gt=OuterRef("received_on"),
    )
    return rows.real().filter(~Exists(later), complete=False)


@admin.register(Borough)
class BoroughAdmin(StaffAdmin):
    """The 33, and regional bodies."""

    list_display = ["name", "kind", "inner_or_outer", "partnership", "gss_code", "population"]
    list_filter = ["kind", "inner_or_outer", "partnership"]
    search_fields = ["name", "official_name", "gss_code", "code"]
    prepopulated_fields = {"slug": ["name"]}
    inlines = [ReturnInline]
    history_links = [HistoryLink(Return, "borough", "Return")]
    waiting_rules = [WaitingRule("return", f"without any return, of {LONDON}", _without_return)]
    fieldsets = [
        (None, {"fields": ["name", "official_name", "slug", "kind", "inner_or_outer"]}),
        ("Codes", {"fields": [("code", "gss_code")]}),
        (
            "People and places",
            {
                "fields": [
                    "partnership",
                    ("population", "population_year"),
                    ("households", "households_year"),
                ]
            },
        ),
        (
            "Place on the tile map",
            {
                "fields": [("tile_row", "tile_column")],
                "description": "Rows count from the north, columns from the west. "
                "Regional bodies have no tile.",
            },
        ),
    ]


@admin.register(Return)
class ReturnAdmin(ReturnFieldsets, StaffAdmin):
    """Who has returned what, and when: the difference between none and not known."""

    list_display = ["borough", "subject", "received_on", "complete", "source_kind", "confidence"]
    list_filter = ["subject", "complete", *PROVENANCE_FILTERS]
    search_fields = ["borough__name"]
    autocomplete_fields = ["borough"]
    date_hierarchy = "received_on"
    names_need = ["borough"]
    form = SingleReturnForm
    own_fields = ("borough", *return_form.FIELDS)
    waiting_rules = [WaitingRule("rest", "the borough's latest, and not complete", _not_complete)]

    def restore_question(self, event: Any) -> ConfirmationQuestion | None:
        """What the return will say in public, where it becomes complete again."""
        present = Return.objects.filter(pk=event.pgh_obj_id).first()
        borough = Borough.objects.filter(pk=event.borough_id).first()
        if borough is None or not event.complete or (present and present.complete):
            return None
        received = Received(event.received_on, event.source_kind == SourceKind.ILLUSTRATIVE)
        others = return_form.other_returns(borough, event.subject, present)
        return return_form.completeness_question(borough, Subject(event.subject), received, others)
