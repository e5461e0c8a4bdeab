"""What is answered where a request cannot be: a page, or plain text for a file."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

_PLAIN = "text/plain; charset=utf-8"
_BAD_REQUEST = "This request cannot be answered: its address, host name or content is not valid.\n"


def wants_text(request: HttpRequest) -> bool:
    """Whether a file, document or feed is asked for, whose reader is a program."""
    return "." in request.path.rpartition("/")[2]


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """400, saying nothing of the reason, which is in the log."""
    if wants_text(request):
        return HttpResponse(_BAD_REQUEST, status=400, content_type=_PLAIN)
    # Without the request: its host or its fields are what is wrong
    return render(None, "400.html", status=400)


def unavailable(request: HttpRequest, text: str, **context: object) -> HttpResponse:
    """503: the text for a file, for a page 503.html with this context. Neither needs a database."""
    if wants_text(request):
        return HttpResponse(text + "\n", status=503, content_type=_PLAIN)
    return render(None, "503.html", context, status=503)
