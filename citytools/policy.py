"""The Content-Security-Policy, the same on every answer: files, errors and the admin included."""

from collections.abc import Callable

from csp.utils import build_policy
from django.http import HttpRequest
from django.http.response import HttpResponseBase

_HEADER = "Content-Security-Policy"


def content_security(
    answer: Callable[[HttpRequest], HttpResponseBase],
) -> Callable[[HttpRequest], HttpResponseBase]:
    """Middleware: django-csp's policy, written once; its own writes it anew for each answer."""
    policy = build_policy()

    def answered(request: HttpRequest) -> HttpResponseBase:
        response = answer(request)
        response[_HEADER] = policy
        return response

    return answered
