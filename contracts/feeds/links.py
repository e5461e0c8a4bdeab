"""Where a page's calendar and feed are."""

from dataclasses import dataclass

from django.http import HttpRequest
from django.urls import reverse

from contracts.models import Contract


@dataclass(frozen=True)
class Follow:
    """Absolute addresses of the calendar and the feed of what a page shows."""

    ics: str
    atom: str


def of_list(request: HttpRequest, query: str) -> Follow:
    """Those of a list, by its query string."""
    ask = f"?{query}" if query else ""
    return _absolute(request, reverse("contracts:ics") + ask, reverse("contracts:atom") + ask)


def of_contract(request: HttpRequest, contract: Contract) -> Follow:
    """Those of one contract."""
    paths = (reverse(f"contracts:{name}", args=[contract.pk]) for name in ("one_ics", "one_atom"))
    return _absolute(request, *paths)


def _absolute(request: HttpRequest, ics: str, atom: str) -> Follow:
    return Follow(request.build_absolute_uri(ics), request.build_absolute_uri(atom))
