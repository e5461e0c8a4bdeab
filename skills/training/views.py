"""The page of the training plan."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from boroughs.models import LONDON, Subject, coverage_for
from skills.models import SkillLevel
from skills.training import page, plan
from skills.training.filters import TrainingFilter
from skills.training.pairs import POINTS


def training(request: HttpRequest) -> HttpResponse:
    """Who could teach whom, where a cohort would do, and what to buy together."""
    filterset = TrainingFilter(request.GET, SkillLevel.objects.all())
    training_plan = page.training_for(filterset)
    listing = page.PlanListing(filterset, training_plan)
    context = {
        "listing": listing,
        "training": training_plan,
        "cap": filterset.places,
        "points": POINTS,
        "max_learners": plan.MAX_COHORT_SIZE,
        "min_learners": plan.MIN_COHORT_LEARNERS,
        "coverage": coverage_for(Subject.SKILLS, LONDON),
    }
    return render(request, "skills/training.html", context, status=listing.status)
