"""Pages kept in each worker's memory: what is asked again of unchanged facts is not made again.

A page is kept under its ETag, which is of the data, the code, the day and the address; so none can
outlive what it was made from, and nothing has to be cleared.
"""

import re
from collections import OrderedDict
from threading import Lock

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase

_GZIP = re.compile(r"\bgzip\b(?!\s*;\s*q\s*=\s*0(\.0*)?\s*(,|$))", re.IGNORECASE)
"""Gzip is named, and not to be kept away from."""
LARGEST = 64 * 1024
"""Bytes, as sent, of the largest page that is kept."""
_pages: OrderedDict[str, tuple[bytes, dict[str, str]]] = OrderedDict()
"""Bytes and headers by key, what was asked for last at the end.

Django's cache in memory pickles what it holds, which took a tenth of the time of a kept page.
"""
_alone = Lock()


def find(request: HttpRequest, etag: str) -> HttpResponse | None:
    """The page as it was sent before, if it is kept."""
    key = _key(request, etag)
    with _alone:
        held = _pages.get(key)
        if held is None:
            return None
        _pages.move_to_end(key)
    content, headers = held
    return HttpResponse(content, headers=headers)


def keep(request: HttpRequest, etag: str, response: HttpResponseBase) -> None:
    """Keep a page; documents and what is very large are made anew each time."""
    if request.method != "GET" or not isinstance(response, HttpResponse):
        return
    if "CSRF_COOKIE" in request.META:
        return  # a form on it might hold this visitor's token
    if not response["Content-Type"].startswith("text/html") or len(response.content) > LARGEST:
        return
    with _alone:
        _pages[_key(request, etag)] = (response.content, dict(response.items()))
        while len(_pages) > settings.KEPT_PAGES:
            _pages.popitem(last=False)


def forget() -> None:
    """Keep none of what is kept."""
    _pages.clear()


def accepts_gzip(request: HttpRequest) -> bool:
    """Whether the answer may be compressed."""
    return bool(_GZIP.search(request.headers.get("Accept-Encoding", "")))


def _key(request: HttpRequest, etag: str) -> str:
    """Compressed and plain pages are kept apart."""
    return f"{etag}{accepts_gzip(request)}"
