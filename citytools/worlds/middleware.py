"""The demonstration's addresses: `/demo` before each, and the world that goes with it."""

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponsePermanentRedirect, QueryDict
from django.http.response import HttpResponseBase
from django.utils.http import escape_leading_slashes

from citytools.worlds import PREFIX, World, use_world
from citytools.worlds.addresses import use_script_prefix

GetResponse = Callable[[HttpRequest], HttpResponseBase]
WITHOUT_TWIN = ("/admin/", "/healthz", "/readyz", "/static/", "/.well-known/", f"{PREFIX}/")
"""Beginnings of addresses that there are only once."""


def world_middleware(get_response: GetResponse) -> GetResponse:
    """Middleware, ahead of all that reads facts or addresses.

    The environ is changed too, not only the request: what is tried again on a new connection is
    made of it (`citytools.http.outages`).
    """

    def middleware(request: HttpRequest) -> HttpResponseBase:
        path = request.path_info
        if address := _address_of_former_filter(request):
            return HttpResponsePermanentRedirect(address)
        if path == PREFIX:
            return HttpResponsePermanentRedirect(_with_query(request, f"{request.path}/"))
        if path.startswith("/admin/"):
            with use_world(World.BOTH):
                return get_response(request)
        if not settings.DEMONSTRATION or not path.startswith(f"{PREFIX}/"):
            with use_world(World.EVIDENCE):
                return get_response(request)
        with use_world(World.DEMONSTRATION), use_script_prefix(PREFIX):
            _strip_prefix(request)
            response = get_response(request)
        response["X-Robots-Tag"] = "noindex"
        return response

    return middleware


def _address_of_former_filter(request: HttpRequest) -> str:
    """Where `illustrative=yes|no` leads, which chose the world before worlds had addresses."""
    text = request.META.get("QUERY_STRING", "")
    if "illustrative" not in text or request.path_info.startswith("/admin/"):
        return ""
    # Not request.GET, which is read once: whoever reads it first decides by which charset
    query = QueryDict(text, mutable=True, encoding="utf-8")
    values = query.getlist("illustrative")
    if values not in (["yes"], ["no"]):
        return ""
    path = request.path_info.removeprefix(PREFIX) or "/"
    script_name = request.path.removesuffix(request.path_info)
    prefix = PREFIX if values[0] == "yes" else ""
    del query["illustrative"]
    # //elsewhere.example/ would lead to another site
    address = escape_leading_slashes(f"{script_name}{prefix}{path}")
    return f"{address}?{query.urlencode()}" if query else address


def _strip_prefix(request: HttpRequest) -> None:
    """Take the prefix from the path that is looked up; without a twin, nothing is there."""
    path = request.path_info.removeprefix(PREFIX)
    if path.startswith(WITHOUT_TWIN):
        return
    request.path_info = request.META["PATH_INFO"] = path
    request.META["SCRIPT_NAME"] = request.META.get("SCRIPT_NAME", "") + PREFIX


def _with_query(request: HttpRequest, path: str) -> str:
    query = request.META.get("QUERY_STRING", "")
    return f"{path}?{query}" if query else path
