"""LOTI staff's pages on boroughs and their returns."""

from django.contrib import admin

from boroughs.models import Borough, Return
from citytools.history_page import Link
from citytools.staff_admin import FIELDS, PROVENANCE, PROVENANCE_FILTERS, StaffAdmin


class ReturnsOfBorough(admin.StackedInline):
    """What the borough has returned."""

    model = Return
    extra = 0
    formfield_overrides = FIELDS
    fieldsets = [(None, {"fields": [("subject", "received_on"), "complete"]}), PROVENANCE]


@admin.register(Borough)
class BoroughAdmin(StaffAdmin):
    """The 33, and regional bodies."""

    list_display = ["name", "kind", "inner_or_outer", "partnership", "gss_code", "population"]
    list_filter = ["kind", "inner_or_outer", "partnership"]
    search_fields = ["name", "official_name", "gss_code", "code"]
    prepopulated_fields = {"slug": ["name"]}
    inlines = [ReturnsOfBorough]
    history_links = [Link(Return, "borough", "Return")]
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
class ReturnAdmin(StaffAdmin):
    """Who has returned what, and when: the difference between none and not known."""

    list_display = ["borough", "subject", "received_on", "complete", "source_kind", "confidence"]
    list_filter = ["subject", "complete", *PROVENANCE_FILTERS]
    search_fields = ["borough__name"]
    autocomplete_fields = ["borough"]
    date_hierarchy = "received_on"
    names_need = ["borough"]
    fieldsets = [
        (None, {"fields": ["borough", ("subject", "received_on"), "complete"]}),
        PROVENANCE,
    ]
