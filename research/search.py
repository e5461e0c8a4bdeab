"""Under which words published research is found; drafts are found by nobody."""

import datetime
from typing import Any

from django.db.models import F, Func, QuerySet, TextField, Value
from django.urls import reverse

from citytools.facts.name_matching import SENTENCE, TITLE, names_for_records, records_with_words
from citytools.search import RecordKind, RecordType, SearchSource, page_url, register
from research.models import CaseStudy, Finding, Recommendation

_BRACED = r"\{\{[^{}\n]*\}\}"


def _public_records(today: datetime.date) -> list[tuple[str, QuerySet[Any], list[str]]]:
    """(kind, records, fields of their text)."""
    return [
        ("finding", Finding.objects.published(today), ["title", "summary", "body"]),
        ("case study", CaseStudy.objects.published(today), ["title", "summary", "outcome", "body"]),
        ("recommendation", Recommendation.objects.published(today), ["title", "body"]),
    ]


def _without_tokens(field: str) -> Func:
    """The field without its metric tokens, whose names nobody reads."""
    without = (Value(_BRACED), Value(" "), Value("g"))
    return Func(F(field), *without, function="regexp_replace", output_field=TextField())


def publication_titles(today: datetime.date) -> list[QuerySet[Any]]:
    """The titles of all that is published."""
    return [
        names_for_records(rows, what, TITLE, "title", SENTENCE, slug="slug", title="title")
        for what, rows, _ in _public_records(today)
    ]


def publications_with_words(today: datetime.date, asked: str) -> list[QuerySet[Any]]:
    """Published records that hold the words anywhere."""
    return [
        records_with_words(
            rows,
            what,
            [_without_tokens(field) for field in fields],
            asked,
            slug="slug",
            title="title",
        )
        for what, rows, fields in _public_records(today)
    ]


register(
    SearchSource(
        kinds=[RecordKind("research", "Research", ("finding", "case study", "recommendation"))],
        types={
            "finding": RecordType(page_url("research:finding")),
            "case study": RecordType(page_url("research:case_study")),
            "recommendation": RecordType(
                lambda match: f"{reverse('research:recommendations')}#{match.slug}"
            ),
        },
        names=publication_titles,
        texts=publications_with_words,
    )
)
