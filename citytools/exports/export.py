"""Files: exactly the rows of a page, as CSV, XLSX and JSON, all by one path.

A file is complete or it looks broken: rows are spooled and sent with their length, or, where they
are many, sent while they are copied (`csv_copy`), so that a failure breaks the connection.
"""

import copy
import datetime
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import IO, Any, Protocol

from django import forms
from django.http import (
    FileResponse,
    Http404,
    HttpRequest,
    HttpResponse,
    HttpResponseBase,
    JsonResponse,
)
from django.urls import URLPattern, path

from citytools import worlds
from citytools.exports import csv_copy, formats
from citytools.exports.tables import ExportMetadata, ExportTable, QueryTable, RowTable
from citytools.facts import dates
from citytools.history.data_version import cached_value
from citytools.http.file_response import (
    CACHE_KEY,
    add_file_headers,
    bad_request_text,
    retry_later,
    spooled_download,
)
from citytools.lists import keyset
from citytools.lists.columns import Column
from citytools.lists.facet_counts import count_list
from citytools.lists.fields import NOT_KNOWN, RecordsField, nearest_by_name
from citytools.lists.filters import FactFilterSet
from citytools.lists.query_form import QueryForm
from citytools.worlds.addresses import page_address

CSV = "text/csv; charset=utf-8"
MAX_ROWS_SENT_WHOLE = 5_000
"""Rows up to which a file is spooled first and sent with its length, also the first time: at 14 µs
a row nobody waits for them."""
MAX_COMPUTED_ROWS = 100_000
"""Rows that are made in Python at the most: each is held until all are made."""


MAX_SUGGESTIONS = 10


class SuggestionsForm(QueryForm):
    """What is typed into the box."""

    q = forms.CharField(label="Words", max_length=100)


class FileRequest(Protocol):
    """What was asked of a file."""

    @property
    def problems(self) -> Sequence[tuple[str, str]]: ...

    @property
    def selected_columns(self) -> Sequence[Column]: ...

    @property
    def in_words(self) -> str: ...

    def file_name(self, name: str) -> str: ...


@dataclass(frozen=True)
class Export:
    """One kind of file: its name, what a row is, its addresses and columns.

    `choose` reads the query string on a day. `made` gives rows made in Python; without it they are
    those of the choice. `whole` says that the file can be fetched without choosing anything first,
    `paged` that the page takes the same query string. `max_rows` bounds rows made in Python where
    each takes longer than others do.
    """

    name: str
    title: str
    row: str
    route: str
    page: str
    filter: type[FactFilterSet] | type[QueryForm]
    choose: Callable[[HttpRequest, datetime.date], Any]
    compute_rows: Callable[[Any, datetime.date], Iterable[Mapping[str, Any]]] | None = None
    whole: bool = True
    paged: bool = True
    max_rows: int | None = None
    version: int = 1
    notes: tuple[tuple[str, str], ...] = ()

    @property
    def columns(self) -> Sequence[Column]:
        """All columns, in their order."""
        return self.filter.columns

    @property
    def address(self) -> str:
        """Where to fetch it as CSV."""
        return page_address(self.route)

    def address_as(self, suffix: str) -> str:
        """Where to fetch it as csv, xlsx or json."""
        return self.address.removesuffix("csv") + suffix

    @property
    def page_address(self) -> str:
        """The page with the same rows and filters."""
        return page_address(self.page)

    def choose_all(self, today: datetime.date) -> Any:
        """What is chosen where nothing is asked."""
        request = HttpRequest()
        request.method, request.path = "GET", self.page_address
        return self.choose(request, today)

    def paths(self, prefix: str = "") -> list[URLPattern]:
        """The addresses of the formats, and of names for its filters, in a folder of their app."""
        name = self.route.partition(":")[2].removesuffix("csv")
        views = {"csv": self.csv, "xlsx": self.xlsx, "json": self.json}
        route = f"{prefix}{self.name}/suggestions/<slug:name>.json"
        return [
            *(
                path(f"{prefix}{self.name}.{suffix}", view, name=name + suffix)
                for suffix, view in views.items()
            ),
            path(route, self.suggest, name=f"{name}suggest"),
        ]

    def suggest(self, request: HttpRequest, name: str) -> HttpResponse:
        """The records most like what is typed into the box of a filter that is looked up.

        {"results": [{"value": slug, "label": name, "also": other name that fits, "count": rows}]};
        the count is of the whole list, or null where it cannot count by this filter.
        """
        field = self.filter.fields_by_name().get(name)
        if not isinstance(field, RecordsField) or not field.looked_up:
            raise Http404(f"{self.name} has no filter “{name}” that is looked up.")
        form = SuggestionsForm(request)
        if form.problems:
            return bad_request_text(form.problems)
        matches = nearest_by_name(field.rows, str(form.values["q"]), MAX_SUGGESTIONS)
        counts = cached_value(("suggestions", self.name, name), lambda: self._count_all(name))
        results: list[dict[str, Any]] = [
            {
                "value": match.record.slug,
                "label": str(match.record),
                "also": match.also,
                "count": None if counts is None else counts.get(match.record.slug, 0),
            }
            for match in matches
        ]
        if field.optional and NOT_KNOWN[1].casefold().startswith(form.values["q"].casefold()):
            value, label = NOT_KNOWN
            count = None if counts is None else counts.get(value, 0)
            results.insert(0, {"value": value, "label": label, "also": "", "count": count})
        return JsonResponse({"results": results})

    def _count_all(self, name: str) -> dict[str, int] | None:
        """Rows of the whole list by slug; None where it does not count them by this filter."""
        choice = self.choose_all(dates.today())
        if not isinstance(choice, FactFilterSet) or name not in choice.narrowings():
            return None
        return dict(count_list(choice, {name}).facets[name])

    def csv(self, request: HttpRequest) -> HttpResponseBase:
        """The rows as CSV, or 400 with the reasons as plain text."""
        query, table = self._rows_or_refusal(request)
        if isinstance(table, HttpResponse):
            return table
        metadata = self.metadata(request, query, table)
        filename = f"{worlds.world_file_name(query.file_name(self.name))}.csv"
        # Rows made in Python are there already
        if self.compute_rows or table.count(MAX_ROWS_SENT_WHOLE + 1) <= MAX_ROWS_SENT_WHOLE:
            return spooled_download(table.write, filename, CSV, metadata)
        return _long_csv(request, table, filename, metadata)

    def xlsx(self, request: HttpRequest) -> HttpResponseBase:
        """The rows as a workbook, or 400 with the reasons as plain text."""
        query, table = self._rows_or_refusal(request)
        if isinstance(table, HttpResponse):
            return table
        metadata = self.metadata(request, query, table)
        if table.count(formats.MAX_WORKSHEET_ROWS + 1) > formats.MAX_WORKSHEET_ROWS:
            limit = f"{formats.MAX_WORKSHEET_ROWS:,}"
            return bad_request_text(
                [("xlsx", f"A workbook holds {limit} rows, these are more. {_REMEDY}")]
            )

        def write(file: IO[bytes]) -> int:
            return formats.write_workbook(table, metadata.lines(), file)

        filename = f"{worlds.world_file_name(query.file_name(self.name))}.xlsx"
        return spooled_download(write, filename, formats.XLSX, metadata)

    def json(self, request: HttpRequest) -> HttpResponseBase:
        """One part of the rows as JSON, or 400 with the reasons as plain text."""
        paging = formats.parse_paging(request)
        problems = formats.reject_paging(request.GET) if self.compute_rows else paging.problems
        query, table = self._rows_or_refusal(_without_paging(request), problems)
        if isinstance(table, HttpResponse):
            return table
        try:
            return formats.json_document(
                request, table, self.metadata(request, query, table), paging
            )
        except keyset.InvalidCursorError:
            return bad_request_text([formats.NO_NEXT])

    def table(self, query: Any, today: datetime.date) -> ExportTable:
        """The selected rows; of those made in Python one more than may be, if there are as many."""
        if self.compute_rows is None:
            return QueryTable(query.rows, query.selected_columns)
        mappings = self.compute_rows(query, today)
        return RowTable(list(islice(mappings, self.row_limit + 1)), query.selected_columns)

    def metadata(
        self, request: HttpRequest, query: FileRequest, table: ExportTable
    ) -> ExportMetadata:
        """What the file says of itself."""
        text = "?" + _without_paging(request).GET.urlencode()
        path = self.page_address if self.paged else request.path
        return ExportMetadata(
            title=f"{worlds.world_title(self.title)}. {self.row}",
            version=self.version,
            filter_in_words=query.in_words,
            address=request.build_absolute_uri(path + text.removesuffix("?")),
            dictionary=request.build_absolute_uri(f"{page_address('data')}#{self.name}"),
            as_at=dates.now(),
            notes=self.notes,
        )

    @property
    def row_limit(self) -> int:
        """Rows made in Python that the file may have."""
        return self.max_rows or MAX_COMPUTED_ROWS

    def too_many(self, table: ExportTable) -> list[tuple[str, str]]:
        """Why the rows are not given at once, where they are made in Python and are very many."""
        if not isinstance(table, RowTable) or len(table.rows) <= self.row_limit:
            return []
        reason = (
            f"There are more than {self.row_limit:,}, more than are made at once. Choose fewer: a "
            "filter such as a borough or a service area leaves less."
        )
        return [("rows", reason)]

    def _rows_or_refusal(
        self, request: HttpRequest, also: Sequence[tuple[str, str]] = ()
    ) -> tuple[Any, ExportTable | HttpResponse]:
        """What was selected and its rows, or the reasons why there are none."""
        today = dates.today()
        query = self.choose(request, today)
        if problems := [*query.problems, *also]:
            return query, bad_request_text(problems)
        table = self.table(query, today)
        if problems := self.too_many(table):
            return query, bad_request_text(problems)
        return query, table


def _long_csv(
    request: HttpRequest, table: ExportTable, filename: str, metadata: ExportMetadata
) -> HttpResponseBase:
    """A file that is sent while it is copied, or 503 where too many are."""
    try:
        reader = csv_copy.open_csv_copy(table, metadata, request.META.get(CACHE_KEY))
    except csv_copy.TooManyCopiesError:
        return retry_later("Many long files are being read just now.", seconds=10)
    copy = reader.copy
    response = FileResponse(reader, content_type=CSV)
    if copy.is_complete:
        for name, value in csv_copy.complete_headers(copy).items():
            response[name] = value
    # When it was read is when the copy began, whoever asked for it
    return add_file_headers(response, copy.metadata, copy.row_count, filename)


_REMEDY = "Take the CSV, or choose fewer."


def _without_paging(request: HttpRequest) -> HttpRequest:
    data = request.GET.copy()
    for name in formats.PAGING:
        data.pop(name, None)
    without = copy.copy(request)
    without.GET = data  # type: ignore[assignment]  # a QueryDict too
    return without
