"""Sources, findings, case studies and recommendations, from a file."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, cast

from django.db import models

from boroughs.models import Borough
from citytools.cells import Line
from citytools.imports import Draft, Import
from citytools.sheets import records
from research import quoting
from research.models import CaseStudy, Finding, Publication, Recommendation, Source
from systems.models import Function, Product

_SOURCE = ("key", "title", "publisher", "url", "published_on")
_TEXTS: dict[type[Publication], tuple[str, ...]] = {
    Finding: ("slug", "title", "summary", "body", "as_of", "claimed_value", "rows"),
    CaseStudy: ("slug", "title", "summary", "body", "happened_on"),
    Recommendation: ("slug", "title", "body", "audience"),
}
_COLUMNS = {
    "sources": _SOURCE,
    "findings": (*_TEXTS[Finding], "sources", "published_on"),
    "case_studies": (
        *_TEXTS[CaseStudy], "boroughs", "products", "functions", "sources", "published_on",
    ),
    "recommendations": (*_TEXTS[Recommendation], "findings", "sources", "published_on"),
}  # fmt: skip


def research(path: Path, run: Import) -> None:
    """research.json: the records, and what each rests on."""
    kinds = records(path, _COLUMNS)
    run.upsert(Source, _texts(kinds["sources"], _SOURCE), key=["key"])
    sources: dict[str, Mapping[str, Any]] = {"sources": Source.objects.in_bulk(field_name="key")}
    _publish(Finding, kinds["findings"], sources, run)
    subjects: dict[str, Mapping[str, Any]] = {
        "boroughs": Borough.objects.in_bulk(field_name="slug"),
        "products": {product.name: product for product in Product.objects.all()},
        "functions": {function.name: function for function in Function.objects.all()},
    }
    _publish(CaseStudy, kinds["case_studies"], sources | subjects, run)
    findings: dict[str, Mapping[str, Any]] = {
        "findings": Finding.objects.in_bulk(field_name="slug")
    }
    _publish(Recommendation, kinds["recommendations"], sources | findings, run)


def _texts(lines: list[Line], names: tuple[str, ...]) -> list[Draft]:
    return [Draft(line, {name: line.text(name) for name in names}) for line in lines]


def _publish(
    model: type[Publication],
    lines: list[Line],
    linked: Mapping[str, Mapping[str, Any]],
    run: Import,
) -> None:
    """The records of one kind, and their links to what is known under each column."""
    drafts = [
        Draft(line, {**draft.values, "published_on": line.day("published_on")})
        for line, draft in zip(lines, _texts(lines, _TEXTS[model]), strict=True)
    ]
    for draft in drafts:
        _check_tokens(model, draft)
    made = run.upsert(model, drafts, key=["slug"])
    for column, known in linked.items():
        field = cast("models.ManyToManyField[Any, Any]", model._meta.get_field(column))
        near, far = field.m2m_field_name(), field.m2m_reverse_field_name()
        links = [
            Draft(line, {near: record, far: other})
            for line, record in zip(lines, made, strict=True)
            for other in line.some(column, known, f"the {column}")
        ]
        through = cast("type[models.Model]", field.remote_field.through)
        run.replace(through, made, links, owner=near)


def _check_tokens(model: type[Publication], draft: Draft) -> None:
    """LoadError at the first text whose tokens are not sound, or at a metric that is not there."""
    for column, wrong in quoting.faults(model(**draft.values)).items():
        raise draft.line.wrong(column, wrong[0], "Correct the cell.")


FILES = {"research.json": research}
"""What each file is read by."""
