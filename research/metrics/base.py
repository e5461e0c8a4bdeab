"""What a metric is: one number, with all that is needed to read it."""

import datetime
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from enum import StrEnum
from typing import Any, TypeVar

from dateutil.relativedelta import relativedelta

from boroughs.models import Borough, BoroughQuerySet
from citytools.facts.provenance import SourcedQuerySet
from contracts.models import Contract
from contracts.models.dates import ContractQuerySet
from systems.models import System


class Unit(StrEnum):
    """What a value counts."""

    PER_CENT = "per cent"
    COUNT = "count"
    RHO = "rank correlation, -1 to 1"
    MONTHS = "months"


@dataclass(frozen=True)
class Picture:
    """The rows that a metric's chart draws: a label and amounts, in the order drawn.

    Two amounts a row are dots in a plane, one is a bar; `head` names the label and the amounts.
    """

    head: tuple[str, ...]
    rows: Sequence[tuple[str, *tuple[float, ...]]]

    @property
    def dots(self) -> bool:
        """Whether each row is a dot."""
        return len(self.head) == 3


@dataclass(frozen=True)
class Measurement:
    """A metric's value in its unit; None where there is nothing to measure.

    A share has `part` and `whole`, of which the value is 100 × part / whole. `counted` are the
    records behind it (n), of `boroughs` of the 33, `invented` of them made up for demonstration;
    `left_out` are records of the population that lack what would be measured.
    """

    value: Decimal | None
    counted: int = 0
    boroughs: int = 0
    left_out: int = 0
    invented: int = 0
    part: Decimal | None = None
    whole: Decimal | None = None
    picture: Picture | None = None


def percentage(part: Decimal | int, whole: Decimal | int) -> Decimal | None:
    """100 × part / whole in per cent, to six places; None where the whole is nothing."""
    return round(100 * Decimal(part) / Decimal(whole), 6) if whole else None


Q = TypeVar("Q", bound=SourcedQuerySet)


@dataclass(frozen=True)
class Scope:
    """The day that "today" means, and whether invented records are counted in.

    What is measured is what the tables say: within `past.as_at(day)` they say what they said then.
    """

    on: datetime.date
    illustrative: bool = False

    def only(self, rows: Q) -> Q:
        """The rows, without the invented ones unless they are counted in."""
        return rows if self.illustrative else rows.real()

    @property
    def london(self) -> BoroughQuerySet:
        """The 33."""
        return Borough.objects.london()

    @property
    def systems(self) -> Any:
        """Systems of the 33 in use."""
        return self.only(System.objects.in_use().filter(borough__in=self.london))

    @property
    def contracts(self) -> ContractQuerySet:
        """Contracts that one of the 33 leads or shares, running or ended."""
        return self.only(Contract.objects.of_boroughs(self.london))

    @property
    def otherwise(self) -> "Scope":
        """The same day with invented records counted in, or left out where they were in."""
        return replace(self, illustrative=not self.illustrative)

    @property
    def with_invented(self) -> "Scope":
        """The same, with what is invented counted in."""
        return replace(self, illustrative=True)


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
    compute: Callable[[Scope], Measurement]
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
