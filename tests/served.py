"""Asking through the whole WSGI application, for kept pages lie ahead of Django."""

from typing import Any

from django.core.handlers.wsgi import WSGIRequest
from django.db import connection
from django.http import HttpResponse
from django.test import Client
from django.test.utils import CaptureQueriesContext

from citytools import wsgi


class Served(Client):
    """Asks as a browser does: the whole application, with what is kept ahead of Django."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self.handler = _through  # type: ignore[assignment]


def _through(environ: dict[str, Any]) -> HttpResponse:
    started: list[Any] = []
    parts = wsgi.application(environ, lambda *words: started.extend(words))
    content = b"".join(parts)
    if hasattr(parts, "close"):
        parts.close()
    response = HttpResponse(content, status=int(started[0][:3]))
    del response["Content-Type"]
    for name, value in started[1]:
        if name == "Set-Cookie":
            response.cookies.load(value)
        response[name] = value
    response.wsgi_request = WSGIRequest(environ)  # type: ignore[attr-defined]
    return response


def get_counted(client: Client, address: str, **headers: str) -> tuple[bytes, int]:
    """What is answered, and by how many queries."""
    with CaptureQueriesContext(connection) as queries:
        response = client.get(address, headers=headers)
        content = b"".join(response)
    assert response.status_code == 200
    return content, len(queries)
