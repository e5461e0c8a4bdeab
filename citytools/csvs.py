"""CSV: rows of the database copied by PostgreSQL, rows made in Python written as it would."""

from collections.abc import Iterable, Mapping, Sequence
from typing import IO, Any

from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import Expression, QuerySet, TextField, Value
from django.db.models.functions import Coalesce

from citytools.lists.columns import Column


def write_table(
    rows: Iterable[Mapping[str, Any]], columns: Sequence[Column], file: IO[bytes]
) -> int:
    """Write a header and rows made in Python, as `write_csv` those of a queryset; their number."""
    file.write(header(columns))
    count = 0
    for count, row in enumerate(rows, 1):  # noqa: B007 (the number is the answer)
        file.write(_line([column.written(row[column.name]) for column in columns]))
    return count


def write_csv(rows: QuerySet[Any], columns: Sequence[Column], file: IO[bytes]) -> int:
    """Write a header and the rows, in their order, to a binary file; returns their number."""
    file.write(header(columns))
    statement = copying(rows, columns)
    if not statement:
        return 0
    with connection.cursor() as cursor:
        cursor.copy_expert(statement, file)
        return int(cursor.rowcount)


def copying(rows: QuerySet[Any], columns: Sequence[Column]) -> str:
    """The statement that copies the rows without a header; empty where none can match."""
    cells: dict[str, Expression] = {f"cell_{column.name}": column.cell for column in columns}
    if len(cells) == 1:
        # Quoted, for a row of one empty cell would be an empty line, which readers skip
        cells = {name: Coalesce(cell, Value("", TextField())) for name, cell in cells.items()}
    try:
        query, parameters = rows.annotate(**cells).values_list(*cells).query.sql_with_params()
    except EmptyResultSet:
        return ""  # Django knows without asking that no row matches
    with connection.cursor() as cursor:
        statement = cursor.mogrify(query, parameters).decode()
    return f"COPY ({statement}) TO STDOUT (FORMAT csv)"


def header(columns: Sequence[Column]) -> bytes:
    """The first line."""
    return _line([column.name for column in columns])


def _line(cells: Sequence[str]) -> bytes:
    alone = len(cells) == 1  # a row of one empty cell would be an empty line
    return (",".join(_quoted(cell, alone) for cell in cells) + "\n").encode()


def _quoted(cell: str, alone: bool) -> str:
    """As PostgreSQL quotes; the csv module of Python 3.11 leaves a carriage return bare."""
    special = any(sign in cell for sign in ',"\r\n') or (alone and not cell)
    return '"' + cell.replace('"', '""') + '"' if special else cell
