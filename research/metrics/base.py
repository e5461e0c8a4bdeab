"""What a metric is: one number, with all that is needed to read it."""

from collections.abc import Callable
from dataclasses import dataclass

from dateutil.relativedelta import relativedelta

from research.measured import Measured, Unit
from research.scope import Scope


@dataclass(frozen=True)
class Metric:
    """One number: what it means, over what it is taken, how, and the page with its rows.

    `title` names it on a page; `counts` is the plural of what n counts ("contracts with a known
    supplier"), for a share what its denominator counts, unless `pounds` says that part and whole
    are pounds; `population` says which records are looked at. `rows` is an address of this site,
    without `illustrative`, in which {on} and {in_a_year} stand for days; `rows_note` says how its
    rows differ from those counted; `rows_sourced` whether the list tells real rows from invented.
    """

    key: str
    title: str
    definition: str
    unit: Unit
    counts: str
    population: str
    formula: str
    compute: Callable[[Scope], Measured]
    rows: str
    rows_note: str = ""
    rows_sourced: bool = True
    pounds: bool = False

    def rows_of(self, scope: Scope) -> str:
        """The address of the rows behind the number; lists of today, whatever day is measured."""
        year = scope.on + relativedelta(months=12)
        rows = self.rows.format(on=scope.on.isoformat(), in_a_year=year.isoformat())
        if scope.illustrative or not self.rows_sourced:
            return rows
        return f"{rows}{'&' if '?' in rows else '?'}illustrative=no"

    def csv_of(self, scope: Scope) -> str:
        """The same rows as CSV: /systems/?a=b is /systems/systems.csv?a=b."""
        path, mark, query = self.rows_of(scope).partition("?")
        return f"{path}{path.strip('/').rpartition('/')[2]}.csv{mark}{query}"
