"""A page of a list: the chosen rows, how many they are, and the way to the rest."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, ClassVar, NamedTuple

from django.core.paginator import EmptyPage, Page, PageNotAnInteger, Paginator

from citytools.lists import facets
from citytools.lists.columns import Column
from citytools.lists.facet_counts import ListNumbers
from citytools.lists.filters import FactFilterSet
from citytools.worlds.addresses import page_address

MAX_TABLE_COLUMNS = 12
"""Columns that a page shows; files have all that are chosen."""


@dataclass(frozen=True)
class ColumnPosition:
    """A chosen column, with the query strings that move it; empty where it cannot move."""

    column: Column
    earlier: str
    later: str


@dataclass(frozen=True)
class ColumnChoice:
    """The form that chooses the columns of a list at `path`."""

    filterset: FactFilterSet
    path: str

    @property
    def selected(self) -> Sequence[Column]:
        """The columns that the address names, in its order; none where it names none."""
        known = not self.filterset.problems and self.filterset.data.getlist("columns")
        return self.filterset.selected_columns if known else ()

    @property
    def table_columns(self) -> Sequence[Column]:
        """Those that the page has room for."""
        return self.selected[:MAX_TABLE_COLUMNS]

    @property
    def too_many(self) -> bool:
        """Whether the page leaves some out."""
        return len(self.selected) > MAX_TABLE_COLUMNS

    @property
    def positions(self) -> list[ColumnPosition]:
        """The chosen columns with their ways to move."""
        names = [column.name for column in self.selected]
        return [
            ColumnPosition(column, self._swapped(names, at - 1), self._swapped(names, at))
            for at, column in enumerate(self.selected)
        ]

    def _swapped(self, names: Sequence[str], at: int) -> str:
        """The query string with the columns at a place and the next exchanged."""
        if not 0 <= at < len(names) - 1:
            return ""
        moved = [*names[:at], names[at + 1], names[at], *names[at + 2 :]]
        return self.filterset.query_string(columns=moved)

    @property
    def rest(self) -> list[Column]:
        """The columns that are not chosen."""
        return [column for column in self.filterset.columns if column not in self.selected]

    @property
    def hidden_values(self) -> list[tuple[str, str]]:
        """(name, value) of everything else in the address, for the form to carry on."""
        return [
            (name, value)
            for name, values in self.filterset.data.lists()
            if name not in {"columns", "page"}
            for value in values
        ]

    @property
    def start(self) -> str:
        """The query string of the first columns, as many as the page has room for."""
        first = [column.name for column in self.filterset.columns[:MAX_TABLE_COLUMNS]]
        return self.filterset.query_string(columns=first)

    @property
    def usual(self) -> str:
        """The query string of the usual columns."""
        return self.filterset.query_string(columns=[])


@dataclass(frozen=True)
class FileLinks:
    """`route` names the CSV's address, such as systems:csv; the others stand beside it."""

    route: str
    query: str

    def _address(self, suffix: str) -> str:
        address = page_address(self.route.removesuffix("csv") + suffix)
        return f"{address}?{self.query}" if self.query else address

    @property
    def csv(self) -> str:
        """As CSV."""
        return self._address("csv")

    @property
    def xlsx(self) -> str:
        """As a workbook."""
        return self._address("xlsx")

    @property
    def json(self) -> str:
        """As JSON."""
        return self._address("json")


class Remedy(NamedTuple):
    """A filter to take away where no row is left: its words, and how many rows there were then.

    None where that is not counted, since the rows are made of others.
    """

    words: str
    query: str
    rows: int | None


PAGE_SIZE = 25
MAX_PAGES = 400
"""Pages of a list at the most: to find the rows of a page, all before it must be sorted."""


class BoundedPaginator(Paginator):  # type: ignore[type-arg]  # generic in the stubs alone
    """Pages up to a bound; the count is that of all rows."""

    @cached_property
    def num_pages(self) -> int:
        """How many pages can be asked for."""
        return min(super().num_pages, MAX_PAGES)


class RowPaginator(BoundedPaginator):
    """Pages of rows, of which `count` may be known already.

    The rows of a page are found by their keys, and only then joined to what belongs to them: sorted
    as they are shown, 80,900 systems took 226 ms, their keys 38 ms. `shown` are all rows as they
    are shown.
    """

    def __init__(self, rows: Any, shown: Any, page_size: int, count: int | None) -> None:
        super().__init__(rows, page_size)
        self._shown = shown
        if count is not None:
            self.count = count

    def _get_page(self, rows: Any, number: int, paginator: Any) -> "Page[Any]":
        shown, order = self._shown.filter(pk__in=rows.values("pk")), rows.query.order_by
        return Page(shown.order_by(*order) if order else shown, number, paginator)


@dataclass
class Listing:
    """What every list page shows.

    `path` names the page's address, `file` that of its CSV; `one` and `several` are
    the noun. `tabular` says that its table can show the columns of the file instead of its own,
    `counted` that beside each value of a filter stands how many rows it would leave.
    """

    filterset: FactFilterSet
    path: str
    file: str
    title: str
    singular: str
    plural: str
    page_size: int = PAGE_SIZE
    remedy: str = "No rows are shown, so that nothing wrong is."
    tabular: bool = False
    counts_facets: bool = False
    lists_facts: ClassVar[bool] = True
    """Whether its rows are those that the filters narrow."""

    @property
    def suggestions(self) -> str:
        """The route of names for the boxes of filters that are looked up."""
        return f"{self.file.removesuffix('csv')}suggest"

    @cached_property
    def problems(self) -> list[tuple[str, str]]:
        """What of the address was not understood, the page number included."""
        problems = list(self.filterset.problems)
        if "page" not in self.filterset.data:
            return problems  # without a count, which some pages do without
        try:
            self._paginator.validate_number(self.filterset.data["page"])
        except PageNotAnInteger:
            problems.append(("page", "A page is a whole number from 1."))
        except EmptyPage:
            last = self._paginator.num_pages
            more = " Narrow the list, or take its file, which has all rows." if self.cut else ""
            problems.append(("page", f"There is no such page: write 1 to {last}.{more}"))
        return problems

    @property
    def status(self) -> int:
        """HTTP status: 400 where something was not understood."""
        return 400 if self.problems else 200

    @cached_property
    def _paginator(self) -> "Paginator[Any]":
        cells = {f"cell_{column.name}": column.value for column in self.table}
        shown = self.filterset.queryset.annotate(**cells)
        count = self.numbers.total if self.numbers else None
        return RowPaginator(self.filterset.rows, shown, self.page_size, count)

    @cached_property
    def numbers(self) -> ListNumbers | None:
        """What is counted of the list; None where nothing is, or the filters are not understood."""
        if not self.counts_facets or self.filterset.problems:
            return None
        return facets.count_for_page(self.filterset)

    def measure(self, name: str) -> Sequence[Mapping[str, Any]]:
        """The rows of a measure of the filter set over the chosen rows; none while it has none."""
        return self.numbers.measures[name] if self.numbers else ()

    def row(self, measure: str) -> Mapping[str, Any]:
        """The only row of a measure; empty while nothing is counted."""
        return next(iter(self.measure(measure)), {})

    @property
    def boroughs(self) -> int:
        """How many of the 33 are behind the chosen rows, by the measure of that name."""
        return int(self.row("boroughs").get("boroughs") or 0)

    def tally(self, measure: str) -> dict[str, int]:
        """{value: rows} of a measure that counts by a column, without rows that have none."""
        return {row["value"]: row["rows"] for row in self.measure(measure) if row["value"]}

    @property
    def columns(self) -> ColumnChoice:
        """The columns chosen, and the form that chooses them."""
        return ColumnChoice(self.filterset, self.path)

    @cached_property
    def table(self) -> Sequence[Column]:
        """The chosen columns that the page shows instead of its usual ones; mostly none."""
        return self.columns.table_columns if self.tabular else ()

    @property
    def cells(self) -> list[tuple[Any, list[tuple[Column, Any]]]]:
        """Each record of this page with its chosen columns and their values."""
        return [
            (record, [(column, getattr(record, f"cell_{column.name}")) for column in self.table])
            for record in self.page
        ]

    @property
    def headings(self) -> list[tuple[Column, bool]]:
        """The chosen columns, and whether the list can be sorted by each."""
        sort = self.filterset.filters.get("sort")
        return [(column, bool(sort) and column.name in sort.columns) for column in self.table]

    @cached_property
    def page(self) -> "Page[Any]":
        """The rows of this page; the first page while the number is wrong."""
        number = 1 if self.problems else self.filterset.data.get("page", 1)
        return self._paginator.page(number)

    @property
    def total(self) -> int:
        """All chosen rows, over all pages."""
        return self._paginator.count

    @property
    def cut(self) -> int:
        """How many rows the pages show, where that is not all of them; otherwise zero."""
        rows = self._paginator.num_pages * self.page_size
        return rows if rows < self.total else 0

    @cached_property
    def remedies(self) -> list[Remedy]:
        """Each filter in use with what taking it away would give, the most rows first."""
        words: dict[str, list[str]] = {}
        for chip in self.filterset.chips:
            words.setdefault(chip.name, [chip.label.lower()]).append(chip.value)
        counts = self.filterset.count_rows_without(words) if self.lists_facts else {}
        remedies = [
            Remedy(
                f"{label} {' or '.join(values)}",
                self.filterset.query_string(**{name: []}),
                counts.get(name, 0) if self.lists_facts else None,
            )
            for name, (label, *values) in words.items()
        ]
        return sorted(remedies, key=lambda remedy: -(remedy.rows or 0))

    @property
    def rows_in_file(self) -> int:
        """How many rows the file of these has."""
        return self.total

    @property
    def max_rows_in_file(self) -> int | None:
        """How many rows their file may have; None: as many as there are."""
        return None

    @property
    def nouns(self) -> str:
        """The noun that fits the total."""
        return self.singular if self.total == 1 else self.plural

    @property
    def page_numbers(self) -> list[int | str]:
        """Page numbers to offer, an ellipsis where some are left out."""
        return list(self._paginator.get_elided_page_range(self.page.number, on_each_side=1))

    @property
    def files(self) -> FileLinks:
        """The addresses of exactly these rows as files."""
        return FileLinks(self.file, self.filterset.query_string())

    @property
    def csv(self) -> str:
        """The address of exactly these rows as CSV."""
        return self.files.csv

    @property
    def all(self) -> str:
        """The address of the list without any filter."""
        return page_address(self.path)

    @cached_property
    def facets(self) -> list[facets.Facet]:
        """The filters as groups of inputs."""
        return facets.facets_for(self.filterset, None if self.problems else self.numbers)

    def sorted_by(self, column: str) -> tuple[str, str]:
        """Query string that sorts by a column, and its present direction for a screen reader."""
        now = self.filterset.data.get("sort", "")
        direction = {column: "ascending", f"-{column}": "descending"}.get(now, "none")
        following = f"-{column}" if now == column else column
        return self.filterset.query_string(sort=[following]), direction

    def at_page(self, number: int) -> str:
        """Query string of another page of the same rows."""
        return self.filterset.query_string(page=[str(number)])
