"""Files: exactly the rows of a page, as CSV, copied by PostgreSQL into a spool.

A file is complete or it is not sent: rows are spooled first, then sent with their length.
"""

import csv
import io
import tempfile
from collections.abc import Sequence
from typing import IO, Any

from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import Expression, QuerySet, TextField, Value
from django.db.models.functions import Coalesce
from django.http import FileResponse, HttpResponse, HttpResponseBase

from citytools.columns import Column
from citytools.grammar import FactFilter

_SPOOL = 8 * 1024 * 1024
"""Bytes kept in memory before a file is spooled to disk."""


def csv_response(chosen: FactFilter, filename: str) -> HttpResponseBase:
    """The chosen rows as CSV, or 400 with the reasons as plain text."""
    if chosen.problems:
        lines = [f"{name}: {reason}" for name, reason in chosen.problems]
        text = "This file was not made: a filter was not understood.\n" + "\n".join(lines) + "\n"
        return HttpResponse(text, status=400, content_type="text/plain; charset=utf-8")
    return file_of(chosen.rows, chosen.chosen_columns, filename)


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
    cells: dict[str, Expression] = {f"cell_{column.name}": column.cell for column in columns}
    if len(cells) == 1:
        # Quoted, for a row of one empty cell would be an empty line, which readers skip
        cells = {name: Coalesce(cell, Value("", TextField())) for name, cell in cells.items()}
    try:
        query, parameters = rows.annotate(**cells).values_list(*cells).query.sql_with_params()
    except EmptyResultSet:
        return  # Django knows without asking that no row matches
    with connection.cursor() as cursor:
        statement = cursor.mogrify(query, parameters).decode()
        cursor.copy_expert(f"COPY ({statement}) TO STDOUT (FORMAT csv)", file)
