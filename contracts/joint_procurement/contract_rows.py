"""The contracts of a window as its page, file and planner need them: end, act-by, can it be had.

`contracts.joint_procurement.windows` computes the same days in SQL to find the windows.
"""

import datetime
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import cached_property

from django.db.models import Prefetch

from boroughs.models import Borough
from citytools.facts.dates import first_day, last_day
from contracts.joint_procurement.filters import TogetherFilter
from contracts.models import Contract
from contracts.models.term import ActByBasis, ActByRange, CanAct, act_by_range
from systems.models import System


@dataclass(frozen=True)
class ContractRow:
    """A contract with the end that counts, a partial date, and by when to act on it."""

    record: Contract
    end: str
    act_by: ActByRange
    can_act: CanAct
    perhaps_too_late: bool = False

    @property
    def lead(self) -> Borough:
        return self.record.lead

    @property
    def annual_value(self) -> Decimal | None:
        """Pounds a year."""
        return self.record.annual_value

    @cached_property
    def ends_on(self) -> datetime.date:
        """The last day that its end may mean."""
        return last_day(self.end)

    @cached_property
    def latest_end(self) -> tuple[datetime.date, datetime.date] | None:
        """The first and last day that the end of all extensions may mean; None where unknown."""
        until = self.record.extension_until
        return (first_day(until), last_day(until)) if until else None


def contract_row(
    record: Contract, query: TogetherFilter, today: datetime.date
) -> ContractRow | None:
    """A contract as a query takes its end and its notice; None where it has no end."""
    end = (query.extended and record.extension_until) or record.ends_on
    known = record.notice_months is not None
    act_by = act_by_range(end, record.notice_months if known else query.assumed_notice)
    if act_by is None:
        return None
    can_act = act_by.can_act_on(today)
    if known:
        return ContractRow(record, end, act_by, can_act)
    act_by = replace(act_by, basis=ActByBasis.ASSUMED)
    if can_act is CanAct.NO:  # its notice may be shorter than any that is assumed
        return ContractRow(record, end, act_by, CanAct.MAYBE, perhaps_too_late=True)
    return ContractRow(record, end, act_by, can_act)


def read_rows(
    keys: Iterable[int], query: TogetherFilter, today: datetime.date, *, for_page: bool = False
) -> Mapping[int, ContractRow]:
    """Contracts by primary key; one query, for a page two more for systems and suppliers."""
    records = Contract.objects.select_related("lead").order_by()
    if for_page:
        systems = Prefetch("systems", System.objects.select_related("product"))
        records = records.select_related("lead", "supplier").prefetch_related(systems)
    rows = (contract_row(record, query, today) for record in records.filter(pk__in=set(keys)))
    # One may have lost its end since the windows were found
    return {row.record.pk: row for row in rows if row}
