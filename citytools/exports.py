"""Files: exactly the rows of a page, as CSV, streamed by PostgreSQL's COPY into a spool.

A file is complete or it is not sent: rows are spooled first, then sent with their length.
"""

import csv
import io
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from typing import IO, Any, Literal

from django.contrib.postgres.expressions import ArraySubquery
from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import Expression, F, Func, QuerySet, Subquery, TextField, Value
from django.db.models.functions import Cast, NullIf
from django.http import FileResponse, HttpResponse, HttpResponseBase

from citytools.grammar import FactFilter
from citytools.provenance import Confidence, SourceKind

Kind = Literal["text", "integer", "decimal", "date", "partial date", "yes or no", "list"]
_SPOOL = 8 * 1024 * 1024
"""Bytes kept in memory before a file is spooled to disk."""


@dataclass(frozen=True)
class Column:
    """One column of a file: where it comes from and what it means."""

    name: str
    kind: Kind
    meaning: str
    source: str | Expression | F
    unit: str = ""
    allowed: tuple[str, ...] = ()

    @property
    def cell(self) -> Expression:
        """SQL of the cell: safe in a spreadsheet, empty where not known."""
        source = F(self.source) if isinstance(self.source, str) else self.source
        if self.kind == "yes or no":
            return Func(
                source,
                template="CASE (%(expressions)s) WHEN true THEN 'yes' WHEN false THEN 'no' END",
                output_field=TextField(),
            )
        if self.kind in {"text", "list", "partial date"}:
            return NullIf(_harmless(Cast(source, TextField())), Value("", TextField()))
        return Cast(source, TextField())


SOURCE_COLUMNS = (
    Column(
        "source_kind",
        "text",
        "How the fact reached us; illustrative means invented for demonstration.",
        "source_kind",
        allowed=tuple(SourceKind.values),
    ),
    Column("source_url", "text", "The page or file that shows it.", "source_url"),
    Column("as_of", "partial date", "When the source was true; as precise as it was.", "as_of"),
    Column(
        "confidence",
        "text",
        "How far the source carries the fact.",
        "confidence",
        allowed=tuple(Confidence.values),
    ),
    Column("confirmed_on", "date", "When the borough last confirmed it.", "confirmed_on"),
)
"""The last columns of every file of facts."""


def _harmless(text: Expression) -> Func:
    """An apostrophe before what a spreadsheet would run as a formula."""
    return Func(
        text,
        Value(r"^([=+@\t\r-])"),
        Value(r"'\1"),
        function="regexp_replace",
        output_field=TextField(),
    )


def listed(queryset: QuerySet[Any], path: str, first: str | None = None) -> Func:
    """SQL: the values of a subquery in its order, joined by '; ', perhaps with one before them."""
    found: Expression | Subquery = ArraySubquery(queryset.values(path))
    if first is not None:
        found = Func(Cast(F(first), TextField()), found, function="array_prepend", arity=2)
    return Func(found, Value("; "), function="array_to_string", output_field=TextField())


def csv_response(chosen: FactFilter, columns: Sequence[Column], filename: str) -> HttpResponseBase:
    """The chosen rows as CSV, or 400 with the reasons as plain text."""
    problems = chosen.problems + _unknown_columns(chosen, columns)
    if problems:
        lines = [f"{name}: {reason}" for name, reason in problems]
        text = "This file was not made: a filter was not understood.\n" + "\n".join(lines) + "\n"
        return HttpResponse(text, status=400, content_type="text/plain; charset=utf-8")
    return file_of(chosen.rows, _picked(chosen, columns), filename)


def file_of(rows: QuerySet[Any], columns: Sequence[Column], filename: str) -> FileResponse:
    """Any rows as a CSV download with its length."""
    spool: IO[bytes] = tempfile.SpooledTemporaryFile(max_size=_SPOOL)  # noqa: SIM115 (the response closes it)
    write_csv(rows, columns, spool)
    spool.seek(0)
    return FileResponse(
        spool, as_attachment=True, filename=filename, content_type="text/csv; charset=utf-8"
    )


def write_csv(rows: QuerySet[Any], columns: Sequence[Column], file: IO[bytes]) -> None:
    """Write a header and the rows, in their order, to a binary file."""
    header = io.StringIO()
    csv.writer(header, lineterminator="\n").writerow([column.name for column in columns])
    file.write(header.getvalue().encode())
    cells = {f"cell_{column.name}": column.cell for column in columns}
    try:
        query, parameters = rows.annotate(**cells).values_list(*cells).query.sql_with_params()
    except EmptyResultSet:
        return  # Django knows without asking that no row matches
    with connection.cursor() as cursor:
        statement = cursor.mogrify(query, parameters).decode()
        cursor.copy_expert(f"COPY ({statement}) TO STDOUT (FORMAT csv)", file)


def _unknown_columns(chosen: FactFilter, columns: Sequence[Column]) -> list[tuple[str, str]]:
    known = [column.name for column in columns]
    return [
        ("columns", f"“{name}” is not a column. Write any of: {', '.join(known)}.")
        for name in chosen.data.getlist("columns")
        if name not in known
    ]


def _picked(chosen: FactFilter, columns: Sequence[Column]) -> Sequence[Column]:
    by_name = {column.name: column for column in columns}
    names = dict.fromkeys(chosen.data.getlist("columns"))
    return [by_name[name] for name in names] or columns
