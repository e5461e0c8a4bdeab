"""JSON: what the rows are, the columns, and one part of the rows with the way to the next."""

from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, JsonResponse, QueryDict

from citytools.exports.tables import Table
from citytools.lists import keyset
from citytools.lists.columns import Column
from citytools.telling import Told

USUAL, MOST = 1_000, 10_000
"""Rows of one part, unless `limit` says otherwise, and at most."""
PAGING = ("after", "limit")
"""Names of the query string that page and other files do not know."""
NO_NEXT = ("after", "This is no next page of these rows: take meta.next of the page before.")
"""The problem with a mark from elsewhere."""


@dataclass(frozen=True)
class Paging:
    """Which part is asked for; `problems` say what of it was not understood."""

    limit: int
    place: list[Any] | None
    problems: list[tuple[str, str]]


def whole(data: QueryDict) -> list[tuple[str, str]]:
    """What is wrong where a document comes whole, and a part of it is asked for."""
    words = "This document comes whole: leave it out."
    return [(name, words) for name in PAGING if name in data]


def paging(request: HttpRequest) -> Paging:
    """The part that a query string asks for."""
    data, limit, place = request.GET, USUAL, None
    problems = [
        (name, f"“{name}” is given more than once: give it once.")
        for name in PAGING
        if len(data.getlist(name)) > 1
    ]
    if text := data.get("limit"):
        known = text.isascii() and text.isdecimal() and len(text) < 6
        limit = int(text) if known else 0
        if not 1 <= limit <= MOST:
            problems.append(("limit", f"Write whole rows, 1 to {MOST}."))
    if text := data.get("after"):
        try:
            place = keyset.place(text, choice(request))
        except keyset.NotOursError:
            problems.append(NO_NEXT)
    return Paging(limit, place, problems)


def choice(request: HttpRequest) -> str:
    """What of an address says which rows there are and in which order, in one spelling."""
    data, apart = request.GET, {*PAGING, "columns", "page"}
    names = sorted(name for name in data if name not in apart)
    asked = "&".join(f"{name}={value!r}" for name in names for value in data.getlist(name))
    return f"{request.path}?{asked}"


def document(request: HttpRequest, table: Table, told: Told, asked: Paging) -> JsonResponse:
    """One part of the rows, with the number of all."""
    part = table.part(asked.place, asked.limit)
    here = request.build_absolute_uri()
    following = None
    if part.last is not None:
        data = request.GET.copy()
        data["after"] = keyset.mark(part.last, choice(request))
        following = f"{request.build_absolute_uri(request.path)}?{data.urlencode()}"
    names = [column.name for column in table.columns]
    count = {"rows": table.count(), "rows_here": len(part.rows)}
    meta = told.meta() | count | {"self": here, "next": following}
    rows = [
        dict(zip(names, map(Column.typed, table.columns, row), strict=True)) for row in part.rows
    ]
    columns = [described(column) for column in table.columns]
    response = JsonResponse({"meta": meta, "columns": columns, "rows": rows})
    for name, value in told.headers(count["rows"]).items():
        response[name] = value
    if following:
        response["Link"] += f', <{following}>; rel="next"'
    return response


def described(column: Column) -> dict[str, Any]:
    """A column as the dictionary has it."""
    return {
        "name": column.name,
        "type": column.kind,
        "unit": column.unit or None,
        "meaning": column.meaning,
        "allowed": list(column.allowed) or None,
    }
