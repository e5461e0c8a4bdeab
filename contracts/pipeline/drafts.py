"""Which contracts of a borough a draft of its pipeline notice names, and what of each is missing.

A contract is taken up where its end, before any extension, falls within the period or may fall
there: a year or a month never becomes a day. Who leads a shared contract publishes it.
"""

import itertools
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from functools import cached_property
from typing import Any
from urllib.parse import urlencode

from dateutil.relativedelta import relativedelta
from django.db.models import Count, Q, QuerySet
from django.urls import reverse

from boroughs.models import Borough, Subject
from citytools.facts.dates import last_day, partial_date_in_words
from contracts.models import LEAD_MONTHS, Contract, PipelineDuty, Stage
from contracts.models.term import whole_day
from contracts.pipeline.rules import Estimate, Period, ValueGroup, estimate_value

MAY_FALL = "may fall in the period"
# The parts of a draft, in their order; the last is folded on the page.
SECTIONS = (ValueGroup.OVER, ValueGroup.CHECK_VAT, ValueGroup.UNKNOWN, MAY_FALL, ValueGroup.BELOW)


@dataclass(frozen=True)
class PipelineEntry:
    """One contract in a draft."""

    contract: Contract
    period: Period

    @cached_property
    def estimate(self) -> Estimate:
        """What its successor may be worth."""
        contract = self.contract
        return estimate_value(
            contract.total_value,
            contract.annual_value,
            contract.starts_on,
            contract.ends_on,
            contract.vat,
        )

    @property
    def certain(self) -> bool:
        """Whether it ends within the period, whatever day its end means."""
        return self.period.holds(self.contract.ends_on)

    @property
    def section(self) -> str:
        """The part of the draft that lists it."""
        group = self.estimate.group
        return str(group if self.certain or group == ValueGroup.BELOW else MAY_FALL)

    @property
    def ends(self) -> str:
        """'30 June 2027', or 'during June 2027' where the day is not known."""
        words = partial_date_in_words(self.contract.ends_on)
        return words if whole_day(self.contract.ends_on) else f"during {words}"

    @property
    def may_defer(self) -> bool:
        """Whether an extension could move its end beyond the period."""
        until = self.contract.extension_until
        return bool(until) and last_day(until) > self.period.last

    @property
    def missing(self) -> list[str]:
        """What a notice needs, City Tools could hold, and this record lacks."""
        needed = {
            "what it is for": bool(self.contract.functions.all()),
            "value": self.estimate.value is not None,
            "VAT basis": bool(self.contract.vat),
            "day of the end": whole_day(self.contract.ends_on) is not None,
        }
        return [name for name, there in needed.items() if not there]


@dataclass(frozen=True)
class PipelineDraft:
    """One borough's draft. `duty` is what a person recorded, None if nobody did.

    Of the contracts it leads, `known` in all, `rolling` have no end date and `undated` no known
    end: none of these can be placed in a period. `complete` is None where there is no return.
    `shared` are contracts in the period that another body leads.
    """

    borough: Borough
    period: Period
    entries: Sequence[PipelineEntry]
    shared: Sequence[PipelineEntry] = ()
    duty: PipelineDuty | None = None
    complete: bool | None = None
    counts: dict[str, int] = field(default_factory=dict)

    @property
    def expects_over_100m(self) -> bool | None:
        """Whether the borough says it will pay over £100 million; None where not known."""
        return self.duty.expects_over_100m if self.duty else None

    @property
    def sections(self) -> list[tuple[str, list[PipelineEntry]]]:
        """Every part with its entries, empty ones too."""
        return [
            (name, [entry for entry in self.entries if entry.section == name]) for name in SECTIONS
        ]

    @property
    def sizes(self) -> list[int]:
        """How many contracts each part has."""
        return [len(entries) for _, entries in self.sections]


def pipeline_drafts(boroughs: Sequence[Borough], period: Period) -> list[PipelineDraft]:
    """A draft for each borough, in the order given; seven queries, whatever their number."""
    keys = [borough.pk for borough in boroughs]
    contracts = Contract.objects.of_boroughs(Borough.objects.filter(pk__in=keys))
    led, shared = _entries(contracts, period)
    complete = Borough.objects.complete(Subject.CONTRACTS)
    reporting = Borough.objects.reporting(Subject.CONTRACTS)
    complete_keys = set(complete.values_list("pk", flat=True))
    reporting_keys = set(reporting.values_list("pk", flat=True))
    duties = {duty.borough_id: duty for duty in PipelineDuty.objects.filter(year=period.year)}
    counts = _counts(contracts)
    return [
        PipelineDraft(
            borough,
            period,
            led[borough.pk],
            shared[borough.pk],
            duties.get(borough.pk),
            borough.pk in complete_keys if borough.pk in reporting_keys else None,
            counts.get(borough.pk, {"known": 0, "rolling": 0, "undated": 0}),
        )
        for borough in boroughs
    ]


def _entries(contracts: Any, period: Period) -> tuple[dict[int, list[PipelineEntry]], ...]:
    """Entries by who leads, and by who shares; soonest end first."""
    # Overlap, not containment: a month or year may fall in the period if any of its days does
    rows = contracts.for_list().filter(ends_first__lte=period.last, ends_last__gte=period.first)
    rows = rows.exclude(stage=Stage.PLANNED)  # nobody has signed what might end
    led, shared = defaultdict(list), defaultdict(list)
    for contract in rows.order_by("ends_first", "ends_last", "pk")[:20_000]:
        entry = PipelineEntry(contract, period)
        led[contract.lead_id].append(entry)
        for partner in contract.partners.all():
            shared[partner.pk].append(entry)
    return led, shared


def _counts(contracts: QuerySet[Contract]) -> dict[int, dict[str, int]]:
    """Of each lead how many contracts are known, and how many of these have no known end."""
    rows = contracts.order_by().values_list("lead")
    counts = rows.annotate(
        known=Count("pk"),
        rolling_count=Count("pk", filter=Q(rolling=True)),
        undated=Count("pk", filter=Q(rolling=False, ends_on="")),
    )
    return {
        lead: {"known": known, "rolling": rolling, "undated": undated}
        for lead, known, rolling, undated in counts
    }


def pipeline_rows(drafts: Iterable[PipelineDraft]) -> Iterator[dict[str, Any]]:
    """The entries of drafts as rows of a file, in the order of the page."""
    for draft in drafts:
        for entry in itertools.chain.from_iterable(entries for _, entries in draft.sections):
            yield _heading(draft) | _row(entry)


def _heading(draft: PipelineDraft) -> dict[str, Any]:
    period = draft.period
    return {
        "draft": "draft: check with procurement before publishing",
        "gss_code": draft.borough.gss_code,
        "borough": draft.borough.name,
        "year": period.year,
        "publish_by": period.publish_by,
        "period_from": period.first,
        "period_to": period.last,
        "expects_over_100m": draft.expects_over_100m,
    }


def _row(entry: PipelineEntry) -> dict[str, Any]:
    contract = entry.contract
    act_by = contract.term.act_by
    return {
        "section": entry.section,
        "contract_id": contract.key,
        "title": contract.title,
        "reference": contract.reference,
        "supplier": contract.supplier.name if contract.supplier else None,
        "functions": [function.name for function in contract.functions.all()],
        "ends_on": contract.ends_on,
        "falls": "within" if entry.certain else "may fall",
        "extension_until": contract.extension_until,
        "extension_may_defer": entry.may_defer,
        "estimated_value": entry.estimate.value,
        "value_basis": entry.estimate.basis,
        "value_says": entry.estimate.group,
        "vat": contract.vat,
        "missing": entry.missing,
        "source_kind": contract.source_kind,
        "source_url": contract.source_url,
        "as_of": contract.as_of,
        "confidence": contract.confidence,
        "confirmed_on": contract.confirmed_on,
        "act_by_earliest": act_by.earliest if act_by else None,
        "act_by_latest": act_by.latest if act_by else None,
        "act_by_basis": act_by.basis if act_by else None,
    }


def contracts_ending_after(borough: Borough, period: Period) -> dict[str, Any]:
    """Contracts that a borough leads or shares and that may end in the months after; one query.

    Their `count`, within how many `months` after the period, and the `address` of their list.
    """
    first = period.last + timedelta(days=1)
    last = period.last + relativedelta(months=LEAD_MONTHS)
    contracts = Contract.objects.of_boroughs(Borough.objects.filter(pk=borough.pk))
    query = {"borough": borough.slug, "ends_after": first, "ends_before": last}
    return {
        "count": contracts.filter(ends_last__gte=first, ends_first__lte=last).count(),
        "months": LEAD_MONTHS,
        "address": f"{reverse('contracts:list')}?{urlencode(query)}",
    }
