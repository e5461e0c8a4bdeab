"""A server to measure: python -m tests.benchmark.serve 8100, settings by the environment.

City Tools, or the bare Django that does nothing but answer: for this, the module is the settings.
"""

import secrets
import sys

import django
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.urls import path

from citytools.local import web_server

SECRET_KEY = secrets.token_urlsafe(50)
ALLOWED_HOSTS = ["127.0.0.1"]
ROOT_URLCONF = "tests.benchmark.serve"


def hello(_request: HttpRequest) -> HttpResponse:
    """As little as a view can say."""
    return HttpResponse("hello")


urlpatterns = [path("", hello)]


def main() -> None:
    """Serve until told to stop."""
    django.setup()
    if settings.STATIC_ROOT:
        web_server.collect_static()
    web_server.serve(int(sys.argv[1]), lambda: None)


if __name__ == "__main__":
    main()
