"""The term of a contract: its status, and by when to act on it, as pure functions and in SQL.

What is known only as a year or a month never becomes a day: such dates are text
(`PartialDateField`), and what is counted back from them is a range. By when to act is the end less
the notice, in calendar months clamped to the month's end: 31 May less 3 months is 28 February.
Where the notice is not known, the range is that of the notice that contracts usually ask
(`ASSUMED_NOTICE_MONTHS`). `Contract.act_by_earliest` and `act_by_latest` are the same in SQL.
"""

import datetime
import enum
from dataclasses import dataclass
from functools import lru_cache

from dateutil.relativedelta import relativedelta
from django.db import models
from django.db.models import Case, CharField, F, Q, Value, When
from django.db.models.expressions import Combinable
from django.db.models.functions import (
    Cast,
    Concat,
    ExtractQuarter,
    ExtractYear,
    Greatest,
    Least,
    Length,
)
from django.db.models.lookups import Exact

from citytools.facts.dates import (
    first_day,
    last_day,
    last_day_of,
    partial_date_in_words,
    quarters_from,
)
from contracts.models.framework import Stage

# Months of notice, longest and shortest, where a contract states none: an assumption of ours, said
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
    longest, shortest = ASSUMED_NOTICE_MONTHS
    basis = {_DAY: ActByBasis.STATED, _MONTH: ActByBasis.MONTH_ONLY}.get(
        len(ends_on), ActByBasis.YEAR_ONLY
    )
    if notice_months is not None:
        longest = shortest = notice_months
    else:
        basis = ActByBasis.ASSUMED
    return ActByRange(
        less_months(first_day(ends_on), longest), less_months(last_day(ends_on), shortest), basis
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


# Quarters ahead, this one included.
QUARTERS = 8
UNDATED = "undated"


def decision_quarters(today: datetime.date) -> Case:
    """SQL: '20264 20271 stated': the quarters in which a decision may fall, and on what ground.

    'undated' for a contract without a known end; null where no decision falls in the quarters
    ahead.
    """
    last = last_day_of(quarters_from(today, QUARTERS)[-1])
    # An assumed range may have passed: the decision is then for this quarter
    earliest = Least(Greatest(F("act_by_earliest"), today), last)
    latest = Least(Greatest(F("act_by_latest"), today), last)
    basis = Case(When(notice_months=None, then=Value("assumed")), default=Value("stated"))
    quarters = Concat(
        *(_quarter(earliest), Value(" "), _quarter(latest), Value(" "), basis),
        output_field=CharField(),
    )
    return Case(
        When(decision_between(today, last), then=quarters),
        When(ends_on="", rolling=False, then=Value(UNDATED)),
        output_field=CharField(),
    )


def _quarter(day: Combinable) -> Cast:
    number = ExtractYear(day) * 10 + ExtractQuarter(day)
    return Cast(number, CharField())


# Months that replacing a core system takes before its act-by date; a page may choose others.
LEAD_MONTHS = 12
# Months from today within which a decision is counted as ahead.
DECISION_MONTHS = 12


class ContractStatus(enum.StrEnum):
    """The status of a contract on a day."""

    PLANNED = "planned"
    FUTURE = "future"
    CURRENT = "running"  # in addresses current, as it was once called on pages too
    PAST_ACT_BY = "past act-by"
    ENDED = "ended"
    ROLLING = "rolling"
    NOT_KNOWN = "not known whether it runs"

    @property
    def key(self) -> str:
        """As addresses write it: past_act_by."""
        return self.name.lower()

    @property
    def runs(self) -> bool:
        """Whether such a contract is known to run."""
        return self in (self.CURRENT, self.PAST_ACT_BY, self.ROLLING)


@dataclass(frozen=True)
class ActByWords:
    """By when to act: the `days`, empty where there are none, why these, and all as a sentence."""

    days: str
    brief: str
    sentence: str


@dataclass(frozen=True)
class ContractTerm:
    """The dates of one contract as recorded: partial dates, empty where not known.

    `notice_months` is None where not known; `rolling` says that there is no end date; `stage` is a
    `Stage`, empty where not known.
    """

    starts_on: str = ""
    ends_on: str = ""
    extension_until: str = ""
    notice_months: int | None = None
    rolling: bool = False
    stage: str = ""

    @property
    def end(self) -> datetime.date | None:
        """The end before any extension; None unless it is a whole day."""
        return whole_day(self.ends_on)

    @property
    def months(self) -> int | None:
        """Months of the term, a begun one whole; None unless both ends are known to the month."""
        if len(self.starts_on) < _MONTH or len(self.ends_on) < _MONTH:
            return None
        after = last_day(self.ends_on) + relativedelta(days=1)
        term = relativedelta(after, first_day(self.starts_on))
        return term.years * 12 + term.months + (term.days > 0)

    @property
    def act_by(self) -> ActByRange | None:
        """The days by which to act, before any extension; None where no end is known."""
        return act_by_range(self.ends_on, self.notice_months)

    @property
    def act_by_if_extended(self) -> ActByRange | None:
        """The same, if every extension is taken."""
        return act_by_range(self.extension_until, self.notice_months)

    @property
    def must_start(self) -> datetime.date | None:
        """When work on a successor must begin at the latest, if it takes the usual months."""
        return None if self.act_by is None else must_start(self.act_by.earliest)

    def perhaps_extended_on(self, day: datetime.date) -> bool:
        """Whether it has ended by its dates, but may run on by an extension."""
        return bool(
            self.ends_on
            and self.extension_until
            and last_day(self.ends_on) < day <= last_day(self.extension_until)
        )

    def act_by_words(self, day: datetime.date) -> ActByWords:
        """By when to act, in words, as seen on a day."""
        if self.perhaps_extended_on(day):
            until = partial_date_in_words(self.extension_until)
            ask = f"has ended or been extended, to {until} at most: ask"
            return ActByWords("", ask, f"It {ask}.")
        if self.rolling:
            notice = _rolling_notice(self.notice_months)
            return ActByWords("", f"rolling: {notice}", f"It has no end date: it {notice}.")
        if self.act_by is None:
            return ActByWords("", "no end known", "By when to act is not known: no end is.")
        end = partial_date_in_words(self.ends_on)
        if last_day(self.ends_on) < day:
            return ActByWords("", "ended", f"It has ended: {end}.")
        known = "end" if whole_day(self.ends_on) else f"end known only as {end}"
        reason = f"its end, {end}," if known == "end" else f"its {known},"
        if self.notice_months is None:
            brief = "assumed" if known == "end" else f"assumed; {known}"
            reason += f" less {ASSUMED_MONTHS} of notice, assumed since its notice is not known"
        else:
            months = f"{self.notice_months} month{'' if self.notice_months == 1 else 's'}"
            brief, reason = f"{known} less {months}", f"{reason} less {months} of notice"
        caution = "; perhaps too late: ask" if self._may_be_too_late(self.act_by, day) else ""
        caution += "; or later, if extended" if self.extension_until else ""
        sentence = f"{_act_in_words(self.act_by)}: {reason}{caution}."
        return ActByWords(self.act_by.in_words(), brief + caution, sentence)

    def _may_be_too_late(self, act_by: ActByRange, day: datetime.date) -> bool:
        """Whether the days assumed have passed, but not the end."""
        return act_by.basis is ActByBasis.ASSUMED and act_by.latest < day <= last_day(self.ends_on)

    def status_on(self, day: datetime.date) -> ContractStatus:
        """Its status on a day, before any extension.

        What begins within a year or month may have begun on its first day; what ends within one
        has ended only after its last. It runs with an end ahead, without an end date, or where it
        has begun and no end is known.
        """
        if self.ends_on and not self.rolling and last_day(self.ends_on) < day:
            return ContractStatus.ENDED
        if self.stage == Stage.PLANNED:
            return ContractStatus.PLANNED
        if self.starts_on and first_day(self.starts_on) > day:
            return ContractStatus.FUTURE
        if self.rolling:
            return ContractStatus.ROLLING
        if self.notice_months is not None and self.act_by and self.act_by.latest < day:
            return ContractStatus.PAST_ACT_BY
        if self.starts_on or self.ends_on:
            return ContractStatus.CURRENT
        return ContractStatus.NOT_KNOWN


def must_start(act_by: datetime.date, lead_months: int = LEAD_MONTHS) -> datetime.date:
    """When work on a successor must begin, to be ready to act."""
    return less_months(act_by, lead_months)


def whole_day(partial: str) -> datetime.date | None:
    """The day that a partial date names; None for a month, a year or nothing."""
    return datetime.date.fromisoformat(partial) if len(partial) == _DAY else None


ASSUMED_MONTHS = "{} to {} months".format(*ASSUMED_NOTICE_MONTHS)
"""The notice assumed of a contract that states none, in words."""


def _act_in_words(act_by: ActByRange) -> str:
    """'Act by 30 September 2026', or 'Act between … and …'."""
    words = act_by.in_words(short=False)
    return f"Act between {words.replace(' to ', ' and ')}" if " to " in words else f"Act by {words}"


def _rolling_notice(notice_months: int | None) -> str:
    if notice_months is None:
        return "can be ended, but the notice is not known"
    owner = "’s" if notice_months == 1 else "s’"
    notice = f" with {notice_months} month{owner} notice" if notice_months else ""
    return f"can be ended at any time{notice}"
