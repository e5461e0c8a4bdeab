"""Which tables hold inventions: those that say so themselves, and those that are a part of one.

Read from the models: a fact says so by its source, a thing (product, supplier, framework) by a mark
of its own. A row without either belongs to an invention where it links to one.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.apps import apps
from django.db import connection, models

from citytools.facts.provenance import SourceKind
from citytools.history import tracked_models
from citytools.history.data_version import FACTS
from citytools.models import SearchName

_NAMED_BY_SLUG = {"skills_skillneed": ("product", "systems_product")}
"""Links that are no foreign keys of Django: column, and the table whose slug it holds."""


@dataclass(frozen=True)
class WorldLink:
    """A column that names a row of a table with inventions."""

    column: str
    target: str
    target_column: str = "id"
    nullable: bool = False


@dataclass(frozen=True)
class WorldTable:
    """A table with rows of both worlds; `mark` is SQL that is true for what is invented.

    Without a mark a row is invented where any of its `links` leads to an invention.
    """

    name: str
    mark: str
    links: tuple[WorldLink, ...]
    events: str = ""
    """The table of its event log, if it has one."""
    is_real: bool = False
    """Whether its rows belong to records of a kind that is never invented, as case studies."""


def world_tables() -> dict[str, WorldTable]:
    """Every such table by name, marked ones first."""
    models = list(_fact_models())
    marks = {model._meta.db_table: mark for model in models if (mark := _mark(model))}
    events = {
        model._meta.db_table: model.pgh_event_model._meta.db_table for model in tracked_models()
    }
    tables = [
        WorldTable(
            name := model._meta.db_table,
            marks.get(name, ""),
            links,
            events.get(name, ""),
            _is_real(model, marks),
        )
        for model in models
        if (links := tuple(_links(model, marks))) or model._meta.db_table in marks
    ]
    return {table.name: table for table in sorted(tables, key=lambda table: not table.mark)}


def _fact_models() -> Iterator[type[models.Model]]:
    yield SearchName
    for name in FACTS:
        for model in apps.get_app_config(name).get_models(include_auto_created=True):
            is_log = hasattr(model, "pgh_tracked_model")
            if model._meta.managed and not model._meta.proxy and not is_log:
                yield model


def _mark(model: type[models.Model]) -> str:
    names = {field.name for field in model._meta.concrete_fields}
    if "source_kind" in names:
        return f"{{row}}.source_kind = '{SourceKind.ILLUSTRATIVE}'"
    return "{row}.illustrative" if "illustrative" in names else ""


def _is_real(model: type[models.Model], marks: dict[str, str]) -> bool:
    """Whether Django made the table for a field of a kind without a mark."""
    owner: Any = model._meta.auto_created
    return bool(owner) and owner._meta.db_table not in marks


def _links(model: type[models.Model], marks: dict[str, str]) -> Iterator[WorldLink]:
    for field in model._meta.concrete_fields:
        target: Any = field.related_model
        if target is not None and target._meta.db_table in marks:
            yield WorldLink(str(field.column), target._meta.db_table, nullable=field.null)
    if named := _NAMED_BY_SLUG.get(model._meta.db_table):
        column, target_table = named
        yield WorldLink(column, target_table, "slug", nullable=True)


def quote(name: str) -> str:
    """A name as SQL has it."""
    return str(connection.ops.quote_name(name))
