"""LOTI staff's pages on research: findings, case studies, recommendations and their sources."""

from typing import Any

from django.contrib import admin
from django.utils import timezone

from citytools.history_page import Link
from citytools.staff_admin import StaffAdmin
from research.models import (
    CaseStudy,
    CaseStudyBorough,
    CaseStudyFunction,
    CaseStudyProduct,
    CaseStudySource,
    Finding,
    FindingSource,
    Publication,
    Recommendation,
    RecommendationFinding,
    RecommendationSource,
    Source,
)

PUBLISHING: tuple[str, Any] = (
    "Publishing",
    {"fields": ["slug", "published_on"]},
)


@admin.register(Source)
class SourceAdmin(StaffAdmin):
    """Publications that research rests on."""

    list_display = ["title", "publisher", "published_on", "url"]
    search_fields = ["title", "publisher", "key", "url"]


class PublicationAdmin(StaffAdmin):
    """A draft until it has a day of publication."""

    list_display = ["title", "published_on"]
    list_filter = [("published_on", admin.EmptyFieldListFilter)]
    search_fields = ["title", "body"]
    prepopulated_fields = {"slug": ["title"]}
    autocomplete_fields = ["sources"]

    def view_on_site(self, obj: Publication) -> str | None:
        """No link to a draft, which nobody sees in public."""
        public = obj.published_on and obj.published_on <= timezone.localdate()
        return super().view_on_site(obj) if public else None


@admin.register(Finding)
class FindingAdmin(PublicationAdmin):
    """Claims, with their value when they were made."""

    history_links = [Link(FindingSource, "finding", "Source")]
    list_display = ["title", "claimed_value", "as_of", "published_on"]
    search_fields = ["title", "summary", "body"]
    fieldsets = [
        (None, {"fields": ["title", "summary", "body"]}),
        ("The claim's value", {"fields": ["claimed_value", "as_of", "rows"]}),
        ("Where this comes from", {"fields": ["sources"]}),
        PUBLISHING,
    ]


@admin.register(CaseStudy)
class CaseStudyAdmin(PublicationAdmin):
    """What boroughs did, and what came of it."""

    history_links = [
        Link(CaseStudySource, "casestudy", "Source"),
        Link(CaseStudyBorough, "casestudy", "Borough"),
        Link(CaseStudyProduct, "casestudy", "Product"),
        Link(CaseStudyFunction, "casestudy", "Function"),
    ]
    list_display = ["title", "happened_on", "published_on"]
    search_fields = ["title", "summary", "body", "boroughs__name"]
    autocomplete_fields = ["sources", "boroughs", "products", "functions"]
    fieldsets = [
        (None, {"fields": ["title", "summary", "body", "happened_on"]}),
        ("Who and what it is about", {"fields": ["boroughs", "products", "functions"]}),
        ("Where this comes from", {"fields": ["sources"]}),
        PUBLISHING,
    ]


@admin.register(Recommendation)
class RecommendationAdmin(PublicationAdmin):
    """What someone should do, and the findings it rests on."""

    history_links = [
        Link(RecommendationSource, "recommendation", "Source"),
        Link(RecommendationFinding, "recommendation", "Finding"),
    ]
    list_display = ["title", "audience", "published_on"]
    list_filter = ["audience", ("published_on", admin.EmptyFieldListFilter)]
    autocomplete_fields = ["sources", "findings"]
    fieldsets = [
        (None, {"fields": ["title", "audience", "body"]}),
        ("Where this comes from", {"fields": ["findings", "sources"]}),
        PUBLISHING,
    ]
