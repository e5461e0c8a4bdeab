"""When contracts end, and by when to act."""

from decimal import Decimal

from dateutil.relativedelta import relativedelta
from django.db.models import Count, Q
from django.db.models.functions import Length

from citytools.facts.provenance import SourceKind
from research.measured import Measured, Picture, share
from research.scope import Scope

_INVENTED = Q(source_kind=SourceKind.ILLUSTRATIVE)


def past_act_by(scope: Scope) -> Measured:
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
    return Measured(
        share(counts["passed"], counts["known"]),
        counted=counts["known"],
        boroughs=running.filter(known).borough_count(),
        left_out=counts["all"] - counts["known"],
        invented=counts["invented"],
        part=Decimal(counts["passed"]),
        whole=Decimal(counts["known"]),
        picture=_picture(("Act-by date", "Running contracts"), counts, drawn),
    )


def with_known_end(scope: Scope) -> Measured:
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
    return Measured(
        share(known, counts["all"]),
        counted=counts["all"],
        boroughs=rows.borough_count(),
        invented=counts["invented"],
        part=Decimal(known),
        whole=Decimal(counts["all"]),
        picture=_picture(("End", "Contracts"), counts, drawn),
    )


def ending_in_12_months(scope: Scope) -> Measured:
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
    return Measured(
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
