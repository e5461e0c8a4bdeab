"""What the address of a page that is no list may ask beside its path.

The same grammar as on lists: what is not understood is named with status 400. The page is shown
all the same, as if that part had not been asked.
"""

from collections.abc import Mapping
from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from citytools.lists.filters import YesNo
from citytools.lists.filterset import FactFilter
from citytools.narrowing import real_or_invented


class Asked(FactFilter):
    """The query string of one page; subclasses name what it may hold. By itself: nothing."""

    beside = frozenset()
    remedy = "The page is shown without it."

    def __init__(self, request: HttpRequest) -> None:
        super().__init__(request.GET, QuerySet())
        self.all = request.path

    @property
    def status(self) -> int:
        """HTTP status: 400 where something was not understood."""
        return 400 if self.problems else 200

    def value(self, name: str, default: str) -> str:
        """What was chosen, or the default where it was not given or not understood."""
        return str(self.named.get(name) or default)


class AskedReal(Asked):
    """A page that can leave out what is invented for demonstration."""

    illustrative = YesNo("Invented for demonstration", real_or_invented)


def page(
    request: HttpRequest, template: str, context: Mapping[str, Any], asked: Asked | None = None
) -> HttpResponse:
    """A page with what was asked of it; by default nothing may be."""
    asked = asked or Asked(request)
    return render(request, template, {**context, "asked": asked}, status=asked.status)
