"""For those who run the service: is the process up, and can it serve."""

from django.db import Error, connection
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, HttpResponse


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
