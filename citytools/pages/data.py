"""Every file and what each of its columns means, from the definitions the files are made of."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django import forms
from django.http import (
    FileResponse,
    HttpRequest,
    HttpResponse,
    HttpResponseBase,
    JsonResponse,
)

from citytools.exports import formats, registry, zip_archive
from citytools.exports.export import Export
from citytools.exports.tables import LICENCE_ADDRESS
from citytools.http.file_response import bad_request_text
from citytools.lists import fields
from citytools.lists.columns import Column
from citytools.lists.query_form import QueryForm, render_page
from citytools.worlds import World, current_world, world_file_name, world_title

_SLUG = {"type": "string", "pattern": "^[-a-zA-Z0-9_]+$", "maxLength": 100}
_TYPES: Mapping[str, Mapping[str, Any]] = {
    "text": {"type": ["string", "null"]},
    "integer": {"type": ["integer", "null"]},
    "decimal": {"type": ["number", "null"]},
    "date": {"type": ["string", "null"], "format": "date"},
    "partial date": {
        "type": ["string", "null"],
        "pattern": "^[0-9]{4}(-[0-9]{2}(-[0-9]{2})?)?$",
    },
    "yes or no": {"type": ["boolean", "null"]},
    "list": {"type": "array", "items": {"type": "string"}},
}


def openapi_document(files: Iterable[Export], server: str) -> dict[str, Any]:
    """The whole description."""
    return {
        "openapi": "3.1.0",
        "info": {
            "title": world_title("City Tools: London"),
            "version": "1",
            "description": "Read only. The same query string works on the page, as CSV and XLSX.",
            "license": {"name": "Open Government Licence v3.0", "url": LICENCE_ADDRESS},
        },
        "servers": [{"url": server}],
        "paths": {file.address_as("json"): {"get": _operation(file)} for file in files},
        "components": {"schemas": {"Meta": _META, "Column": _COLUMN}},
    }


def _operation(file: Export) -> dict[str, Any]:
    return {
        "operationId": file.name.replace(".", "_"),
        "summary": file.title,
        "description": file.row,
        "parameters": _parameters(file) if file.compute_rows else [*_parameters(file), *_PAGING],
        "responses": {
            "200": {
                "description": "Some of the rows, with the number of all and the way to the next.",
                "content": {"application/json": {"schema": _answer(file.columns)}},
            },
            "301": {"description": "A record is named by its name: Location has its slug."},
            "304": {"description": "Nothing has changed since the ETag that was sent."},
            "400": {
                "description": "Something was not understood; each line names it and the remedy.",
                "content": {"text/plain": {"schema": {"type": "string"}}},
            },
        },
    }


def _parameters(file: Export) -> list[dict[str, Any]]:
    described = [
        _described_parameter(name, _described(field), _schema(field))
        for name, field in file.filter.fields_by_name().items()
    ]
    names = [column.name for column in file.columns]
    columns = {"type": "array", "items": {"type": "string", "enum": names}}
    return [*described, _described_parameter("columns", "Columns, in the order wanted.", columns)]


def _described(field: forms.Field) -> str:
    return f"{field.label}{', or not_known' if getattr(field, 'optional', False) else ''}"


def _described_parameter(name: str, words: str, schema: Mapping[str, Any]) -> dict[str, Any]:
    return {"name": name, "in": "query", "description": words, "schema": schema}


def _schema(field: forms.Field) -> dict[str, Any]:
    if isinstance(field, fields.RecordsField):
        return {"type": "array", "items": _SLUG}
    if isinstance(field, fields.OptionsField):
        # The values of a stored list change with the data: the description names none
        items = _SLUG if callable(field.source) else _values(field)
        return {"type": "array", "items": items}
    if isinstance(field, fields.RecordField):
        return dict(_SLUG)
    if isinstance(field, fields.OptionField):
        return _values(field)
    if isinstance(field, forms.DateField):
        return {"type": "string", "format": "date"}
    if isinstance(field, fields.MonthsField):
        return {"type": "integer", "minimum": field.min_value, "maximum": field.max_value}
    if isinstance(field, forms.DecimalField):
        return {"type": "number", "minimum": 0, "maximum": 99_999_999_999, "multipleOf": 0.01}
    return {"type": "string", "maxLength": 100}


def _values(field: forms.ChoiceField) -> dict[str, Any]:
    choices: Any = field.choices
    return {"type": "string", "enum": [str(value) for value, _ in choices if value != ""]}


_PAGING = [
    _described_parameter(
        "limit",
        "Rows of one part.",
        {
            "type": "integer",
            "minimum": 1,
            "maximum": formats.MAX_JSON_ROWS,
            "default": formats.DEFAULT_JSON_ROWS,
        },
    ),
    _described_parameter(
        "after", "The place after which to go on: take it from meta.next.", {"type": "string"}
    ),
]


def _answer(columns: Sequence[Column]) -> dict[str, Any]:
    parts = {
        "meta": {"$ref": "#/components/schemas/Meta"},
        "columns": {"type": "array", "items": {"$ref": "#/components/schemas/Column"}},
        "rows": {"type": "array", "items": _row(columns)},
    }
    return _exactly(parts)


def _row(columns: Sequence[Column]) -> dict[str, Any]:
    """One row; where `columns` is given it holds those alone."""
    cells = {column.name: _cell(column) for column in columns}
    return {"type": "object", "properties": cells, "additionalProperties": False}


def _cell(column: Column) -> dict[str, Any]:
    meaning = f"{column.meaning} In {column.unit}." if column.unit else column.meaning
    schema: dict[str, Any] = {**_TYPES[column.kind], "description": meaning}
    if column.allowed:
        numbers = column.kind == "integer"
        schema["enum"] = [*(int(value) if numbers else value for value in column.allowed), None]
    return schema


def _exactly(parts: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "type": "object",
        "properties": dict(parts),
        "required": list(parts),
        "additionalProperties": False,
    }


_TEXT, _COUNT = {"type": "string"}, {"type": "integer", "minimum": 0}
_ADDRESS = {"type": "string", "format": "uri"}
_META = _exactly(
    {
        "title": _TEXT,
        "schema_version": {"type": "integer", "minimum": 1},
        "filter": _TEXT,
        "as_at": {"type": "string", "format": "date-time"},
        "page": _ADDRESS,
        "dictionary": _ADDRESS,
        "notes": {"type": "array", "items": {"type": "string"}},
        "world": {"type": "string", "enum": [str(World.EVIDENCE), str(World.DEMONSTRATION)]},
        "licence": _TEXT,
        "licence_address": _ADDRESS,
        "rows": _COUNT,
        "rows_here": _COUNT,
        "self": _ADDRESS,
        "next": {"type": ["string", "null"], "format": "uri"},
    }
)
_COLUMN = _exactly(
    {
        "name": _TEXT,
        "type": {"type": "string", "enum": list(_TYPES)},
        "unit": {"type": ["string", "null"]},
        "meaning": _TEXT,
        "allowed": {"type": ["array", "null"], "items": _TEXT},
    }
)


def openapi(request: HttpRequest) -> HttpResponse:
    """The JSON addresses as OpenAPI 3.1."""
    if problems := QueryForm(request).problems:
        return bad_request_text(problems)
    return JsonResponse(openapi_document(registry.exports(), request.build_absolute_uri("/")[:-1]))


_builders = {world: zip_archive.ArchiveBuilder(world) for world in World}


def everything(request: HttpRequest) -> HttpResponseBase:
    """The zip of every file. While a fresh one is built, the one before, or a word to wait."""
    if problems := QueryForm(request).problems:
        return bad_request_text(problems)
    archive, builder = zip_archive.latest_archive(), _builders[current_world()]
    fresh = archive is not None and archive.fresh
    if not fresh:
        builder.begin()
    if archive is None and (why := builder.failure):
        return HttpResponse(
            f"The zip could not be made: {why}. It is tried again within ten minutes.\n",
            status=503,
            content_type="text/plain; charset=utf-8",
            headers={
                "Retry-After": str(zip_archive.RETRY_AFTER_SECONDS),
                "Cache-Control": "no-store",
            },
        )
    if archive is None:
        waiting = "The zip is being built for the first time. Ask again in half a minute.\n"
        return HttpResponse(
            waiting, status=503, content_type="text/plain; charset=utf-8", headers=_SOON
        )
    name = f"{world_file_name('citytools')}.zip"
    response = FileResponse(archive.path.open("rb"), as_attachment=True, filename=name)
    response["X-As-At"] = archive.read_at.isoformat(timespec="seconds")
    response["Link"] = f'<{LICENCE_ADDRESS}>; rel="license"'
    if not fresh:
        response["Cache-Control"] = "no-store"
    return response


_SOON = {"Retry-After": "30", "Cache-Control": "no-store"}


def index(request: HttpRequest) -> HttpResponse:
    """The files, their columns, and how to fetch them by script."""
    failure = _builders[current_world()].failure
    response = render_page(
        request, "data.html", {"files": registry.exports(), "zip_failure": failure}
    )
    if failure:
        response["Cache-Control"] = "no-store"
    return response
