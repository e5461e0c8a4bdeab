"""Pages about the site itself, and whether it can answer."""

from django.db import Error, connection
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, HttpResponse

from citytools.lists.query_form import render_page
from citytools.pages.glossary import TERMS


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
