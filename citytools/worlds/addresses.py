"""Addresses of this site within a world, and from one world to the other."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.urls import Resolver404, get_script_prefix, resolve, reverse, set_script_prefix
from django.utils.http import escape_leading_slashes

from citytools.worlds import PREFIX, World, in_demonstration, is_invented, use_world

_page_is_invented: ContextVar[bool] = ContextVar("page_is_invented", default=False)
_query_is_invented: ContextVar[bool] = ContextVar("query_is_invented", default=False)


@contextmanager
def use_script_prefix(prefix: str) -> Iterator[None]:
    """Within, addresses of this site begin with the prefix, after that of the server."""
    before = get_script_prefix()
    set_script_prefix(f"{before.rstrip('/')}{prefix}/")
    tokens = _page_is_invented.set(False), _query_is_invented.set(False)
    try:
        yield
    finally:
        _page_is_invented.reset(tokens[0])
        _query_is_invented.reset(tokens[1])
        set_script_prefix(before)


@contextmanager
def visit_world(world: World) -> Iterator[None]:
    """Within, facts and addresses are those that a visitor of the world gets."""
    with use_world(world), use_script_prefix(PREFIX if world is World.DEMONSTRATION else ""):
        yield


@cache
def address_ends(route: str, prefix: str) -> tuple[str, str]:
    """What stands before and after a record's key in its page's address, under a script prefix.

    Without the prefix it would be another world's; it is part of the address.
    """
    before, _, after = reverse(route, args=["record"]).rpartition("record")
    return before, after


@cache
def _whole_address(route: str, prefix: str) -> str:
    return reverse(route)


def page_address(route: str, key: str = "") -> str:
    """The address of a page in the present world, or of the record that the key names there.

    Django's resolver takes 25 µs for each, and a page has 50.
    """
    if not key:
        return _whole_address(route, get_script_prefix())
    before, after = address_ends(route, get_script_prefix())
    return f"{before}{key}{after}"


def site_path(path: str) -> str:
    """A path that was written by hand, such as /systems/?hosting=saas, in the present world."""
    return get_script_prefix().rstrip("/") + path


def record_address(record: Any) -> str | None:
    """Where visitors see a record, for whoever sees both worlds; None if nobody does."""
    if is_invented(record) and not settings.DEMONSTRATION:
        return None
    with use_script_prefix(PREFIX if is_invented(record) else ""):
        return str(record.get_absolute_url())


def note_page_record(record: Any) -> None:
    """Remember that the page is about a record, which may have no page among the evidence."""
    if is_invented(record):
        _page_is_invented.set(True)


def note_query_records(records: Any) -> None:
    """Remember that the query string names inventions; one query, in the demonstration alone."""
    if in_demonstration() and hasattr(records.model, "illustrative"):
        _query_is_invented.set(
            _query_is_invented.get() or records.filter(illustrative=True).exists()
        )


def twin_address(request: HttpRequest) -> str:
    """The same page in the other world; of an invention, the nearest page above it.

    A query string that names inventions stays behind: there it would not be understood.
    """
    query = "" if _query_is_invented.get() else request.META.get("QUERY_STRING", "")
    script_name = request.path.removesuffix(request.path_info)
    if not in_demonstration():
        path = f"{script_name}{PREFIX}{request.path_info}"
    elif _page_is_invented.get():
        return script_name.removesuffix(PREFIX) + _nearest_list(request.path_info)
    else:
        path = script_name.removesuffix(PREFIX) + request.path_info
    path = escape_leading_slashes(path)  # //elsewhere.example/ would lead to another site
    return f"{path}?{query}" if query else path


def _nearest_list(path: str) -> str:
    """The first page above a path that is about no record."""
    while path != "/":
        path = path.rstrip("/").rpartition("/")[0] + "/"
        try:
            match = resolve(path)
        except Resolver404:
            continue
        if not match.kwargs:
            return path
    return path
