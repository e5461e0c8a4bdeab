"""For every response: Content-Security-Policy, forms in UTF-8, and pages that are only read."""

from collections.abc import Callable

from csp.utils import build_policy
from django.http import HttpRequest, HttpResponseNotAllowed
from django.http.response import HttpResponseBase

GetResponse = Callable[[HttpRequest], HttpResponseBase]
_READ_METHODS = ("GET", "HEAD")


def content_security(get_response: GetResponse) -> GetResponse:
    """Middleware: django-csp's policy on every response, files, errors and the admin included.

    Not django-csp's own middleware, which writes the same policy again for each response.
    """
    policy = build_policy()

    def middleware(request: HttpRequest) -> HttpResponseBase:
        response = get_response(request)
        response["Content-Security-Policy"] = policy
        return response

    return middleware


def read_only(get_response: GetResponse) -> GetResponse:
    """Middleware: 405 for every method but GET and HEAD, except in the admin."""

    def middleware(request: HttpRequest) -> HttpResponseBase:
        if request.method in _READ_METHODS or request.path.startswith("/admin/"):
            return get_response(request)
        words = f"This address can only be read, by {' or '.join(_READ_METHODS)}.\n"
        return HttpResponseNotAllowed(
            _READ_METHODS, words, content_type="text/plain; charset=utf-8"
        )

    return middleware


def utf8(get_response: GetResponse) -> GetResponse:
    """Middleware: every form is read as UTF-8, whatever its sender says.

    Django takes any codec that Python has by name. Some raise errors of their own (rot13,
    undefined), some give half characters (unicode_escape), which no page can be encoded with: each
    was a 500.
    """

    def middleware(request: HttpRequest) -> HttpResponseBase:
        if request.encoding is not None:
            request.encoding = "utf-8"
        return get_response(request)

    return middleware
