"""What browsers and proxies may store, and how they ask whether it is still current.

Public pages and files carry an ETag of everything that they are made from: an unchanged one is
answered by 304 for the price of one query, and what was sent before comes from memory
(`page_cache`) or disk (`file_response`) for the same price. Readers may store them, but must ask
before each use. What a signed-in person sees is never stored.
"""

import datetime
import gzip
import hashlib
from collections.abc import Callable

from django.conf import settings
from django.db import Error
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.utils import timezone
from django.utils.cache import get_conditional_response, patch_cache_control, patch_vary_headers
from django.utils.http import http_date

from citytools.history import data_version
from citytools.history.data_version import Version
from citytools.http import file_response, outages, page_cache

GetResponse = Callable[[HttpRequest], HttpResponseBase]
UNVERSIONED_PATHS = ("/admin/", "/healthz", "/readyz", "/.well-known/")
"""Beginnings of addresses that are not pages or files of facts."""
SETTLE_TIME = datetime.timedelta(minutes=15)
"""A change bears the time of writing and is seen when committed, which may be later: so long after
the last one, a date alone says nothing; only the ETag does."""


def is_public(request: HttpRequest) -> bool:
    """Whether the answer is the same for everybody."""
    if request.method not in {"GET", "HEAD"} or request.path.startswith(UNVERSIONED_PATHS):
        return False
    return settings.SESSION_COOKIE_NAME not in request.COOKIES


def conditional_get_middleware(get_response: GetResponse) -> GetResponse:
    """Middleware: 304 where nothing has changed, and the headers by which to ask."""

    def middleware(request: HttpRequest) -> HttpResponseBase:
        if not is_public(request):
            return _not_stored(request, get_response(request))
        try:
            # Before the page is made: data that changes meanwhile makes the next answer new
            version = data_version.current_version()
        except Error as fault:
            # No middleware's fault reaches process_exception
            if (failed := outages.temporary_fault_response(request, fault)) is None:
                raise
            return failed
        etag = _etag(request, version)
        unchanged = _precondition_response(request, etag, version)
        if unchanged is not None:
            return _add_validators(unchanged, etag, version.changed)
        if cached := file_response.find_cached_file(etag):
            return file_response.range_response(request, cached)
        request.META[file_response.CACHE_KEY] = etag
        with data_version.use_version(version):
            response = get_response(request)
        if response.cookies:
            return _not_stored(request, response)
        if response.status_code != 200 or response.has_header("Cache-Control"):
            return response
        if etag.startswith('"') and not _is_current(version):
            # Its rows may be those of the next version, and another file of this one may differ
            return _add_validators(response, f"W/{etag}", version.changed)
        _add_validators(response, etag, version.changed)
        page_cache.allow_caching(request, version, response)
        file_response.cache_response(etag, response)
        return file_response.range_response(request, response)

    return middleware


def _precondition_response(
    request: HttpRequest, etag: str, version: Version
) -> HttpResponseBase | None:
    """304, or 412 where another version was expected; None where no condition was sent."""
    if _CONDITIONS.isdisjoint(request.META):
        return None
    # "*" asks whether there is anything here, which only the view knows
    if request.META.get("HTTP_IF_NONE_MATCH", "").strip() == "*":
        return None
    settled = timezone.now() - version.changed > SETTLE_TIME
    modified = int(version.changed.timestamp()) if settled else None
    return get_conditional_response(request, etag=etag, last_modified=modified)


_CONDITIONS = {
    f"HTTP_IF_{name}" for name in ("NONE_MATCH", "MODIFIED_SINCE", "MATCH", "UNMODIFIED_SINCE")
}


def _not_stored(request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
    if not request.path.startswith(UNVERSIONED_PATHS) or response.cookies:
        patch_cache_control(response, private=True, no_store=True)
    return response


def _etag(request: HttpRequest, version: Version) -> str:
    """Strong for CSV, whose bytes follow from the version; else weak.

    Workbooks and documents name the time at which they were read, and compression differs.
    """
    text = f"{version.key} {request.build_absolute_uri()}"
    weak = "" if request.path.endswith(".csv") else "W/"
    return f'{weak}"{hashlib.blake2b(text.encode(), digest_size=16).hexdigest()}"'


def _is_current(version: Version) -> bool:
    try:
        return data_version.current_version().key == version.key
    except Error:
        return False


def _add_validators(
    response: HttpResponseBase, etag: str, changed: datetime.datetime
) -> HttpResponseBase:
    if not response.has_header("ETag"):
        response["ETag"] = etag
        response["Last-Modified"] = http_date(changed.timestamp())
    patch_cache_control(response, public=True, no_cache=True)
    patch_vary_headers(response, ["Accept-Encoding", "Cookie"])
    return response


def compression_middleware(get_response: GetResponse) -> GetResponse:
    """Middleware: gzip for public pages and documents alone.

    They hold no secret that their length could betray (BREACH); pages with a form's token and the
    admin are left as they are. Files keep their length and their hash.
    """

    def middleware(request: HttpRequest) -> HttpResponseBase:
        response = get_response(request)
        secret = not is_public(request) or response.cookies or "CSRF_COOKIE" in request.META
        if secret or not isinstance(response, HttpResponse) or len(response.content) < 200:
            return response
        if response.has_header("Content-Disposition"):
            return response
        patch_vary_headers(response, ["Accept-Encoding"])
        if not page_cache.accepts_gzip(request.META):
            return response
        # At the best level: it takes a fifth of a millisecond more, and a page is cached
        response.content = gzip.compress(response.content, mtime=0)
        response["Content-Encoding"] = "gzip"
        response["Content-Length"] = str(len(response.content))
        return response

    return middleware
