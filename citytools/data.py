"""Every file and what each of its columns means, from the definitions the files are made of."""

from django.http import HttpRequest, HttpResponse, JsonResponse

from boroughs import files as boroughs
from citytools import openapi as description
from citytools.asked import page
from citytools.exports import Export
from contracts import files as contracts
from skills import files as skills
from systems import files as systems

FILES: tuple[Export, ...] = (
    systems.SYSTEMS,
    contracts.CONTRACTS,
    contracts.TOGETHER,
    contracts.TRANSPARENCY,
    systems.MAP,
    skills.SKILLS,
    skills.TRAINING,
    boroughs.BOROUGHS,
    boroughs.COMPARE,
    systems.PRODUCTS,
    systems.SUPPLIERS,
    contracts.FRAMEWORKS,
    contracts.PIPELINE,
    contracts.CONCENTRATION,
)


def openapi(request: HttpRequest) -> HttpResponse:
    """The JSON addresses as OpenAPI 3.1."""
    return JsonResponse(description.document(FILES, request.build_absolute_uri("/")[:-1]))


def index(request: HttpRequest) -> HttpResponse:
    """The files, their columns, and how to fetch them by script."""
    return page(request, "data.html", {"files": FILES})
