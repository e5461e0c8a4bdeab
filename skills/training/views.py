"""The page and the file of the training plan."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from skills.models import SkillLevel
from skills.training import page, pairs, plan
from skills.training.filters import TrainingFilter
from skills.training.pairs import POINTS


def training(request: HttpRequest) -> HttpResponse:
    """Who could teach whom, where a cohort would do, and what to buy together."""
    filterset = TrainingFilter(request.GET, SkillLevel.objects.all())
    made = page.training_for(filterset)
    listing = page.PlanListing(filterset, made)
    context = {
        "listing": listing,
        "training": made,
        "cap": filterset.places,
        "points": POINTS,
        "most": plan.MAX_COHORT_SIZE,
        "many": plan.MIN_COHORT_LEARNERS,
        "coverage": pairs.reporting_on_skills(illustrative=filterset.includes_illustrative),
    }
    return render(request, "skills/training.html", context, status=listing.status)
