"""Files: exactly the rows of a page, as CSV, copied by PostgreSQL into a spool.

A file is complete or it is not sent: rows are spooled first, then sent with their length.
"""

import tempfile
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import IO, Any, Protocol

from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import Expression, QuerySet, TextField, Value
from django.db.models.functions import Coalesce
from django.http import FileResponse, HttpResponse, HttpResponseBase

from citytools.columns import Column
from citytools.grammar import FactFilter

_CSV = "text/csv; charset=utf-8"
_SPOOL = 8 * 1024 * 1024
"""Bytes kept in memory before a file is spooled to disk."""


class Choice(Protocol):
    """What was asked of a file: what of it was not understood, and which columns."""

    @property
    def problems(self) -> Sequence[tuple[str, str]]: ...

    @property
    def chosen_columns(self) -> Sequence[Column]: ...


def csv_response(chosen: FactFilter, filename: str) -> HttpResponseBase:
    """The chosen rows as CSV, or 400 with the reasons as plain text."""
    if chosen.problems:
        return refusal(chosen.problems)
    return file_of(chosen.rows, chosen.chosen_columns, filename)


def table_response(
    chosen: Choice, rows: Iterable[Mapping[str, Any]], filename: str
) -> HttpResponseBase:
    """Rows made in Python, values by column name, as CSV; or 400 with the reasons."""
    if chosen.problems:
        return refusal(chosen.problems)
    columns = chosen.chosen_columns
    return download(lambda spool: write_table(rows, columns, spool), filename)


def file_of(rows: QuerySet[Any], columns: Sequence[Column], filename: str) -> FileResponse:
    """Any rows as a CSV download with its length."""
    return download(lambda spool: write_csv(rows, columns, spool), filename)


def refusal(problems: Sequence[tuple[str, str]]) -> HttpResponse:
    """400 with the reasons as plain text."""
    lines = [f"{name}: {reason}" for name, reason in problems]
    text = "This file was not made: a filter was not understood.\n" + "\n".join(lines) + "\n"
    return HttpResponse(text, status=400, content_type="text/plain; charset=utf-8")


def download(
    write: Callable[[IO[bytes]], None], filename: str, content_type: str = _CSV
) -> FileResponse:
    """What a function writes, as a file with its length: complete, or not sent."""
    spool: IO[bytes] = tempfile.SpooledTemporaryFile(max_size=_SPOOL)  # noqa: SIM115 (the response closes it)
    try:
        write(spool)
    except BaseException:
        spool.close()
        raise
    spool.seek(0)
    return FileResponse(spool, as_attachment=True, filename=filename, content_type=content_type)


def write_table(
    rows: Iterable[Mapping[str, Any]], columns: Sequence[Column], file: IO[bytes]
) -> None:
    """Write a header and rows made in Python, as `write_csv` writes those of a queryset."""
    file.write(_line([column.name for column in columns]))
    for row in rows:
        file.write(_line([column.written(row[column.name]) for column in columns]))


def write_csv(rows: QuerySet[Any], columns: Sequence[Column], file: IO[bytes]) -> None:
    """Write a header and the rows, in their order, to a binary file."""
    file.write(_line([column.name for column in columns]))
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


def _line(cells: Sequence[str]) -> bytes:
    alone = len(cells) == 1  # a row of one empty cell would be an empty line
    return (",".join(_quoted(cell, alone) for cell in cells) + "\n").encode()


def _quoted(cell: str, alone: bool) -> str:
    """As PostgreSQL quotes; the csv module of Python 3.11 leaves a carriage return bare."""
    special = any(sign in cell for sign in ',"\r\n') or (alone and not cell)
    return '"' + cell.replace('"', '""') + '"' if special else cell
