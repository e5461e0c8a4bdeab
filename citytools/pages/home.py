"""The first page: what is known of London, what comes next, and what is new."""

import datetime
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from dateutil.relativedelta import relativedelta
from django.db.models import Count, Q, QuerySet
from django.http import HttpRequest, HttpResponse, QueryDict
from django.urls import reverse

from boroughs import models
from boroughs.models import LONDON, Borough, Subject
from boroughs.profile.tile_map import MEASURES, tile_map
from citytools.facts import dates
from citytools.facts.provenance import SourceKind
from citytools.lists.query_form import OptionField, QueryForm, render_page
from citytools.pages.changes import latest_real_changes
from contracts import charts
from contracts.joint_procurement.filters import TogetherFilter
from contracts.joint_procurement.presentation import windows_with_most_boroughs
from contracts.models import DECISION_MONTHS, Contract
from research.models import Finding
from skills.models import Skill
from systems.models import System


@dataclass(frozen=True)
class OverviewFigure:
    """One big number, what it counts, and where its rows are."""

    number: int
    words: str
    address: str
    out_of: int | None = None


def overview_figures(today: datetime.date) -> list[OverviewFigure]:
    """Systems, contracts, boroughs reporting, and decisions in the months ahead."""
    year = today + relativedelta(months=DECISION_MONTHS)
    due = urlencode({"act_by_after": today, "act_by_before": year, "sort": "act_by"})
    return [
        OverviewFigure(System.objects.count(), "systems", reverse("systems:list")),
        OverviewFigure(Contract.objects.count(), "contracts", reverse("contracts:list")),
        OverviewFigure(
            Borough.objects.reporting(Subject.SYSTEMS).count(),
            "boroughs have sent a return on systems",
            reverse("boroughs:list"),
            out_of=LONDON,
        ),
        OverviewFigure(
            Contract.objects.acting_between(today, year).count(),
            f"contracts to decide on within {DECISION_MONTHS} months",
            f"{reverse('contracts:list')}?{due}",
        ),
    ]


def teaching_matches(limit: int = 5) -> QuerySet[Any]:
    """Skills that one of the 33 would teach and another wants, most wanted first."""
    london = ~Q(levels__borough__kind=Borough.Kind.REGIONAL)
    offers = Count("levels", filter=london & Q(levels__can_teach=True))
    wishes = Count("levels", filter=london & Q(levels__wants_help=True))
    answers = Q(levels__can_teach=True) | Q(levels__wants_help=True)
    made_up = Q(levels__source_kind=SourceKind.ILLUSTRATIVE)
    invented = Count("levels", filter=london & made_up & answers)
    counted = Skill.objects.annotate(offers=offers, wishes=wishes, invented=invented)
    return counted.filter(offers__gt=0, wishes__gt=0).order_by("-wishes", "position", "pk")[:limit]


class HomeQueryForm(QueryForm):
    """What the map of the overview shows."""

    measure = OptionField("Map shows", [(key, measure.words) for key, measure in MEASURES.items()])


def home(request: HttpRequest) -> HttpResponse:
    """The first page."""
    today, query = dates.today(), HomeQueryForm(request)
    key = query.value("measure", "systems")
    context = {
        "figures": overview_figures(today),
        "coverage": models.coverage_for(Subject.SYSTEMS, LONDON, illustrative=True),
        "measures": MEASURES,
        "tiles": tile_map(key, today),
        "chart": charts.decisions_ahead(Contract.objects.all(), today, reverse("contracts:csv")),
        "windows": windows_with_most_boroughs(
            TogetherFilter(QueryDict(), Contract.objects.all()), today
        ),
        "teaching": teaching_matches(),
        "changes": latest_real_changes(limit=5),
        "findings": Finding.objects.published(today)[:3],
    }
    return render_page(request, "home.html", context, query)
