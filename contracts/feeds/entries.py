"""What a calendar of contracts holds: the whole days on record, each with its working.

A date known only as a month or a year gives no entry: no day is invented.
"""

import datetime
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from django.urls import reverse

from citytools.partial_dates import first_day, in_words
from citytools.plain_text import allowed, one_line
from contracts.models import Contract
from contracts.models.dates import whole_day

Address = Callable[[str], str]
"""Makes a path of this site an absolute address."""
INVENTED = "[Invented] "


@dataclass(frozen=True)
class Entry:
    """One whole day of a calendar. `key` is the same for ever, on whatever host."""

    key: str
    day: datetime.date
    summary: str
    lines: list[str]
    address: str
    changes: int
    changed_at: datetime.datetime

    @property
    def description(self) -> str:
        """The lines beneath each other."""
        return allowed("\n".join([*self.lines, self.address]))


def of_contract(contract: Any, address: Address) -> Iterator[Entry]:
    """Act-by date, end, and end if extended: those that are whole days.

    The contract has `changes` and `changed_at`.
    """
    days = (
        ("act-by", "Act by", contract.act_by, _act_by),
        ("end", "Ends", whole_day(contract.ends_on), _end),
        ("extended-end", "Ends if extended", whole_day(contract.extension_until), _extended),
    )
    for key, words, day, working in days:
        if day:
            mark = INVENTED if contract.illustrative else ""
            yield Entry(
                key=f"contract-{contract.pk}-{key}",
                day=day,
                summary=one_line(f"{mark}{words}: {contract.title} ({contract.lead.name})"),
                lines=[working(contract), *facts(contract)],
                address=address(contract.get_absolute_url()),
                changes=contract.changes,
                changed_at=moment(contract.changed_at, contract.as_of),
            )


def of_frameworks(frameworks: Iterable[Any], address: Address) -> Iterator[Entry]:
    """The ends of frameworks, where they are whole days."""
    for framework in frameworks:
        if day := whole_day(framework.ends_on):
            page = f"{reverse('contracts:list')}?framework={framework.slug}"
            yield Entry(
                key=f"framework-{framework.pk}-end",
                day=day,
                summary=one_line(f"Framework ends: {framework}"),
                lines=[
                    f"The framework ends on {in_words(framework.ends_on)}: no call-off after it.",
                    f"Provider: {framework.provider or 'not known'}",
                    f"Source: {framework.source or 'not known'}",
                ],
                address=address(page),
                changes=framework.changes,
                changed_at=moment(framework.changed_at, framework.ends_on),
            )


def facts(contract: Contract) -> list[str]:
    """Boroughs, supplier and source, and whether the record is invented: one line each."""
    partners = ", ".join(one.name for one in contract.partners.all())
    source = f"Source: {contract.get_source_kind_display()}, as of {in_words(contract.as_of)}"
    return [
        f"Boroughs: {contract.lead.name}{f'; shared with {partners}' if partners else ''}",
        f"Supplier: {contract.supplier.name if contract.supplier else 'not known'}",
        f"{source}, {contract.confidence} confidence. {contract.source_url}".strip(),
        *(["This record is invented for demonstration."] if contract.illustrative else []),
    ]


def _act_by(contract: Contract) -> str:
    months = f"{contract.notice_months} month{'' if contract.notice_months == 1 else 's'}"
    end = in_words(contract.ends_on)
    return f"Act by {contract.act_by:%-d %B %Y}: the end, {end}, less {months} of notice."


def _end(contract: Contract) -> str:
    words = f"Ends on {in_words(contract.ends_on)}"
    if contract.extension_until:
        return f"{words} before any extension; may be extended to {_until(contract)}."
    return f"{words}; no extension on record."


def _extended(contract: Contract) -> str:
    end = in_words(contract.ends_on) if contract.ends_on else "at a date not known"
    return f"Ends on {_until(contract)} if every extension is taken; else {end}."


def _until(contract: Contract) -> str:
    return in_words(contract.extension_until)


def moment(changed_at: datetime.datetime | None, instead: str) -> datetime.datetime:
    """When the record last changed; without a history a moment that stays the same."""
    if changed_at is not None:
        return changed_at.astimezone(datetime.UTC)
    return datetime.datetime.combine(first_day(instead), datetime.time(), datetime.UTC)
