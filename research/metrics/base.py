"""What a metric is: one number, with all that is needed to read it, and how pages write it."""

import datetime
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from enum import StrEnum
from typing import Any, Protocol, Self

from dateutil.relativedelta import relativedelta
from django.utils.dateformat import format as in_format

from boroughs.models import Borough, BoroughQuerySet
from citytools.facts.statistics import (
    ANY_SHARE,
    NO_LIMITS,
    AttainableRange,
    percentage,
    share_in_words,
)
from citytools.worlds.addresses import site_path
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
    """The rows that a metric's chart draws: a label and amounts, in drawing order.

    Two amounts in a row are a dot in a plane, one is a bar; `head` names the label and the amounts.
    """

    head: tuple[str, ...]
    rows: Sequence[tuple[str, *tuple[float, ...]]]

    @property
    def dots(self) -> bool:
        return len(self.head) == 3


@dataclass(frozen=True)
class Measurement:
    """A metric's value in its unit; None where there is nothing to measure.

    A share has `part` and `whole`, of which the value is 100 × part / whole. `counted` are the
    records behind it (n), of `boroughs` of the 33; `left_out` are records of the population that
    lack what would be measured; `attainable` is what arithmetic allows the value to be.
    """

    value: Decimal | None
    counted: int = 0
    boroughs: int = 0
    left_out: int = 0
    part: Decimal | None = None
    whole: Decimal | None = None
    picture: Picture | None = None
    attainable: AttainableRange = NO_LIMITS


def measurement_json(measurement: Measurement) -> dict[str, Any]:
    """A measurement as `measurement_from_json` reads it, exactly; amounts are decimal text."""
    stored = {
        name: None if (amount := getattr(measurement, name)) is None else str(amount)
        for name in _AMOUNTS
    }
    picture = measurement.picture
    return {
        **stored,
        **{name: getattr(measurement, name) for name in ("counted", "boroughs", "left_out")},
        "picture": None if picture is None else [picture.head, picture.rows],
        "attainable": measurement.attainable.as_json(),
    }


_AMOUNTS = ("value", "part", "whole")


def measurement_from_json(stored: Mapping[str, Any]) -> Measurement:
    """The measurement that `measurement_json` wrote."""
    amounts = {name: None if stored[name] is None else Decimal(stored[name]) for name in _AMOUNTS}
    picture = None
    if stored["picture"] is not None:
        head, rows = stored["picture"]
        picture = Picture(tuple(head), [tuple(row) for row in rows])
    attainable = AttainableRange.from_json(stored["attainable"])
    return Measurement(**{**stored, **amounts, "picture": picture, "attainable": attainable})


def share(part: Decimal | int, whole: Decimal | int, **details: Any) -> Measurement:
    """A part of a whole, measured in per cent; any share could be, unless the details say less."""
    attainable = ANY_SHARE if whole else NO_LIMITS
    amounts = {"part": Decimal(part), "whole": Decimal(whole), "attainable": attainable}
    return Measurement(percentage(part, whole), **{**amounts, **details})


@dataclass(frozen=True)
class Scope:
    """The day that "today" means.

    It measures what the tables of the present world say: within `as_of_views.read_as_at(day)` that
    is what they said then.
    """

    on: datetime.date

    @property
    def london(self) -> BoroughQuerySet:
        """The 33 authorities."""
        return Borough.objects.london()

    @property
    def systems(self) -> Any:
        """Systems of the 33 in use, without those of low confidence."""
        systems = System.objects.in_use().without_low_confidence()
        return systems.filter(borough__in=self.london)

    @property
    def contracts(self) -> ContractQuerySet:
        """Contracts that one of the 33 leads or shares, running or ended."""
        contracts: ContractQuerySet = Contract.objects.of_boroughs(self.london)
        return contracts


@dataclass(frozen=True)
class MinRecords:
    """From how many records (n) on a metric can test a claim, and why."""

    n: int
    reason: str


ROWS_BY_METRIC: dict[str, str] = {}
"""Address of the rows of each metric, which the definitions fill in when the app is ready: pages
that name findings about a thing need no more of them."""


@dataclass(frozen=True)
class Metric:
    """One number: what it means, over what it is taken, how, and the page with its rows.

    `title` names it on a page; `counts` is the plural of what n counts ("contracts with a known
    supplier"), for a share what its denominator counts, unless `pounds` says that part and whole
    are pounds; `population` says which records are looked at. `rows` is an address of this site in
    which {on} and {in_a_year} stand for days; `rows_note` says how its rows differ from those
    counted. `compute` takes `facts.LondonFacts`, which pages that only name a metric do without.
    `testable` says from how many records on it can test a claim.
    """

    key: str
    title: str
    definition: str
    unit: Unit
    counts: str
    population: str
    formula: str
    compute: Callable[[Any], Measurement]
    rows: str
    testable: MinRecords
    rows_note: str = ""
    pounds: bool = False

    @property
    def sign(self) -> str:
        """What stands before part and whole."""
        return "£" if self.pounds else ""

    def rows_url(self, scope: Scope) -> str:
        """The address of the rows behind the number; lists of today, whatever day is measured."""
        year = scope.on + relativedelta(months=12)
        rows = self.rows.format(on=scope.on.isoformat(), in_a_year=year.isoformat())
        return site_path(rows)

    def csv_url(self, scope: Scope) -> str:
        """The same rows as CSV: /systems/?a=b is /systems/systems.csv?a=b."""
        path, mark, query = self.rows_url(scope).partition("?")
        return f"{path}{path.strip('/').rpartition('/')[2]}.csv{mark}{query}"


NOT_KNOWN = "not known"
_SPACE = "\u00a0"


@dataclass(frozen=True)
class PublishedValue:
    """A metric's value as it was when a record was published; `value` in the metric's unit."""

    on: datetime.date
    value: Decimal | None
    part: Decimal | None
    whole: Decimal | None
    counted: int
    boroughs: int
    attainable: AttainableRange = NO_LIMITS
    """What the value could have been; no limits where it was published without them."""

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> Self:
        """A value as a record's `published_values` hold it; numbers are text, for JSON has floats.

        KeyError, TypeError, ValueError or InvalidOperation where it is no such value.
        """
        value, part, whole = (
            None if stored[name] is None else Decimal(stored[name])
            for name in ("value", "part", "whole")
        )
        on = datetime.date.fromisoformat(stored["on"])
        limits = stored.get("attainable")
        attainable = AttainableRange.from_json(limits) if limits else NO_LIMITS
        return cls(on, value, part, whole, stored["counted"], stored["boroughs"], attainable)


@dataclass(frozen=True)
class MetricFigure:
    """One metric on a page: as measured, and as it was published, if it was."""

    metric: Metric
    measured: Measurement
    scope: Scope
    published: PublishedValue | None = None

    @property
    def words(self) -> str:
        """The value now: '45.5 %', '3 of 5', '−0.42', '33', '14 months' or 'not known'."""
        return amounts_in_words(self.metric, self.measured)

    @property
    def published_words(self) -> str:
        """The value at publication, in the same words."""
        return amounts_in_words(self.metric, self.published) if self.published else NOT_KNOWN

    @property
    def part_of_whole(self) -> str:
        """'33 of 33', or '£20 of £50', where the number is a part of a whole."""
        return part_of_whole(self.measured.part, self.measured.whole, self.metric.sign)

    @property
    def basis(self) -> str:
        """The same where it says more than the words; empty where they say it, or without any."""
        parts = self.part_of_whole
        return "" if parts in (NOT_KNOWN, self.words) else parts

    @property
    def limits_in_words(self) -> str:
        """'71.4 % to 100.0 %', or '0 or more': what it could be; empty without any limit."""
        attainable, unit = self.measured.attainable, self.metric.unit
        if attainable.least is None:
            return ""
        least, greatest = value_in_words(unit, attainable.least), attainable.greatest
        if attainable.least == greatest:
            return f"{least} and nothing else"
        return (
            f"{least} or more"
            if greatest is None
            else f"{least} to {value_in_words(unit, greatest)}"
        )

    @property
    def rows(self) -> str:
        return self.metric.rows_url(self.scope)

    @property
    def csv(self) -> str:
        return self.metric.csv_url(self.scope)


def day_in_words(day: datetime.date | None) -> str:
    """'30 September 2026', or nothing for None."""
    return in_format(day, "j F Y") if day else ""


def value_in_words(unit: Unit, value: Decimal | None) -> str:
    """A value with its unit, to the places that it bears; 'not known' for None."""
    if value is None:
        return NOT_KNOWN
    if unit == Unit.PER_CENT:
        return f"{value:.1f}{_SPACE}%"
    if unit == Unit.RHO:
        return f"{value:+.2f}".replace("-", "−")
    if unit == Unit.MONTHS:
        return f"{value:.0f}{_SPACE}month{'' if round(value) == 1 else 's'}"
    return f"{value:,.0f}"


class Amounts(Protocol):
    """A value with what it was made of: as measured, as published, or as recorded."""

    @property
    def value(self) -> Decimal | None: ...
    @property
    def part(self) -> Decimal | None: ...
    @property
    def whole(self) -> Decimal | None: ...
    @property
    def counted(self) -> int: ...


def amounts_in_words(metric: Metric, amounts: Amounts) -> str:
    """A metric's value with its unit; a share of under 6 records as '3 of 5'."""
    if metric.unit == Unit.PER_CENT and amounts.part is not None and amounts.whole:
        counted, sign = amounts.counted, metric.sign
        return share_in_words(amounts.part, amounts.whole, counted=counted, sign=sign)
    return value_in_words(metric.unit, amounts.value)


def part_of_whole(part: Decimal | None, whole: Decimal | None, sign: str = "") -> str:
    """'33 of 33', or '£20 of £50'; 'not known' where there is no whole."""
    if part is None or not whole:
        return NOT_KNOWN
    return f"{sign}{part:,.0f} of {sign}{whole:,.0f}"


def add_published_value(figure: MetricFigure, published: Mapping[str, Any]) -> MetricFigure:
    """The figure beside its value among a record's `published_values`, if it is there."""
    stored = published.get(figure.metric.key)
    return replace(figure, published=PublishedValue.from_json(stored)) if stored else figure


def published_json(measurement: Measurement, on: datetime.date) -> dict[str, Any]:
    """A measurement as `PublishedValue.from_json` reads it."""
    numbers = {name: getattr(measurement, name) for name in ("value", "part", "whole")}
    return {
        "on": on.isoformat(),
        **{name: None if number is None else str(number) for name, number in numbers.items()},
        "counted": measurement.counted,
        "boroughs": measurement.boroughs,
        "attainable": measurement.attainable.as_json(),
    }
