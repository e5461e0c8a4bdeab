"""Sources, findings, case studies with their claims, and recommendations, from a file."""

from collections.abc import Mapping
from decimal import InvalidOperation
from pathlib import Path
from typing import Any, cast

from django.db import models

from boroughs.models import Borough
from citytools.imports import ImportRun
from citytools.imports.csv_reader import CsvRow, read_json
from citytools.imports.table_writer import RecordDraft
from research.metrics.base import PublishedValue
from research.models import CaseClaim, CaseStudy, Finding, Publication, Recommendation, Source
from research.publications import text
from systems.models import Function, Product

_SOURCE = ("key", "title", "publisher", "url", "published_on")
_FIELDS: dict[type[Publication], tuple[str, ...]] = {
    Finding: (
        "slug", "title", "summary", "body", "as_of", "claimed_value", "rows", "metric",
        "comparison", "threshold", "published_on",
    ),
    CaseStudy: ("slug", "title", "summary", "body", "happened_on", "outcome", "published_on"),
    Recommendation: ("slug", "title", "body", "audience", "status", "owner", "published_on"),
}  # fmt: skip
_CLAIM = ("kind", "amount", "period", "claimed_by", "note")
_LINKED = ("sources", "published_values")
_COLUMNS = {
    "sources": _SOURCE,
    "findings": (*_FIELDS[Finding], *_LINKED),
    "case_studies": (*_FIELDS[CaseStudy], "boroughs", "products", "functions", *_LINKED),
    "claims": (*_CLAIM, "case_study", "source"),
    "recommendations": (*_FIELDS[Recommendation], "findings", *_LINKED),
}


def research(path: Path, run: ImportRun) -> None:
    """research.json: the records, and what each rests on."""
    kinds = read_json(path, _COLUMNS, run.faults, objects={"published_values"})
    drafts = [RecordDraft(line, line.field_values(Source, _SOURCE)) for line in kinds["sources"]]
    run.upsert(Source, drafts, key=["key"])
    sources: dict[str, Mapping[str, Any]] = {"sources": run.directory(Source, "key")}
    _publish(Finding, kinds["findings"], sources, run)
    subjects: dict[str, Mapping[str, Any]] = {
        "boroughs": run.directory(Borough, "slug"),
        "products": run.directory(Product, "name"),
        "functions": run.directory(Function, "name", column="function"),
    }
    _publish(CaseStudy, kinds["case_studies"], sources | subjects, run)
    _claim(kinds["claims"], sources["sources"], run)
    findings: dict[str, Mapping[str, Any]] = {"findings": run.directory(Finding, "slug")}
    _publish(Recommendation, kinds["recommendations"], sources | findings, run)


def _publish(
    model: type[Publication],
    lines: list[CsvRow],
    linked: Mapping[str, Mapping[str, Any]],
    run: ImportRun,
) -> None:
    """The records of one kind, and their links to what is known under each column."""
    drafts = [
        RecordDraft(
            line,
            line.field_values(model, _FIELDS[model])
            | {"published_values": _published_values(line)},
        )
        for line in lines
    ]
    for draft in drafts:
        _check_tokens(model, draft)
    rows = run.upsert(model, drafts, key=["slug"])
    for column, known in linked.items():
        listed_in = f"the {column}" if column in _COLUMNS else f"{column}.csv"
        field = cast("models.ManyToManyField[Any, Any]", model._meta.get_field(column))
        near, far = field.m2m_field_name(), field.m2m_reverse_field_name()
        links = [
            RecordDraft(line, {near: record, far: target})
            for line, record, target in run.listed(rows, model, column, known, listed_in)
        ]
        through = cast("type[models.Model]", field.remote_field.through)
        run.replace(through, rows, links, owner=near, column=column)


def _published_values(line: CsvRow) -> dict[str, Any]:
    """The values of a record's metrics when it was published, each as a page can read it."""
    values = line.object("published_values")
    for key, value in values.items():
        if not _is_readable(value):
            line.wrong(
                "published_values",
                f"The value of “{key}” cannot be read.",
                "Write on (a day), value, part and whole (numbers between quotes, or null), "
                "counted and boroughs (whole numbers).",
            )
    return values


def _is_readable(stored: Any) -> bool:
    try:
        value = PublishedValue.from_json(stored)
    except (KeyError, TypeError, ValueError, InvalidOperation):
        return False
    numbers = [number for number in (value.value, value.part, value.whole) if number is not None]
    counts = (value.counted, value.boroughs)
    return all(number.is_finite() for number in numbers) and all(isinstance(n, int) for n in counts)


def _claim(lines: list[CsvRow], sources: Mapping[str, Source], run: ImportRun) -> None:
    """Costs and savings of case studies, each as somebody claimed it."""
    studies = run.directory(CaseStudy, "slug")
    drafts = run.drafts(
        CaseClaim,
        lines,
        lambda line: {
            **line.field_values(CaseClaim, _CLAIM),
            "case_study": line.required_lookup("case_study", studies, "the case studies"),
            "source": line.required_lookup("source", sources, "the sources"),
        },
    )
    run.upsert(CaseClaim, drafts, key=["case_study", "kind", "amount", "claimed_by"])


def _check_tokens(model: type[Publication], draft: RecordDraft) -> None:
    """Note each faulty token of a text, and a metric that does not exist."""
    for column, faults in text.record_faults(model(**draft.values)).items():
        for fault in faults:
            draft.line.wrong(column, fault, "Correct the cell.")


FILES = {"research.json": research}
