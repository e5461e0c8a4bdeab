"""When contracts end, and by when to act."""

import datetime
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import replace
from decimal import Decimal
from itertools import accumulate
from typing import Any

from dateutil.relativedelta import relativedelta
from django.db.models import Count, Q, Sum
from django.db.models.functions import Length

from citytools.facts.dates import first_day
from citytools.facts.provenance import SourceKind
from contracts.models import ContractPartner
from research.metrics.base import Measurement, Picture, Scope, percentage
from research.metrics.compute_suppliers import DRAWN, INVENTED
from skills.models import SkillLevel
from systems.models import System

_INVENTED = Q(source_kind=SourceKind.ILLUSTRATIVE)


def past_act_by(scope: Scope) -> Measurement:
    """Running contracts whose act-by date has passed, of those with one; two queries."""
    running = scope.contracts.running_on(scope.on).order_by()
    known = Q(act_by__isnull=False)
    year = scope.on + relativedelta(months=12)
    counts = running.aggregate(
        all=Count("pk"),
        known=Count("act_by"),
        invented=Count("pk", filter=known & _INVENTED),
        passed=Count("pk", filter=Q(act_by__lt=scope.on)),
        soon=Count("pk", filter=Q(act_by__range=(scope.on, year))),
        later=Count("pk", filter=Q(act_by__gt=year)),
    )
    drawn = {"Passed": "passed", "Within 12 months": "soon", "Later": "later"}
    return Measurement(
        percentage(counts["passed"], counts["known"]),
        counted=counts["known"],
        boroughs=running.filter(known).borough_count(),
        left_out=counts["all"] - counts["known"],
        invented=counts["invented"],
        part=Decimal(counts["passed"]),
        whole=Decimal(counts["known"]),
        picture=_picture(("Act-by date", "Running contracts"), counts, drawn),
    )


def contracts_with_known_end(scope: Scope) -> Measurement:
    """Contracts that say when they end or are known to have no end; two queries."""
    rows = scope.contracts.order_by().alias(precision=Length("ends_on"))
    counts = rows.aggregate(
        all=Count("pk"),
        invented=Count("pk", filter=_INVENTED),
        day=Count("pk", filter=Q(precision=10)),
        month=Count("pk", filter=Q(precision=7)),
        year=Count("pk", filter=Q(precision=4)),
        none=Count("pk", filter=Q(rolling=True)),
        unknown=Count("pk", filter=Q(ends_on="", rolling=False)),
    )
    known = counts["all"] - counts["unknown"]
    drawn = {
        "To the day": "day", "To the month": "month", "To the year": "year",
        "No end: rolling": "none", "Not known": "unknown",
    }  # fmt: skip
    return Measurement(
        percentage(known, counts["all"]),
        counted=counts["all"],
        boroughs=rows.borough_count(),
        invented=counts["invented"],
        part=Decimal(known),
        whole=Decimal(counts["all"]),
        picture=_picture(("End", "Contracts"), counts, drawn),
    )


def ending_in_12_months(scope: Scope) -> Measurement:
    """Running contracts whose end can fall within 12 months, of those with a known end."""
    running = scope.contracts.running_on(scope.on).order_by()
    known, year = Q(ends_last__isnull=False), scope.on + relativedelta(months=12)
    counts = running.aggregate(
        all=Count("pk"),
        known=Count("ends_last"),
        invented=Count("pk", filter=known & _INVENTED),
        soon=Count("pk", filter=Q(ends_first__lte=year)),
        later=Count("pk", filter=Q(ends_first__gt=year)),
        none=Count("pk", filter=Q(rolling=True)),
        unknown=Count("pk", filter=Q(ends_on="", rolling=False)),
    )
    drawn = {
        "Within 12 months": "soon", "Later": "later", "No end: rolling": "none",
        "Not known": "unknown",
    }  # fmt: skip
    soon = Decimal(counts["soon"])
    return Measurement(
        soon if counts["known"] else None,
        counted=counts["known"],
        boroughs=running.filter(known).borough_count(),
        left_out=counts["all"] - counts["known"],
        invented=counts["invented"],
        part=soon,
        whole=Decimal(counts["known"]),
        picture=_picture(("End before any extension", "Running contracts"), counts, drawn),
    )


def _picture(head: tuple[str, str], counts: dict[str, int], drawn: dict[str, str]) -> Picture:
    """The counts under their labels; nothing where all of them are nought."""
    rows = [(label, float(counts[name])) for label, name in drawn.items()]
    return Picture(head, rows if any(amount for _, amount in rows) else [])


def boroughs_reporting(subject: str) -> Callable[[Scope], Measurement]:
    """Boroughs with a return on a subject; four queries."""

    def compute(scope: Scope) -> Measurement:
        london, invented = scope.london, scope.illustrative
        whole = london.count()
        returned = london.reporting(subject, illustrative=invented).count()
        complete = london.complete(subject, illustrative=invented).count()
        real = london.reporting(subject, illustrative=False).count() if invented else returned
        rows = [
            ("Complete return", float(complete)),
            ("Return, not complete", float(returned - complete)),
            ("No return", float(whole - returned)),
        ]
        return Measurement(
            Decimal(returned),
            counted=whole,
            boroughs=whole,
            invented=returned - real,
            part=Decimal(returned),
            whole=Decimal(whole),
            picture=Picture(("Return", "Boroughs"), rows if whole else []),
        )

    return compute


def count_systems(scope: Scope) -> Measurement:
    """Systems of any status; three queries."""
    rows = scope.only(System.objects.filter(borough__in=scope.london)).order_by()
    areas = _count_by_borough(rows, "function__service_area__name")[:DRAWN]
    return _on_record(rows, Picture(("Service area", "Systems"), areas))


def count_contracts(scope: Scope) -> Measurement:
    """Contracts led or shared; three queries."""
    rows = scope.contracts.order_by()
    kinds = [
        (str(SourceKind(kind).label), many) for kind, many in _count_by_borough(rows, "source_kind")
    ]
    return _on_record(rows, Picture(("Source", "Contracts"), kinds))


def median_age(scope: Scope) -> Measurement:
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
        _count_facts(scope),
        value=None if middle is None else Decimal(months_between(middle, scope.on)),
        picture=Picture(
            ("As of", "Facts"), [(str(year), float(many)) for year, many in sorted(years.items())]
        ),
    )


def share_confirmed(scope: Scope) -> Measurement:
    """Facts that their borough confirmed in the 12 months up to the day; seven queries."""
    lately = (scope.on - relativedelta(months=12), scope.on)
    counts = [rows.filter(confirmed_on__range=lately).count() for rows in _facts(scope)]
    all_ = _count_facts(scope)
    part, kinds = sum(counts), ("Systems in use", "Contracts", "Skill levels")
    drawn = [(kind, float(many)) for kind, many in zip(kinds, counts, strict=True)]
    return replace(
        all_,
        value=percentage(part, all_.counted),
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


def _count_facts(scope: Scope) -> Measurement:
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
    return Measurement(
        None,
        counted=sum(count["all"] for count in counts),
        boroughs=scope.london.filter(involved).count(),
        invented=sum(count["invented"] for count in counts),
    )


def _on_record(rows: Any, picture: Picture) -> Measurement:
    counts = rows.aggregate(all=Count("pk"), invented=INVENTED)
    return Measurement(
        Decimal(counts["all"]),
        counted=counts["all"],
        boroughs=rows.borough_count(),
        invented=counts["invented"],
        picture=picture,
    )


def _count_by_borough(rows: Any, path: str) -> list[tuple[str, float]]:
    counts = rows.values_list(path).annotate(many=Count("pk")).order_by("-many", path)
    return [(name, float(many)) for name, many in counts]


# A case is a borough, or a function, with a known maker and a satisfaction score among its
# systems in use. rho is the correlation of ranks, ties sharing their mean rank (C. Spearman,
# American Journal of Psychology 15 (1904), pages 72 to 101).

MIN_CASES = 3
"""With two cases rho is always 1, -1 or undefined: it says nothing."""


def satisfaction_by_borough(scope: Scope) -> Measurement:
    """Over boroughs; two queries."""
    cases = _cases(scope, "borough")
    names = [case["borough"] for case in cases]
    return _correlation(cases, "borough", len(names), scope.london.count() - len(names))


def satisfaction_by_function(scope: Scope) -> Measurement:
    """Over functions; three queries."""
    cases = _cases(scope, "function")
    used = scope.systems.order_by()
    functions = used.values("function").distinct().count()
    rated = used.filter(
        satisfaction__isnull=False, function__in=[case["function"] for case in cases]
    )
    return _correlation(cases, "function", rated.borough_count(), functions - len(cases))


def _cases(scope: Scope, thing: str) -> list[dict[str, Any]]:
    """A row a case, by name: its makers in use, and the sum and number of its scores."""
    rows = scope.systems.order_by().values(thing, f"{thing}__name")
    told = rows.annotate(
        makers=Count("product__manufacturer", distinct=True),
        rated=Count("satisfaction"),
        total=Sum("satisfaction"),
        invented=Count("pk", filter=Q(source_kind=SourceKind.ILLUSTRATIVE)),
    )
    return list(told.filter(makers__gt=0, rated__gt=0).order_by(f"{thing}__name", thing))


def _correlation(
    cases: Sequence[dict[str, Any]], thing: str, boroughs: int, left_out: int
) -> Measurement:
    # Equal quotients are equal floats: division is rounded correctly
    means = [case["total"] / case["rated"] for case in cases]
    makers = [case["makers"] for case in cases]
    dots = [
        (one[f"{thing}__name"], float(one["makers"]), mean)
        for one, mean in zip(cases, means, strict=True)
    ]
    return Measurement(
        spearman_rho(makers, means),
        counted=len(cases),
        boroughs=boroughs,
        left_out=left_out,
        invented=sum(case["invented"] > 0 for case in cases),
        picture=Picture((thing.capitalize(), "Makers in use", "Mean satisfaction"), dots),
    )


def spearman_rho(one: Sequence[float], other: Sequence[float]) -> Decimal | None:
    """Spearman's rho to six places; None for fewer than three cases, or where one is constant."""
    if len(one) < MIN_CASES or len(set(one)) == 1 or len(set(other)) == 1:
        return None
    from scipy.stats import spearmanr  # it takes a second to load, which few pages need

    return round(Decimal(float(spearmanr(one, other).statistic)), 6)
