"""Settings and the one view of a bare Django, which does nothing but answer."""

import secrets

from django.http import HttpRequest, HttpResponse
from django.urls import path

SECRET_KEY = secrets.token_urlsafe(50)
ALLOWED_HOSTS = ["127.0.0.1"]
ROOT_URLCONF = __name__


def hello(_request: HttpRequest) -> HttpResponse:
    """As little as a view can say."""
    return HttpResponse("hello")


urlpatterns = [path("", hello)]
