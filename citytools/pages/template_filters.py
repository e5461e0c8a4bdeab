"""How facts read on a page: one way to show what is not known, dates, money and sources."""

import datetime
from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any

from django.http import QueryDict
from django.template.defaultfilters import date as format_date
from django.utils.html import format_html
from django.utils.safestring import SafeString

from citytools.facts import dates
from citytools.lists.columns import Column
from citytools.lists.query_form import QueryStringMixin

NOT_KNOWN = format_html('<span class="ct-unknown">{}</span>', "not known")


SUBJECTS = ("borough", "service_area", "function", "product", "supplier")
"""Filters of a list that the page of changes knows too."""


def changes_query(query: QueryStringMixin) -> str:
    """The query string of changes for what a list is of; "" where it names no subject."""
    chosen = QueryDict(mutable=True)
    for name in SUBJECTS:
        if values := [value for value in query.data.getlist(name) if value != "not_known"]:
            chosen.setlist(name, values)
    if not chosen or query.problems:
        return ""
    return chosen.urlencode()


def known(value: Any) -> Any:
    """The value, or 'not known' for what is empty; zero is known."""
    return NOT_KNOWN if value is None or value == "" else value


def without_value(names: Mapping[str, str], rows: Iterable[Any]) -> dict[str, str]:
    """Of names by attribute those of which no row has a value."""
    records = list(rows)
    return {
        attribute: name
        for attribute, name in names.items()
        if all(getattr(record, attribute) in (None, "") for record in records)
    }


def at_least(count: int, complete: bool | None) -> str | SafeString:
    """A borough's count; without a complete return a lower bound, and a zero is not known."""
    if complete:
        return f"{count:,}"
    return f"at least {count:,}" if count else NOT_KNOWN


def cell(column: Column, value: Any) -> Any:
    """A value of a file's column as a page shows it."""
    if column.kind == "yes or no":
        return yes_no(value)
    if column.kind == "list":
        return known(column.plain(value))
    if column.kind == "decimal":
        return known(value if value is None else f"{value:,}")
    if column.kind in {"date", "partial date"}:
        return short_date(str(value) if value else None)
    return known(value)


def yes_no(value: bool | None) -> str | SafeString:
    """yes, no or not known."""
    return NOT_KNOWN if value is None else "yes" if value else "no"


def partial_date(value: str | None) -> str | SafeString:
    """A partial date in words, as precise as its source."""
    return dates.partial_date_in_words(value) if value else NOT_KNOWN


def short_date(value: str | None) -> str | SafeString:
    """A partial date for a narrow column: 21 Aug 2026, Aug 2026 or 2026."""
    return dates.partial_date_in_words(value, short=True) if value else NOT_KNOWN


def day(value: datetime.date | None) -> str | SafeString:
    """30 September 2026."""
    return format_date(value, "j F Y") if value else NOT_KNOWN


def pounds(value: Decimal | None) -> str | SafeString:
    """£1,200 to the pound."""
    return NOT_KNOWN if value is None else f"£{value:,.0f}"


def pounds_exactly(value: Decimal | None) -> str | SafeString:
    """£18.40 below £100, where the pence count; £1,200 above."""
    if value is None or abs(value) >= 100:
        return pounds(value)
    return f"£{value:,.2f}"


def distance(value: datetime.date) -> str:
    """How far a day is from today: 'in 10 months', '3 months ago', 'today'."""
    days = (value - dates.today()).days
    if days == 0:
        return "today"
    size, unit = _in_unit(abs(days))
    words = f"{size} {unit}{'' if size == 1 else 's'}"
    return f"in {words}" if days > 0 else f"{words} ago"


def _in_unit(days: int) -> tuple[int, str]:
    """Days below two months, months below two years, then years; rounded down."""
    if days < 61:
        return days, "day"
    months = int(days / 30.4375)
    return (months, "month") if months < 24 else (months // 12, "year")


def act_by_words(contract: Any) -> Any:
    """By when to act on a contract, in words, as seen today (`ActByWords`)."""
    return contract.term.act_by_words(dates.today())


def standing(contract: Any) -> str:
    """Where a contract stands today, in the words of `ContractStatus`."""
    return str(contract.term.status_on(dates.today()))
