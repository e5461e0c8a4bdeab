"""What the metrics are taken over: facts of the 33 as narrow rows, all read at once.

Metrics share their populations, so that one look at each table serves all of them: 82 queries, of
which each made its own objects, took 230 ms where these three and the counting take 25.
"""

import datetime
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from typing import Any, NamedTuple

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import BooleanField, ExpressionWrapper, OuterRef, Q
from django.db.models.functions import JSONObject

from boroughs.models import Borough, Subject
from citytools.facts.provenance import Confidence
from contracts.models import IN_SUMS, Contract, ContractPartner, running_condition
from research.metrics.base import Scope
from skills.models import SkillLevel
from systems.models import NOT_IN_USE, System


class SystemFact(NamedTuple):
    """One system of any status; `maker` is None where the manufacturer is not known.

    `counts`: it is in use, and its source carries more than the least.
    """

    borough: int
    borough_name: str
    function: int
    function_name: str
    function_slug: str
    service_area: str
    product_name: str
    product_slug: str
    maker: int | None
    maker_name: str | None
    maker_slug: str | None
    satisfaction: int | None
    national_or_shared: bool
    as_of: str
    confirmed_on: datetime.date | None
    counts: bool


class ContractFact(NamedTuple):
    """One contract that one of the 33 leads or shares; `partners` may be regional bodies.

    `service_areas` are slugs, one for each function that it covers.
    """

    lead: int
    partners: Sequence[int]
    supplier: int | None
    supplier_name: str | None
    total_value: Decimal | None
    annual_value: Decimal | None
    ends_on: str
    ends_first: datetime.date | None
    ends_last: datetime.date | None
    act_by: datetime.date | None
    rolling: bool
    route: str
    service_areas: Sequence[str]
    source_kind: str
    as_of: str
    confirmed_on: datetime.date | None
    is_running: bool | None
    counts_in_sums: bool


class LevelFact(NamedTuple):
    """One known skill level."""

    borough: int
    as_of: str
    confirmed_on: datetime.date | None


@dataclass(frozen=True)
class LondonFacts:
    """All that metrics count, as at the day `on`.

    `returns`: for each of the 33, by primary key, whether its latest return on a subject is
    complete; None where it has sent none.
    """

    on: datetime.date
    returns: dict[int, dict[str, bool | None]]
    all_systems: Sequence[SystemFact]
    contracts: Sequence[ContractFact]
    levels: Sequence[LevelFact]

    @cached_property
    def systems(self) -> Sequence[SystemFact]:
        """Systems in use, without those of low confidence."""
        return [system for system in self.all_systems if system.counts]

    @cached_property
    def distinctive(self) -> Sequence[SystemFact]:
        """The same without the services that most councils use alike."""
        return [system for system in self.systems if not system.national_or_shared]

    @cached_property
    def running(self) -> Sequence[ContractFact]:
        """Contracts known to run on the day."""
        return [contract for contract in self.contracts if contract.is_running]

    @cached_property
    def in_sums(self) -> Sequence[ContractFact]:
        """Contracts without what is planned, may not run, or includes services beside IT."""
        return [contract for contract in self.contracts if contract.counts_in_sums]

    @property
    def boroughs(self) -> int:
        """How many authorities there are: 33."""
        return len(self.returns)

    def reporting(self, subject: str) -> int:
        """How many of them have sent a return on a subject."""
        return sum(latest[subject] is not None for latest in self.returns.values())

    def complete(self, subject: str) -> int:
        """Of how many the latest return on a subject is complete."""
        return sum(latest[subject] is True for latest in self.returns.values())

    def boroughs_with(
        self,
        systems: Iterable[SystemFact] = (),
        contracts: Iterable[ContractFact] = (),
        levels: Iterable[LevelFact] = (),
    ) -> int:
        """How many of the 33 have any of these systems or levels, or lead or share a contract."""
        involved = {fact.borough for facts in (systems, levels) for fact in facts}
        for contract in contracts:
            involved.add(contract.lead)
            involved.update(contract.partners)
        return len(involved & self.returns.keys())


def read_facts(scope: Scope) -> LondonFacts:
    """The facts as the tables stand: three queries, however many metrics are measured.

    Within `as_of_views.read_as_at(day)` these are the tables of that day.
    """
    subjects = [str(subject) for subject in Subject]
    levels = SkillLevel.objects.filter(borough=OuterRef("pk")).order_by()
    known = levels.values(fact=JSONObject(as_of="as_of", confirmed_on="confirmed_on"))
    london = scope.london.order_by().with_returns(*subjects).annotate(known=ArraySubquery(known))
    rows = list(london.values_list("pk", "known", *(f"latest_{name}" for name in subjects)))
    return LondonFacts(
        scope.on,
        {pk: dict(zip(subjects, latest, strict=True)) for pk, _, *latest in rows},
        _read_systems(scope),
        _read_contracts(scope),
        [_level(pk, **fact) for pk, facts, *_ in rows for fact in facts],
    )


def _level(borough: int, as_of: str, confirmed_on: str | None) -> LevelFact:
    day = datetime.date.fromisoformat(confirmed_on) if confirmed_on else None
    return LevelFact(borough, as_of, day)


def _read_systems(scope: Scope) -> list[SystemFact]:
    rows = (
        System.objects.filter(borough__in=scope.london)
        .order_by()
        .annotate(counts=_boolean(~NOT_IN_USE & ~Q(confidence=Confidence.LOW)))
    )
    return [
        SystemFact(*row)
        for row in rows.values_list(
            *("borough", "borough__name"),
            *("function", "function__name", "function__slug", "function__service_area__name"),
            *("product__name", "product__slug", "product__manufacturer"),
            *("product__manufacturer__name", "product__manufacturer__slug"),
            *("satisfaction", "national_or_shared", "as_of", "confirmed_on", "counts"),
        )
    ]


def _read_contracts(scope: Scope) -> list[ContractFact]:
    partners = ContractPartner.objects.filter(contract=OuterRef("pk")).order_by()
    covered = Contract.functions.through.objects.filter(contract=OuterRef("pk"))
    rows = (
        Contract.objects.of_boroughs(Borough.objects.london())
        .order_by()
        .annotate(
            partner_keys=ArraySubquery(partners.values("borough")),
            service_areas=ArraySubquery(covered.values("function__service_area__slug")),
            is_running=_boolean(running_condition(scope.on)),
            in_sums=_boolean(IN_SUMS),
        )
    )
    return [
        ContractFact(*row)
        for row in rows.values_list(
            *("lead", "partner_keys", "supplier", "supplier__name", "total_value", "annual_value"),
            *("ends_on", "ends_first", "ends_last", "act_by", "rolling", "route"),
            *("service_areas", "source_kind", "as_of", "confirmed_on", "is_running", "in_sums"),
        )
    ]


def _boolean(condition: Q) -> "ExpressionWrapper[Any]":
    return ExpressionWrapper(condition, BooleanField())
