"""What the search finds of research: published records only, never drafts."""

import datetime
from typing import Any

from django.db.models import F, Func, QuerySet, TextField, Value

from citytools.facts.name_matching import SENTENCE, TITLE, names_for_records, records_with_words
from citytools.search import RecordKind, RecordType, SearchSource, page_url, register
from citytools.worlds.addresses import page_address
from research.models import CaseStudy, Finding, Recommendation


def _public_records(today: datetime.date) -> list[tuple[str, QuerySet[Any], list[str]]]:
    """(kind, records, fields of their text)."""
    return [
        ("finding", Finding.objects.published(today), ["title", "summary", "body"]),
        ("case study", CaseStudy.objects.published(today), ["title", "summary", "outcome", "body"]),
        ("recommendation", Recommendation.objects.published(today), ["title", "body"]),
    ]


def _without_tokens(field: str) -> Func:
    """The field without its metric tokens, whose names nobody reads."""
    arguments = (Value(r"\{\{[^{}\n]*\}\}"), Value(" "), Value("g"))
    return Func(F(field), *arguments, function="regexp_replace", output_field=TextField())


def publication_titles(today: datetime.date) -> list[QuerySet[Any]]:
    """The titles of all that is published."""
    return [
        names_for_records(rows, kind, TITLE, "title", SENTENCE, slug="slug", title="title")
        for kind, rows, _ in _public_records(today)
    ]


def publications_with_words(today: datetime.date, words: str) -> list[QuerySet[Any]]:
    """Published records that hold the words anywhere."""
    return [
        records_with_words(
            rows,
            kind,
            [_without_tokens(field) for field in fields],
            words,
            slug="slug",
            title="title",
        )
        for kind, rows, fields in _public_records(today)
    ]


register(
    SearchSource(
        kinds=[RecordKind("research", "Research", ("finding", "case study", "recommendation"))],
        types={
            "finding": RecordType(page_url("research:finding")),
            "case study": RecordType(page_url("research:case_study")),
            "recommendation": RecordType(
                lambda match: f"{page_address('research:recommendations')}#{match.slug}"
            ),
        },
        names=publication_titles,
        texts=publications_with_words,
    )
)
