"""LOTI staff's pages on research: findings, case studies, recommendations and their sources."""

from typing import Any

from django.contrib import admin
from django.db import models
from django.http import HttpRequest
from django.utils.html import format_html_join
from django.utils.safestring import mark_safe

from citytools.facts import dates
from citytools.staff.admin import InlineRows, PartAdmin, StaffAdmin
from research.admin.publishing import (
    FindingForm,
    PublicationForm,
    PublishingAdmin,
    publication_state,
)
from research.changes import CASE_STUDY, FINDING, RECOMMENDATION
from research.metrics.base import PublishedValue, day_in_words, value_in_words
from research.metrics.definitions import METRICS
from research.models import (
    CaseClaim,
    CaseStudy,
    Finding,
    Publication,
    Recommendation,
    Source,
    State,
)

PUBLISHING: tuple[str, Any] = (
    "Publishing",
    {"fields": ["slug", "standing", "values_then"]},
)


@admin.register(Source)
class SourceAdmin(StaffAdmin):
    """Publications that research rests on."""

    list_display = ["title", "publisher", "published_on", "url"]
    search_fields = ["title", "publisher", "key", "url"]


class StateFilter(admin.SimpleListFilter):
    """Drafts, what is public, what is withdrawn."""

    title = "state"
    parameter_name = "state"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        """The states, as the record's own list has them."""
        return [(state.value, state.value.capitalize()) for state in State]

    def queryset(self, request: HttpRequest, queryset: models.QuerySet[Any]) -> Any:
        """The records in the state."""
        rows: Any = queryset
        today, state = dates.today(), self.value()
        if state == State.PUBLISHED:
            return rows.published(today)
        if state == State.WITHDRAWN:
            return rows.withdrawn(today)
        if state == State.SCHEDULED:
            return rows.filter(published_on__gt=today)
        return rows.filter(published_on=None) if state == State.DRAFT else rows


class PublicationAdmin(PublishingAdmin):
    """A draft until it is published; withdrawn, if it was wrong."""

    form = PublicationForm
    list_display = ["title", "standing"]
    list_filter = [StateFilter]
    search_fields = ["title", "body"]
    prepopulated_fields = {"slug": ["title"]}
    autocomplete_fields = ["sources"]
    readonly_fields = ["standing", "values_then"]

    @admin.display(description="State", ordering="published_on")
    def standing(self, obj: Publication) -> str:
        """Whether it is public, and since when."""
        return publication_state(obj, dates.today())

    @admin.display(description="Values at publication")
    def values_then(self, obj: Publication) -> str:
        """The numbers that it keeps, with their days."""
        values = [
            (METRICS[key], PublishedValue.from_json(stored))
            for key, stored in obj.published_values.items()
            if key in METRICS
        ]
        rows = [
            (metric.title, value_in_words(metric.unit, value.value), day_in_words(value.on))
            for metric, value in values
        ]
        return format_html_join(mark_safe("<br>"), "{}: {} on {}", rows) or "none"

    def view_on_site(self, obj: Publication) -> str | None:
        """No link to what nobody sees in public."""
        public = obj.state(dates.today()) == State.PUBLISHED
        return super().view_on_site(obj) if public else None


@admin.register(Finding)
class FindingAdmin(PublicationAdmin):
    """Claims, with their value when they were made."""

    history_links = FINDING.links
    form = FindingForm
    list_display = ["title", "claimed_value", "as_of", "standing"]
    search_fields = ["title", "summary", "body"]
    fieldsets = [
        (None, {"fields": ["title", "summary", "body"]}),
        ("The claim's value", {"fields": ["claimed_value", "as_of"]}),
        ("What tests it today", {"fields": ["metric", ("comparison", "threshold"), "rows"]}),
        ("Where this comes from", {"fields": ["sources"]}),
        PUBLISHING,
    ]


class ClaimsOfCaseStudy(InlineRows):
    """Costs and savings, each as somebody claimed it: too many fields for one line of a table."""

    template = "admin/edit_inline/stacked.html"
    model = CaseClaim
    autocomplete_fields = ["source"]
    verbose_name = "cost or saving as claimed"
    verbose_name_plural = "costs and savings as claimed (two accounts are two rows)"
    names_need = ["source"]


@admin.register(CaseClaim)
class CaseClaimAdmin(PartAdmin):
    """History and deletions alone; claims are edited on their case study."""

    list_display = ["case_study", "kind", "amount", "claimed_by"]
    search_fields = ["case_study__title", "claimed_by"]
    autocomplete_fields = ["case_study", "source"]
    names_need = ["case_study"]


@admin.register(CaseStudy)
class CaseStudyAdmin(PublicationAdmin):
    """What boroughs did, and what came of it."""

    history_links = CASE_STUDY.links
    inlines = [ClaimsOfCaseStudy]
    list_display = ["title", "happened_on", "standing"]
    search_fields = ["title", "summary", "body", "boroughs__name"]
    autocomplete_fields = ["sources", "boroughs", "products", "functions"]
    fieldsets = [
        (None, {"fields": ["title", "summary", "body", "outcome", "happened_on"]}),
        ("Who and what it is about", {"fields": ["boroughs", "products", "functions"]}),
        ("Where this comes from", {"fields": ["sources"]}),
        PUBLISHING,
    ]


@admin.register(Recommendation)
class RecommendationAdmin(PublicationAdmin):
    """What someone should do, and the findings it rests on."""

    history_links = RECOMMENDATION.links
    list_display = ["title", "audience", "status", "standing"]
    list_filter = ["audience", "status", StateFilter]
    autocomplete_fields = ["sources", "findings"]
    fieldsets = [
        (None, {"fields": ["title", "audience", "body"]}),
        ("What became of it", {"fields": ["status", "owner"]}),
        ("Where this comes from", {"fields": ["findings", "sources"]}),
        PUBLISHING,
    ]
