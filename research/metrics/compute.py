"""How each metric is computed: contracts and their dates, the record, satisfaction."""

import datetime
from collections import Counter
from collections.abc import Sequence
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
from research.metrics.compute_suppliers import (
    MAKER,
    MAX_SUPPLIERS_IN_PICTURE,
    Compute,
)
from skills.models import SkillLevel
from systems.models import System


def past_act_by(scope: Scope) -> Measurement:
    """Running contracts whose act-by date has passed, of those with one; two queries."""
    running, known = scope.contracts.running_on(scope.on), Q(act_by__isnull=False)
    year = scope.on + relativedelta(months=12)
    bars = {
        "Passed": Q(act_by__lt=scope.on),
        "Within 12 months": Q(act_by__range=(scope.on, year)),
        "Later": Q(act_by__gt=year),
    }
    counts, counted = _count_contracts(running, known, ("Act-by date", "Running contracts"), bars)
    return _as_share(counted, counts["Passed"])


def contracts_with_known_end(scope: Scope) -> Measurement:
    """Contracts that say when they end or are known to have no end; two queries."""
    # An end is text: YYYY, YYYY-MM or YYYY-MM-DD, so that its length is its precision
    rows = scope.contracts.alias(precision=Length("ends_on"))
    bars = {
        "To the day": Q(precision=10),
        "To the month": Q(precision=7),
        "To the year": Q(precision=4),
        "No end: rolling": Q(rolling=True),
        "Not known": Q(ends_on="", rolling=False),
    }
    counts, counted = _count_contracts(rows, Q(), ("End", "Contracts"), bars)
    return _as_share(counted, counted.counted - counts["Not known"])


def ending_in_12_months(scope: Scope) -> Measurement:
    """Running contracts whose end can fall within 12 months, of those with a known end."""
    running, known = scope.contracts.running_on(scope.on), Q(ends_last__isnull=False)
    year = scope.on + relativedelta(months=12)
    bars = {
        "Within 12 months": Q(ends_first__lte=year),
        "Later": Q(ends_first__gt=year),
        "No end: rolling": Q(rolling=True),
        "Not known": Q(ends_on="", rolling=False),
    }
    head = ("End before any extension", "Running contracts")
    counts, counted = _count_contracts(running, known, head, bars)
    soon = Decimal(counts["Within 12 months"])
    value = soon if counted.counted else None
    return replace(counted, value=value, part=soon, whole=Decimal(counted.counted))


def _count_contracts(
    rows: Any, known: Q, head: tuple[str, str], bars: dict[str, Q]
) -> tuple[dict[str, int], Measurement]:
    """The count of each bar, and the `known` rows counted, without a value; two queries."""
    rows = rows.order_by()
    aliases = {label: f"bar_{n}" for n, label in enumerate(bars)}
    counts = rows.aggregate(
        all=Count("pk"),
        known=Count("pk", filter=known),
        **{aliases[label]: Count("pk", filter=condition) for label, condition in bars.items()},
    )
    by_bar: dict[str, int] = {label: counts[alias] for label, alias in aliases.items()}
    drawn = [(label, float(count)) for label, count in by_bar.items()]
    return by_bar, Measurement(
        None,
        counted=counts["known"],
        boroughs=rows.filter(known).borough_count(),
        left_out=counts["all"] - counts["known"],
        picture=Picture(head, drawn if any(by_bar.values()) else []),
    )


def _as_share(counted: Measurement, part: int) -> Measurement:
    """A part of the records counted, in per cent."""
    whole = counted.counted
    return replace(counted, value=percentage(part, whole), part=Decimal(part), whole=Decimal(whole))


def boroughs_reporting(subject: str) -> Compute:
    """Boroughs with a return on a subject; three queries."""

    def compute(scope: Scope) -> Measurement:
        london = scope.london
        whole = london.count()
        returned = london.reporting(subject).count()
        complete = london.complete(subject).count()
        bars = [
            ("Complete return", float(complete)),
            ("Return, not complete", float(returned - complete)),
            ("No return", float(whole - returned)),
        ]
        return Measurement(
            Decimal(returned),
            counted=whole,
            boroughs=whole,
            part=Decimal(returned),
            whole=Decimal(whole),
            picture=Picture(("Return", "Boroughs"), bars if whole else []),
        )

    return compute


def systems_on_record(scope: Scope) -> Measurement:
    """Systems of any status; three queries."""
    rows = System.objects.filter(borough__in=scope.london).order_by()
    areas = _count_by(rows, "function__service_area__name")[:MAX_SUPPLIERS_IN_PICTURE]
    return _count_records(rows, Picture(("Service area", "Systems"), areas))


def contracts_on_record(scope: Scope) -> Measurement:
    """Contracts led or shared; three queries."""
    rows = scope.contracts.order_by()
    kinds = [(str(SourceKind(kind).label), many) for kind, many in _count_by(rows, "source_kind")]
    return _count_records(rows, Picture(("Source", "Contracts"), kinds))


def _count_by(rows: Any, path: str) -> list[tuple[str, float]]:
    counts = rows.values_list(path).annotate(many=Count("pk")).order_by("-many", path)
    return [(name, float(many)) for name, many in counts]


def _count_records(rows: Any, picture: Picture) -> Measurement:
    count = rows.count()
    return Measurement(
        Decimal(count),
        counted=count,
        boroughs=rows.borough_count(),
        picture=picture,
    )


def median_age(scope: Scope) -> Measurement:
    """Whole months from the median as-of date to the day; eleven queries.

    A partial date stands for its first day; of an even number the older of the middle two counts.
    A fact whose source bears no day is left out.
    """
    days: Counter[datetime.date] = Counter()
    years: Counter[int] = Counter()
    for rows in _facts(scope, dated=True):
        for as_of, many in rows.order_by().values_list("as_of").annotate(Count("pk")):
            days[first_day(as_of)] += many
            years[first_day(as_of).year] += many
    ordered = sorted(days)
    cumulative = accumulate(days[day] for day in ordered)
    reached = zip(ordered, cumulative, strict=True)
    median = next((day for day, many in reached if many >= days.total() / 2), None)
    bars = [(str(year), float(many)) for year, many in sorted(years.items())]
    return replace(
        _count_facts(_facts(scope, dated=True), scope),
        left_out=sum(rows.filter(as_of="").count() for rows in _facts(scope)),
        value=None if median is None else Decimal(months_between(median, scope.on)),
        picture=Picture(("As of", "Facts"), bars),
    )


def share_confirmed(scope: Scope) -> Measurement:
    """Facts that their borough confirmed in the 12 months up to the day; seven queries."""
    lately = (scope.on - relativedelta(months=12), scope.on)
    counts = [rows.filter(confirmed_on__range=lately).count() for rows in _facts(scope)]
    kinds = ("Systems in use", "Contracts", "Skill levels")
    bars = [(kind, float(many)) for kind, many in zip(kinds, counts, strict=True)]
    picture = Picture(("Facts", "Confirmed within 12 months"), bars if any(counts) else [])
    return replace(_as_share(_count_facts(_facts(scope), scope), sum(counts)), picture=picture)


def months_between(earlier: datetime.date, later: datetime.date) -> int:
    """Whole months that have passed; zero where the first day is the later one."""
    months = (later.year - earlier.year) * 12 + later.month - earlier.month
    return max(0, months - (later.day < earlier.day))


def _facts(scope: Scope, *, dated: bool = False) -> list[Any]:
    """Systems, contracts and skill levels; perhaps only those as of a day."""
    levels = SkillLevel.objects.filter(borough__in=scope.london)
    facts = [scope.systems, scope.contracts, levels]
    return [rows.exclude(as_of="") for rows in facts] if dated else facts


def _count_facts(facts: Sequence[Any], scope: Scope) -> Measurement:
    """How many facts there are, and of how many boroughs; no value yet; four queries."""
    systems, contracts, levels = (rows.order_by() for rows in facts)
    shared = ContractPartner.objects.filter(contract__in=contracts).order_by()
    involved = (
        Q(pk__in=systems.values("borough"))
        | Q(pk__in=contracts.values("lead"))
        | Q(pk__in=shared.values("borough"))
        | Q(pk__in=levels.values("borough"))
    )
    return Measurement(
        None,
        counted=sum(rows.count() for rows in (systems, contracts, levels)),
        boroughs=scope.london.filter(involved).count(),
    )


# A case is a borough, or a function, with a known maker and a satisfaction score among its
# systems in use. rho is the correlation of ranks, ties sharing their mean rank (C. Spearman,
# American Journal of Psychology 15 (1904), pages 72 to 101).

MIN_CASES = 3
"""With two cases rho is always 1, -1 or undefined: it says nothing."""


def satisfaction_by_borough(scope: Scope) -> Measurement:
    """Over boroughs; two queries."""
    cases = _satisfaction_cases(scope, "borough")
    return _correlate(cases, "borough", len(cases), scope.london.count() - len(cases))


def satisfaction_by_function(scope: Scope) -> Measurement:
    """Over functions; three queries."""
    cases = _satisfaction_cases(scope, "function")
    used = scope.systems.order_by()
    functions = used.values("function").distinct().count()
    rated = used.filter(
        satisfaction__isnull=False, function__in=[case["function"] for case in cases]
    )
    return _correlate(cases, "function", rated.borough_count(), functions - len(cases))


def _satisfaction_cases(scope: Scope, unit: str) -> list[dict[str, Any]]:
    """A row for each borough or function, by name: its makers, the sum and number of scores."""
    rows = scope.systems.order_by().values(unit, f"{unit}__name")
    rated = rows.annotate(
        makers=Count(MAKER, distinct=True),
        rated=Count("satisfaction"),
        total=Sum("satisfaction"),
    )
    return list(rated.filter(makers__gt=0, rated__gt=0).order_by(f"{unit}__name", unit))


def _correlate(
    cases: Sequence[dict[str, Any]], unit: str, boroughs: int, left_out: int
) -> Measurement:
    # Equal quotients are equal floats: division is rounded correctly
    means = [case["total"] / case["rated"] for case in cases]
    makers = [case["makers"] for case in cases]
    names = [case[f"{unit}__name"] for case in cases]
    return Measurement(
        spearman_rho(makers, means),
        counted=len(cases),
        boroughs=boroughs,
        left_out=left_out,
        picture=Picture(
            (unit.capitalize(), "Makers in use", "Mean satisfaction"),
            list(zip(names, map(float, makers), means, strict=True)),
        ),
    )


def spearman_rho(xs: Sequence[float], ys: Sequence[float]) -> Decimal | None:
    """Spearman's rho to six places; None for fewer than three cases, or where one is constant."""
    if len(xs) < MIN_CASES or len(set(xs)) == 1 or len(set(ys)) == 1:
        return None
    from scipy.stats import spearmanr  # it takes a second to load, which few pages need

    return round(Decimal(float(spearmanr(xs, ys).statistic)), 6)
