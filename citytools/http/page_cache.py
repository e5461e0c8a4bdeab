"""Pages cached in each worker's memory: while facts do not change no page is made twice.

They are stored and looked up ahead of Django (`citytools.wsgi`), as they were sent: with the
headers of every middleware. A page has one version of data, code and day, which one query compares
each time; so none can outlive what it was made from, and nothing has to be cleared.
"""

import re
from collections import OrderedDict
from collections.abc import Callable, Iterable, MutableMapping
from threading import Lock
from typing import Any, NamedTuple
from urllib.parse import unquote_plus

from django.conf import settings
from django.db import DatabaseError, InterfaceError, connection
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.utils.http import parse_etags

from citytools.history import data_version
from citytools.history.data_version import Version
from citytools.http import outages

# The address means the same without them, so they are taken out before anything reads it: ahead
# of the page cache, and as the first middleware for whoever calls Django directly.

TRACKING_PARAMETERS = re.compile(
    r"utm_.+|mc_.+|mtm_.+"  # campaigns: Google Analytics, Mailchimp, Matomo
    r"|_ga|_gl|gclid|gclsrc|gbraid|wbraid|dclid|gad_source|gad_campaignid|srsltid"  # Google
    r"|fbclid|igshid|igsh|msclkid|twclid|ttclid|li_fat_id|yclid|ysclid|epik"  # other networks
    r"|mkt_tok|_hsenc|_hsmi|vero_id|oly_anon_id|oly_enc_id",  # mail: Marketo, HubSpot, Vero, Omeda
    re.IGNORECASE,
)
"""Whole names; what only begins like one, such as `utm` or `_gallery`, is none."""


def without_tracking(query: str) -> str:
    """A query string without tracking parameters; the rest keeps its bytes and its order."""
    return "&".join(
        part
        for part in query.split("&")
        if not TRACKING_PARAMETERS.fullmatch(unquote_plus(part.partition("=")[0]))
    )


def remove_tracking(environ: MutableMapping[str, Any]) -> None:
    """Take them out of a WSGI request."""
    if query := environ.get("QUERY_STRING"):
        environ["QUERY_STRING"] = without_tracking(query)


def remove_tracking_parameters(
    get_response: Callable[[HttpRequest], HttpResponseBase],
) -> Callable[[HttpRequest], HttpResponseBase]:
    """Middleware, ahead of all that reads the address; request.GET is not parsed before."""

    def middleware(request: HttpRequest) -> HttpResponseBase:
        remove_tracking(request.META)
        return get_response(request)

    return middleware


Environ = dict[str, Any]
Headers = list[tuple[str, str]]
Key = tuple[bool | str, ...]
Application = Callable[[Environ, Callable[..., Any]], Iterable[bytes]]
_GZIP = re.compile(r"\bgzip\b(?!\s*;\s*q\s*=\s*0(\.0*)?\s*(,|$))", re.IGNORECASE)
"""Gzip is accepted, and not with a weight of zero."""
MAX_PAGE_BYTES = 64 * 1024
"""Of the largest page that is cached, as sent."""
_MARK = "citytools.kept"
"""Key of the environ: version and ETag under which the answer may be cached."""
_KEY_NAMES = (
    *("wsgi.url_scheme", "HTTP_HOST", "SERVER_NAME", "SERVER_PORT"),
    *("SCRIPT_NAME", "PATH_INFO", "QUERY_STRING"),
)
"""What tells pages apart, besides the scheme that a proxy saw and compression."""
_MAX_KEY_CHARACTERS = 2_048
"""Of all that together; whoever sends more fills no memory with it."""
_CONDITIONS = {"HTTP_IF_MATCH", "HTTP_IF_UNMODIFIED_SINCE"}
"""Those that only Django answers."""
_CONTENT_HEADERS = {"Content-Type", "Content-Length", "Content-Encoding"}


class CachedPage(NamedTuple):
    """A page as it was sent, and the version of what it was made from."""

    version: str
    etag: str
    status: str
    headers: Headers
    content: bytes


_pages: OrderedDict[Key, CachedPage] = OrderedDict()
"""The page that was asked for last is the last."""
_pages_lock = Lock()


class PageCache:
    """The WSGI application with the cache ahead of it.

    `citytools.http.asgi` sends cached pages without calling it: see its PageStore.
    """

    def __init__(self, django: Application) -> None:
        self._django = django

    def __call__(self, environ: Environ, start: Callable[..., Any]) -> Iterable[bytes]:
        """The cached page, or Django's."""
        if environ["REQUEST_METHOD"] in {"GET", "HEAD"}:
            # Django would read the query by its charset: one address would then have many answers
            environ.pop("CONTENT_TYPE", None)
        # A page is cached once, whichever newsletter its readers come from
        remove_tracking(environ)
        key = _key(environ)
        if key is None:
            return self._django(environ, start)
        page = _find(key)
        if page and page.version == self.present_version():
            return self.send_page(page, environ, start)
        first_line: list[Any] = []

        def start_response(status: str, headers: Headers, *fault: Any) -> Any:
            first_line[:] = status, list(headers)
            return start(status, headers, *fault)

        answer = self._django(environ, start_response)
        if _MARK in environ and first_line[0].startswith("200"):
            version, etag = environ[_MARK]
            status, headers = first_line
            _store(key, CachedPage(version, etag, status, headers, b"".join(answer)))
        return answer

    def stored_page(self, environ: Environ) -> CachedPage | None:
        """The cached page, of whatever version."""
        key = _key(environ)
        return None if key is None else _find(key)

    def present_version(self) -> str | None:
        """The present version; None where the database does not tell, which Django then says."""
        if not connection.in_atomic_block:
            # As Django does at the beginning of a request
            connection.close_if_unusable_or_obsolete()
        try:
            with outages.bound_new_connections():
                return data_version.current_version().key
        except (DatabaseError, InterfaceError):
            return None

    def send_page(
        self, page: CachedPage, environ: Environ, start: Callable[..., Any]
    ) -> list[bytes]:
        """The page, or 304 for who has it already."""
        etags = parse_etags(environ.get("HTTP_IF_NONE_MATCH", ""))
        if page.etag.removeprefix("W/") in [etag.removeprefix("W/") for etag in etags]:
            headers = [header for header in page.headers if header[0] not in _CONTENT_HEADERS]
            start("304 Not Modified", headers)
            return []
        start(page.status, list(page.headers))
        return [page.content]


def allow_caching(request: HttpRequest, version: Version, response: HttpResponseBase) -> None:
    """Let a page be cached; documents and large pages are made again each time."""
    if not isinstance(response, HttpResponse) or len(response.content) > MAX_PAGE_BYTES:
        return
    if "CSRF_COOKIE" in request.META:
        return  # a form on it might hold this visitor's token
    if response["Content-Type"].startswith("text/html"):
        request.META[_MARK] = (version.key, response["ETag"])


def clear_page_cache() -> None:
    """Forget every page."""
    _pages.clear()


def accepts_gzip(environ: Environ) -> bool:
    """Whether the answer may be compressed."""
    return bool(_GZIP.search(environ.get("HTTP_ACCEPT_ENCODING", "")))


def _may_be_cached(environ: Environ) -> bool:
    """Whether who asks is not signed in, has no form's token and expects no version."""
    if environ["REQUEST_METHOD"] != "GET" or not _CONDITIONS.isdisjoint(environ):
        return False
    if "HTTP_IF_MODIFIED_SINCE" in environ and "HTTP_IF_NONE_MATCH" not in environ:
        return False  # a date alone says nothing soon after a change
    if environ.get("HTTP_IF_NONE_MATCH", "").strip() == "*":
        return False  # whether there is anything at all, which only the view knows
    cookies = environ.get("HTTP_COOKIE", "")
    names = (settings.SESSION_COOKIE_NAME, settings.CSRF_COOKIE_NAME)
    return not any(name in cookies for name in names)


def _key(environ: Environ) -> Key | None:
    """What the page is stored under; None for one that is not to be stored."""
    if not settings.MAX_CACHED_PAGES or not _may_be_cached(environ):
        return None
    # Of what a proxy says only what Django takes: the first word
    by_proxy = environ.get("HTTP_X_FORWARDED_PROTO", "").partition(",")[0].strip()
    values = [by_proxy, *[environ.get(name, "") for name in _KEY_NAMES]]
    if sum(map(len, values)) > _MAX_KEY_CHARACTERS:
        return None
    return (accepts_gzip(environ), *values)


def _find(key: Key) -> CachedPage | None:
    """The page, if it is cached, of whatever version."""
    with _pages_lock:
        page = _pages.get(key)
        if page is not None:
            _pages.move_to_end(key)
    return page


def _store(key: Key, page: CachedPage) -> None:
    with _pages_lock:
        _pages[key] = page
        _pages.move_to_end(key)
        while len(_pages) > settings.MAX_CACHED_PAGES:
            _pages.popitem(last=False)
