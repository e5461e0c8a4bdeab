"""Over what a metric is measured: a day, with or without what is invented for demonstration."""

import datetime
from dataclasses import dataclass, replace
from typing import Any, TypeVar

from boroughs.models import Borough, BoroughQuerySet
from citytools.facts.provenance import SourcedQuerySet
from contracts.models import Contract
from contracts.models.questions import ContractQuerySet
from systems.models import System

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
