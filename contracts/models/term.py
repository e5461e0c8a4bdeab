"""The term of a contract, as pure functions: by when to act, when to start, its status.

What is known only as a year or a month never becomes a day: such dates are text
(`PartialDateField`), and what is counted back from them is a range (`contracts.models.act_by`).
"""

import datetime
import enum
from dataclasses import dataclass

from citytools.facts.dates import first_day, last_day, partial_date_in_words
from contracts.models.act_by import (
    ASSUMED_NOTICE_MONTHS,
    ActByBasis,
    ActByRange,
    act_by_range,
    less_months,
)
from contracts.models.framework import Stage

# Months that replacing a core system takes before its act-by date; a page may choose others.
LEAD_MONTHS = 12
# Months from today within which a decision is counted as ahead.
DECISION_MONTHS = 12
_DAY = len("2026-11-30")


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
