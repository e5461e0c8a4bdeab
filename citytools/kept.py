"""Pages kept in each worker's memory: what is asked again of unchanged facts is not made again.

A page is kept under its ETag, which is of the data, the code, the day and the address; so none can
outlive what it was made from, and nothing has to be cleared.
"""

import re

from django.core.cache import caches
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase

_GZIP = re.compile(r"\bgzip\b(?!\s*;\s*q\s*=\s*0(\.0*)?\s*(,|$))", re.IGNORECASE)
"""Gzip is named, and not to be kept away from."""
LARGEST = 64 * 1024
"""Bytes, as sent, of the largest page that is kept."""


def find(request: HttpRequest, etag: str) -> HttpResponse | None:
    """The page as it was sent before, if it is kept."""
    held = caches["pages"].get(_key(request, etag))
    if held is None:
        return None
    content, headers = held
    return HttpResponse(content, headers=headers)


def keep(request: HttpRequest, etag: str, response: HttpResponseBase) -> None:
    """Keep a page; files, documents and what is very large are made anew each time."""
    if request.method != "GET" or not isinstance(response, HttpResponse):
        return
    if "CSRF_COOKIE" in request.META:
        return  # a form on it might hold this visitor's token
    if not response["Content-Type"].startswith("text/html") or len(response.content) > LARGEST:
        return
    caches["pages"].set(_key(request, etag), (response.content, dict(response.items())))


def accepts_gzip(request: HttpRequest) -> bool:
    """Whether the answer may be compressed."""
    return bool(_GZIP.search(request.headers.get("Accept-Encoding", "")))


def _key(request: HttpRequest, etag: str) -> str:
    """Compressed and plain pages are kept apart."""
    return f"{etag}{accepts_gzip(request)}"
