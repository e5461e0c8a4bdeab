"""By when to act on a contract: a day, or a range of days where end or notice is not fully known.

The end less the notice, in calendar months clamped to the month's end: 31 May less 3 months is
28 February. An end known as a month or year may be any of its days. Where the notice is not known,
the range is that of the notice that contracts usually ask (`ASSUMED_NOTICE_MONTHS`).
`Contract.act_by_earliest` and `act_by_latest` are the same in SQL.
"""

import datetime
import enum
from dataclasses import dataclass
from functools import lru_cache

from dateutil.relativedelta import relativedelta
from django.db import models
from django.db.models import Case, Q, Value, When
from django.db.models.functions import Length
from django.db.models.lookups import Exact

from citytools.facts.dates import first_day, last_day, partial_date_in_words

# Months of notice, most and fewest, where a contract states none: an assumption of ours, said
# wherever it is used. Two columns are computed with it: after a change run makemigrations.
ASSUMED_NOTICE_MONTHS = (12, 3)
_DAY, _MONTH = len("2026-11-30"), len("2026-11")


class ActByBasis(enum.StrEnum):
    """What the days by which to act rest on."""

    STATED = "stated"
    MONTH_ONLY = "month only"
    YEAR_ONLY = "year only"
    ASSUMED = "assumed"


class CanAct(enum.StrEnum):
    """Whether a contract can still be acted on."""

    YES = "can"
    MAYBE = "may"
    NO = "too late"


@dataclass(frozen=True)
class ActByRange:
    """The first and the last day that may be the one by which to act."""

    earliest: datetime.date
    latest: datetime.date
    basis: ActByBasis

    @property
    def is_stated(self) -> bool:
        """Whether end and notice are both known to the day, so that it is one day."""
        return self.basis is ActByBasis.STATED

    def in_words(self, *, short: bool = True) -> str:
        """'30 Sep 2026', or '31 Dec 2026 to 30 Sep 2027'; months in full where not `short`."""
        first, last = (
            partial_date_in_words(day.isoformat(), short=short)
            for day in (self.earliest, self.latest)
        )
        return first if first == last else f"{first} to {last}"

    def can_act_on(self, day: datetime.date) -> CanAct:
        """Whether one can still act on a day; `MAYBE` from the earliest day to the latest."""
        if day > self.latest:
            return CanAct.NO
        return CanAct.YES if day <= self.earliest else CanAct.MAYBE


def act_by_range(ends_on: str, notice_months: int | None) -> ActByRange | None:
    """The days by which to act on a contract with this partial end; None where it has none."""
    if not ends_on:
        return None
    most, fewest = ASSUMED_NOTICE_MONTHS
    basis = {_DAY: ActByBasis.STATED, _MONTH: ActByBasis.MONTH_ONLY}.get(
        len(ends_on), ActByBasis.YEAR_ONLY
    )
    if notice_months is not None:
        most = fewest = notice_months
    else:
        basis = ActByBasis.ASSUMED
    return ActByRange(
        less_months(first_day(ends_on), most), less_months(last_day(ends_on), fewest), basis
    )


@lru_cache(maxsize=4096)
def less_months(day: datetime.date, months: int) -> datetime.date:
    """The day so many calendar months earlier, clamped to the month's end."""
    return day - relativedelta(months=months)


class LessMonths(models.Func):
    """SQL: a date so many calendar months earlier, clamped to the month's end."""

    template = "(%(expressions)s))::date"
    arg_joiner = " - make_interval(months => "
    output_field = models.DateField()
    arity = 2


def act_by_basis() -> Case:
    """SQL: the `ActByBasis` of a contract; null where it has no act-by date."""
    return Case(
        When(ends_on="", then=None),
        When(notice_months=None, then=Value(ActByBasis.ASSUMED)),
        When(Exact(Length("ends_on"), _DAY), then=Value(ActByBasis.STATED)),
        When(Exact(Length("ends_on"), _MONTH), then=Value(ActByBasis.MONTH_ONLY)),
        default=Value(ActByBasis.YEAR_ONLY),
        output_field=models.CharField(),
    )


def decision_between(first: datetime.date, last: datetime.date) -> Q:
    """Whether a decision falls, or may fall, within the days, both included.

    An assumed range may have passed and the contract still be open, since its notice may be
    shorter: it counts as long as the contract has not ended.
    """
    open_ = Q(act_by_latest__gte=first) | Q(notice_months=None, ends_last__gte=first)
    return Q(act_by_earliest__lte=last) & open_


def decision_due_between(first: datetime.date, last: datetime.date) -> Q:
    """Whether a decision surely falls within the days: all of a range that is not assumed."""
    return Q(notice_months__isnull=False, act_by_earliest__gte=first, act_by_latest__lte=last)
