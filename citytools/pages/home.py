"""The first page: what this is, how much of London it knows and how, what comes next."""

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
from citytools.lists.query_form import OptionField, QueryForm, render_page
from citytools.pages import evidence
from citytools.pages.changes import latest_changes
from contracts import charts
from contracts.joint_procurement.filters import TogetherFilter
from contracts.joint_procurement.presentation import windows_with_most_boroughs
from contracts.models import DECISION_MONTHS, Contract
from research.models import Finding
from skills.models import Skill, SkillLevel
from systems.models import Function, System


@dataclass(frozen=True)
class OverviewFigure:
    """One big number, what it counts, and where its rows are."""

    number: int
    words: str
    address: str
    out_of: int | None = None


def overview_figures(today: datetime.date) -> list[OverviewFigure]:
    """Systems of the 33, functions known of, contracts, and contracts that may end in a year."""
    systems = System.objects.of_the_33()
    functions = systems.in_use().order_by().values("function").distinct().count()
    year = today + relativedelta(months=DECISION_MONTHS)
    running = {"standing": ["current", "past_act_by"], "ends_before": year}
    return [
        OverviewFigure(
            systems.count(),
            f"systems in {systems.borough_count()} of {LONDON} authorities",
            f"{reverse('systems:list')}?counted=of_the_33",
        ),
        OverviewFigure(
            functions,
            "kinds of work (functions) with a system in use that we know",
            reverse("systems:map"),
            out_of=Function.objects.count(),
        ),
        OverviewFigure(
            Contract.objects.count(), "contracts and tenders", reverse("contracts:list")
        ),
        OverviewFigure(
            Contract.objects.running_on(today).filter(rolling=False, ends_first__lte=year).count(),
            f"contracts that may end within {DECISION_MONTHS} months",
            f"{reverse('contracts:list')}?{urlencode(running, doseq=True)}&sort=ends_on",
        ),
    ]


def teaching_matches(limit: int = 5) -> QuerySet[Any]:
    """Skills that one of the 33 would teach and another wants, most wanted first."""
    london = ~Q(levels__borough__kind=Borough.Kind.REGIONAL)
    offers = Count("levels", filter=london & Q(levels__can_teach=True))
    wishes = Count("levels", filter=london & Q(levels__wants_help=True))
    counted = Skill.objects.annotate(offers=offers, wishes=wishes)
    return counted.filter(offers__gt=0, wishes__gt=0).order_by("-wishes", "position", "pk")[:limit]


class HomeQueryForm(QueryForm):
    """What the map of the overview shows."""

    measure = OptionField("Map shows", [(key, measure.words) for key, measure in MEASURES.items()])


def home(request: HttpRequest) -> HttpResponse:
    """The first page."""
    today, query = dates.today(), HomeQueryForm(request)
    key, sources = query.value("measure", "systems"), evidence.count_sources()
    context = {
        "figures": overview_figures(today),
        "coverage": models.coverage_for(Subject.SYSTEMS, LONDON),
        "levels": SkillLevel.objects.count(),
        "sources": sources,
        "newest": evidence.newest_day(sources),
        "measures": MEASURES,
        "tiles": tile_map(key, today),
        "chart": charts.decisions_ahead(Contract.objects.all(), today, reverse("contracts:csv")),
        "windows": windows_with_most_boroughs(
            TogetherFilter(QueryDict(), Contract.objects.all()), today
        ),
        "teaching": teaching_matches(),
        "changes": latest_changes(limit=5),
        "findings": Finding.objects.published(today)[:3],
    }
    return render_page(request, "home.html", context, query)
