"""Pages about the site as a whole."""

import datetime
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from dateutil.relativedelta import relativedelta
from django.db import Error, connection
from django.db.migrations.executor import MigrationExecutor
from django.db.models import Count, Q, QuerySet
from django.http import HttpRequest, HttpResponse, QueryDict
from django.urls import reverse

from boroughs import coverage
from boroughs.models import LONDON, Borough, Subject
from boroughs.profile.tile_map import MEASURES, tile_map
from citytools.facts import dates
from citytools.facts.provenance import SourceKind
from citytools.lists.fields import OptionField
from citytools.lists.query_form import QueryForm, render_page
from citytools.pages.glossary import TERMS, terms_by_letter
from citytools.pages.method import GROUPS, METHODS
from contracts import charts
from contracts.joint_procurement.filters import TogetherFilter
from contracts.joint_procurement.presentation import windows_with_most_boroughs
from contracts.models import DECISION_MONTHS, Contract
from research.metrics.definitions import METRICS
from research.models import Finding
from skills.models import Skill
from systems.models import System


def glossary(request: HttpRequest) -> HttpResponse:
    """Every term with its definition, by name."""
    context = {"letters": terms_by_letter(), "number": len(TERMS)}
    return render_page(request, "about/glossary.html", context)


def method(request: HttpRequest) -> HttpResponse:
    """Every computation: what it answers, how, from where, its limits."""
    context = {
        "groups": [
            (group, [(each, each.terms) for each in methods]) for group, methods in GROUPS.items()
        ],
        "number": len(METHODS),
        "metrics": METRICS.values(),
    }
    return render_page(request, "about/method.html", context)


def healthz(request: HttpRequest) -> HttpResponse:
    """200 while the process answers; asks nothing of the database."""
    return HttpResponse("ok\n", content_type="text/plain; charset=utf-8")


def readyz(request: HttpRequest) -> HttpResponse:
    """200 when the database answers and every migration has run; else 503 with the reason."""
    try:
        reason = _reason()
    except Error:
        reason = "the database does not answer"
    text, status = (f"not ready: {reason}\n", 503) if reason else ("ready\n", 200)
    return HttpResponse(text, status=status, content_type="text/plain; charset=utf-8")


def _reason() -> str:
    executor = MigrationExecutor(connection)
    waiting = executor.migration_plan(executor.loader.graph.leaf_nodes())
    return f"migrations that have not run: {len(waiting)}" if waiting else ""


@dataclass(frozen=True)
class OverviewFigure:
    """One big number, what it counts, and where its rows are."""

    number: int
    words: str
    address: str
    of: int | None = None


def overview_figures(today: datetime.date) -> list[OverviewFigure]:
    """Systems, contracts, boroughs reporting, and decisions in the months ahead."""
    year = today + relativedelta(months=DECISION_MONTHS)
    due = urlencode({"act_by_after": today, "act_by_before": year, "sort": "act_by"})
    return [
        OverviewFigure(System.objects.count(), "systems", "/systems/"),
        OverviewFigure(Contract.objects.count(), "contracts", "/contracts/"),
        OverviewFigure(
            Borough.objects.reporting(Subject.SYSTEMS).count(),
            "boroughs have sent a return on systems",
            "/boroughs/",
            of=LONDON,
        ),
        OverviewFigure(
            Contract.objects.acting_between(today, year).count(),
            f"contracts to decide on within {DECISION_MONTHS} months",
            f"/contracts/?{due}",
        ),
    ]


def teaching_matches(most: int = 5) -> QuerySet[Any]:
    """Skills that one of the 33 would teach and another wants, most wanted first."""
    london = ~Q(levels__borough__kind=Borough.Kind.REGIONAL)
    offers = Count("levels", filter=london & Q(levels__can_teach=True))
    wishes = Count("levels", filter=london & Q(levels__wants_help=True))
    answers = Q(levels__can_teach=True) | Q(levels__wants_help=True)
    made_up = Q(levels__source_kind=SourceKind.ILLUSTRATIVE)
    invented = Count("levels", filter=london & made_up & answers)
    withs = Skill.objects.annotate(offers=offers, wishes=wishes, invented=invented)
    return withs.filter(offers__gt=0, wishes__gt=0).order_by("-wishes", "position", "pk")[:most]


def latest_changes(most: int = 5) -> QuerySet[System]:
    """Systems whose source is newest, real ones only."""
    return System.objects.real().for_list().order_by("-as_of", "-pk")[:most]


class HomeQueryForm(QueryForm):
    """What the map of the overview shows."""

    measure = OptionField("Map shows", [(key, measure.words) for key, measure in MEASURES.items()])


def home(request: HttpRequest) -> HttpResponse:
    """The first page."""
    today, query = dates.today(), HomeQueryForm(request)
    key = query.value("measure", "systems")
    context = {
        "figures": overview_figures(today),
        "coverage": coverage.coverage_for(Subject.SYSTEMS, LONDON, illustrative=True),
        "measures": MEASURES,
        "tiles": tile_map(key, today),
        "chart": charts.decisions_ahead(Contract.objects.all(), today, reverse("contracts:csv")),
        "windows": windows_with_most_boroughs(
            TogetherFilter(QueryDict(), Contract.objects.all()), today
        ),
        "teaching": teaching_matches(),
        "changes": latest_changes(),
        "findings": Finding.objects.published(today)[:3],
    }
    return render_page(request, "home.html", context, query)


_WORDS = (
    "system",
    "product",
    "manufacturer",
    "not-known",
    "reporting",
    "act-by",
    "confidence",
    "illustrative",
)
"""Terms of the glossary without which the site cannot be read."""


def about(request: HttpRequest) -> HttpResponse:
    """What this is, where its facts come from, and what it does not know."""
    return render_page(request, "about.html", {"words": [TERMS[key] for key in _WORDS]})


def accessibility(request: HttpRequest) -> HttpResponse:
    """How far the site meets WCAG 2.2 AA, and what to do where it fails."""
    return render_page(request, "accessibility.html", {})
