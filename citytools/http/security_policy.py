"""For every answer: Content-Security-Policy, forms in UTF-8, and that asking changes nothing."""

from collections.abc import Callable

from csp.utils import build_policy
from django.http import HttpRequest, HttpResponseNotAllowed
from django.http.response import HttpResponseBase

Answer = Callable[[HttpRequest], HttpResponseBase]
_HEADER = "Content-Security-Policy"
_READING = ("GET", "HEAD")


def content_security(answer: Answer) -> Answer:
    """Middleware: django-csp's policy, written once; its own writes it anew for each answer.

    The same on all of them: files, errors and the admin included.
    """
    policy = build_policy()

    def answered(request: HttpRequest) -> HttpResponseBase:
        response = answer(request)
        response[_HEADER] = policy
        return response

    return answered


def read_only(answer: Answer) -> Answer:
    """Middleware: whatever is no admin's page is read and never written to; 405 to all else."""

    def answered(request: HttpRequest) -> HttpResponseBase:
        if request.method in _READING or request.path.startswith("/admin/"):
            return answer(request)
        words = f"This address can only be read, by {' or '.join(_READING)}.\n"
        return HttpResponseNotAllowed(_READING, words, content_type="text/plain; charset=utf-8")

    return answered


def utf8(answer: Answer) -> Answer:
    """Middleware: every form is read as UTF-8, whatever its sender says.

    Django takes any codec that Python has by name. Some raise errors of their own (rot13,
    undefined), some give half characters (unicode_escape), which no page can be encoded with: each
    was a 500.
    """

    def answered(request: HttpRequest) -> HttpResponseBase:
        if request.encoding is not None:
            request.encoding = "utf-8"
        return answer(request)

    return answered
