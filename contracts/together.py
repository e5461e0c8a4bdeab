"""Chances to buy together: a function for which several boroughs decide in the same quarter.

It was the recorded use of the 2019 data. Windows that allow for lead time and extensions are to
come; this finds the plain coincidence.
"""

import datetime
from collections import defaultdict
from dataclasses import dataclass

from dateutil.relativedelta import relativedelta

from citytools.quarters import Quarter, quarter_of, quarter_words
from contracts.models import Contract, ContractQuerySet
from systems.models import Function


@dataclass(frozen=True)
class Chance:
    """Contracts of one function whose act-by dates share a quarter, under different leads."""

    function: Function
    quarter: Quarter
    contracts: tuple[Contract, ...]

    @property
    def leads(self) -> list[str]:
        """Names of the lead boroughs, each once."""
        return sorted({contract.lead.name for contract in self.contracts})

    @property
    def illustrative(self) -> bool:
        """Whether any of the contracts is invented for demonstration."""
        return any(contract.illustrative for contract in self.contracts)

    @property
    def when(self) -> str:
        """The quarter in words."""
        return quarter_words(self.quarter)


def chances(contracts: ContractQuerySet, today: datetime.date, most: int = 3) -> list[Chance]:
    """The functions and quarters, within 24 months, with the most lead boroughs; at least two."""
    groups: dict[tuple[Quarter, Function], list[Contract]] = defaultdict(list)
    ahead = contracts.for_list().acting_between(today, today + relativedelta(months=24))
    for contract in ahead.order_by("act_by", "pk")[:5000]:
        for function in contract.functions.all():
            groups[quarter_of(contract.act_by), function].append(contract)
    found = [Chance(function, quarter, tuple(rows)) for (quarter, function), rows in groups.items()]
    shared = [chance for chance in found if len(chance.leads) > 1]
    shared.sort(key=lambda chance: (-len(chance.leads), chance.quarter, chance.function.position))
    return shared[:most]
