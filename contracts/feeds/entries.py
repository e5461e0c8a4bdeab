"""What calendars and feeds say of contracts and frameworks."""

import datetime
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, IntegerField, Max, OuterRef, Subquery, Value
from django.db.models.functions import Coalesce, Greatest
from django.http import HttpRequest
from django.urls import reverse

from citytools.facts import dates
from citytools.facts.dates import first_day, partial_date_in_words
from citytools.facts.markdown import replace_control_characters, single_line
from contracts.models import Contract, ContractPartner
from contracts.models.term import ActByRange, whole_day


def with_change_counts(rows: Any) -> Any:
    """Contracts or frameworks with `changes`, the writes after the first, and `changed_at`.

    Who shares a contract is part of it. `changed_at` is null for a row without any history.
    """
    histories: list[tuple[Any, str]] = [(rows.model, "pgh_obj")]
    if rows.model is Contract:
        histories.append((ContractPartner, "contract"))
    writes: Any = Value(-1)
    last = []
    for model, field in histories:
        events = model.pgh_event_model.objects.filter(**{field: OuterRef("pk")}).order_by()
        grouped = events.values(field)
        count = Subquery(grouped.annotate(n=Count("pgh_id")).values("n"), IntegerField())
        writes = writes + Coalesce(count, 0)
        last.append(Subquery(grouped.annotate(at=Max("pgh_created_at")).values("at")))
    latest = Greatest(*last) if len(last) > 1 else last[0]
    return rows.annotate(changes=Greatest(writes, Value(0)), changed_at=latest)


# An end known only as a month or a year gives no entry: no day is invented.

# Turns a path of this site into an absolute address.
Address = Callable[[str], str]


@dataclass(frozen=True)
class CalendarEntry:
    """One whole day of a calendar. `key` is the same for ever, on whatever host."""

    key: str
    day: datetime.date
    summary: str
    lines: list[str]
    address: str
    changes: int
    changed_at: datetime.datetime
    tentative: bool = False

    @property
    def description(self) -> str:
        """The lines beneath each other."""
        return replace_control_characters("\n".join([*self.lines, self.address]))


def contract_entries(contract: Any, address: Address) -> Iterator[CalendarEntry]:
    """Act-by date, end, and end if extended: those that are whole days.

    Where it is only known from and to which day one may have to act, the first of them, tentative.
    The contract has `changes` and `changed_at`.
    """
    act_by: ActByRange | None = contract.term.act_by
    tentative = bool(act_by and not act_by.is_stated)
    label = "Perhaps act by this day or later" if tentative else "Act by"
    days = (
        ("act-by", label, act_by and act_by.earliest, _act_by),
        ("end", "Ends", whole_day(contract.ends_on), _end),
        ("extended-end", "Ends if extended", whole_day(contract.extension_until), _end_if_extended),
    )
    for key, label, day, sentence in days:
        if day:
            yield CalendarEntry(
                key=f"contract-{contract.key}-{key}",
                day=day,
                summary=single_line(f"{label}: {contract.title} ({contract.lead.name})"),
                lines=[sentence(contract), *contract_summary(contract)],
                address=address(contract.get_absolute_url()),
                changes=contract.changes,
                changed_at=last_changed_at(contract.changed_at, contract.source_day.isoformat()),
                tentative=tentative and key == "act-by",
            )


def framework_entries(frameworks: Iterable[Any], address: Address) -> Iterator[CalendarEntry]:
    """The ends of frameworks, where they are whole days."""
    for framework in frameworks:
        if day := whole_day(framework.ends_on):
            page = f"{reverse('contracts:list')}?framework={framework.slug}"
            ends_on = partial_date_in_words(framework.ends_on)
            yield CalendarEntry(
                key=f"framework-{framework.slug}-end",
                day=day,
                summary=single_line(f"Framework ends: {framework}"),
                lines=[
                    f"The framework ends on {ends_on}: no call-off after it.",
                    f"Provider: {framework.provider or 'not known'}",
                    f"Source: {framework.source or 'not known'}",
                ],
                address=address(page),
                changes=framework.changes,
                changed_at=last_changed_at(framework.changed_at, framework.ends_on),
            )


def contract_summary(contract: Contract) -> list[str]:
    """Boroughs, supplier and source, one line each."""
    partners = ", ".join(borough.name for borough in contract.partners.all())
    source = f"Source: {contract.get_source_kind_display()}, {contract.source_day_in_words}"
    return [
        f"Boroughs: {contract.lead.name}{f'; shared with {partners}' if partners else ''}",
        f"Supplier: {contract.supplier.name if contract.supplier else 'not known'}",
        f"{source}, {contract.confidence} confidence. {contract.source_url}".strip(),
    ]


def _act_by(contract: Contract) -> str:
    return contract.term.act_by_words(dates.today()).sentence


def _end(contract: Contract) -> str:
    words = f"Ends on {partial_date_in_words(contract.ends_on)}"
    if contract.extension_until:
        return f"{words} before any extension; may be extended to {_latest_end(contract)}."
    return f"{words}; no extension on record."


def _end_if_extended(contract: Contract) -> str:
    end = partial_date_in_words(contract.ends_on) if contract.ends_on else "at a date not known"
    return f"Ends on {_latest_end(contract)} if every extension is taken; else {end}."


def _latest_end(contract: Contract) -> str:
    return partial_date_in_words(contract.extension_until)


def last_changed_at(changed_at: datetime.datetime | None, instead: str) -> datetime.datetime:
    """When the record last changed; without a history a moment that stays the same."""
    if changed_at is not None:
        return changed_at.astimezone(datetime.UTC)
    return datetime.datetime.combine(first_day(instead), datetime.time(), datetime.UTC)


def follow_links_for_list(request: HttpRequest, query: str) -> dict[str, str]:
    """Absolute addresses of the calendar and the feed of a list, by its query string."""
    suffix = f"?{query}" if query else ""
    return {
        name: request.build_absolute_uri(reverse(f"contracts:{name}") + suffix)
        for name in ("ics", "atom")
    }


def follow_links_for_contract(request: HttpRequest, contract: Contract) -> dict[str, str]:
    """Those of one contract."""
    return {
        name: request.build_absolute_uri(reverse(f"contracts:one_{name}", args=[contract.key]))
        for name in ("ics", "atom")
    }
