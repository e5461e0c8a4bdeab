"""How many facts there are, how old they are, and who confirmed them."""

import datetime
from collections import Counter
from dataclasses import replace
from decimal import Decimal
from itertools import accumulate
from typing import Any

from dateutil.relativedelta import relativedelta
from django.db.models import Count, Q

from citytools.facts.dates import first_day
from citytools.facts.provenance import SourceKind
from contracts.models import ContractPartner
from research.measured import Measured, Picture, share
from research.metrics.compute_suppliers import DRAWN, INVENTED
from research.scope import Scope
from skills.models import SkillLevel
from systems.models import System


def systems(scope: Scope) -> Measured:
    """Systems of any status; three queries."""
    rows = scope.only(System.objects.filter(borough__in=scope.london)).order_by()
    areas = _grouped(rows, "function__service_area__name")[:DRAWN]
    return _on_record(rows, Picture(("Service area", "Systems"), areas))


def contracts(scope: Scope) -> Measured:
    """Contracts led or shared; three queries."""
    rows = scope.contracts.order_by()
    kinds = [(str(SourceKind(kind).label), many) for kind, many in _grouped(rows, "source_kind")]
    return _on_record(rows, Picture(("Source", "Contracts"), kinds))


def median_age(scope: Scope) -> Measured:
    """Whole months from the median as-of date to the day; seven queries.

    A partial date stands for its first day; of an even number the older of the middle two counts.
    """
    days: Counter[datetime.date] = Counter()
    for rows in _facts(scope):
        for as_of, many in rows.order_by().values_list("as_of").annotate(Count("pk")):
            days[first_day(as_of)] += many
    years: Counter[int] = Counter()
    for day, many in days.items():
        years[day.year] += many
    middle = _median(days)
    return replace(
        _counted(scope),
        value=None if middle is None else Decimal(months_between(middle, scope.on)),
        picture=Picture(
            ("As of", "Facts"), [(str(year), float(many)) for year, many in sorted(years.items())]
        ),
    )


def confirmed(scope: Scope) -> Measured:
    """Facts that their borough confirmed in the 12 months up to the day; seven queries."""
    lately = (scope.on - relativedelta(months=12), scope.on)
    counts = [rows.filter(confirmed_on__range=lately).count() for rows in _facts(scope)]
    all_ = _counted(scope)
    part, kinds = sum(counts), ("Systems in use", "Contracts", "Skill levels")
    drawn = [(kind, float(many)) for kind, many in zip(kinds, counts, strict=True)]
    return replace(
        all_,
        value=share(part, all_.counted),
        part=Decimal(part),
        whole=Decimal(all_.counted),
        picture=Picture(("Facts", "Confirmed within 12 months"), drawn if part else []),
    )


def months_between(earlier: datetime.date, later: datetime.date) -> int:
    """Whole months that have passed; nought where the first day is the later one."""
    months = (later.year - earlier.year) * 12 + later.month - earlier.month
    return max(0, months - (later.day < earlier.day))


def _median(days: Counter[datetime.date]) -> datetime.date | None:
    """The first day by which half of them are reached."""
    ordered, half = sorted(days), days.total() / 2
    reached = accumulate(days[day] for day in ordered)
    return next((day for day, many in zip(ordered, reached, strict=True) if many >= half), None)


def _facts(scope: Scope) -> list[Any]:
    levels = SkillLevel.objects.filter(borough__in=scope.london)
    return [scope.systems, scope.contracts, scope.only(levels)]


def _counted(scope: Scope) -> Measured:
    """How many facts there are, and of how many boroughs; no value yet; four queries."""
    systems, contracts, levels = (rows.order_by() for rows in _facts(scope))
    shared = ContractPartner.objects.filter(contract__in=contracts).order_by()
    involved = (
        Q(pk__in=systems.values("borough"))
        | Q(pk__in=contracts.values("lead"))
        | Q(pk__in=shared.values("borough"))
        | Q(pk__in=levels.values("borough"))
    )
    counts = [
        rows.aggregate(all=Count("pk"), invented=INVENTED) for rows in (systems, contracts, levels)
    ]
    return Measured(
        None,
        counted=sum(one["all"] for one in counts),
        boroughs=scope.london.filter(involved).count(),
        invented=sum(one["invented"] for one in counts),
    )


def _on_record(rows: Any, picture: Picture) -> Measured:
    counts = rows.aggregate(all=Count("pk"), invented=INVENTED)
    return Measured(
        Decimal(counts["all"]),
        counted=counts["all"],
        boroughs=rows.borough_count(),
        invented=counts["invented"],
        picture=picture,
    )


def _grouped(rows: Any, path: str) -> list[tuple[str, float]]:
    counts = rows.values_list(path).annotate(many=Count("pk")).order_by("-many", path)
    return [(name, float(many)) for name, many in counts]
