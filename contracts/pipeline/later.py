"""Contracts that end soon after a period: their tender may be published within it."""

from dataclasses import dataclass
from datetime import timedelta
from urllib.parse import urlencode

from dateutil.relativedelta import relativedelta
from django.urls import reverse

from boroughs.models import Borough
from contracts.models import LEAD_MONTHS, Contract
from contracts.pipeline.rules import Period


@dataclass(frozen=True)
class Later:
    """How many there are, within how many months after the period, and where they are listed."""

    count: int
    months: int
    address: str


def after(borough: Borough, period: Period, *, illustrative: bool) -> Later:
    """Contracts that a borough leads or shares and that may end in the months after; one query."""
    first = period.last + timedelta(days=1)
    last = period.last + relativedelta(months=LEAD_MONTHS)
    contracts = Contract.objects.of_boroughs(Borough.objects.filter(pk=borough.pk))
    contracts = contracts if illustrative else contracts.real()
    query = {"borough": borough.slug, "ends_after": first, "ends_before": last}
    query |= {} if illustrative else {"illustrative": "no"}
    found = contracts.filter(ends_last__gte=first, ends_first__lte=last)
    return Later(found.count(), LEAD_MONTHS, f"{reverse('contracts:list')}?{urlencode(query)}")
