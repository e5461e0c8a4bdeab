"""What every page carries: the sections, and the way to the other world."""

from typing import NamedTuple

from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse
from django.utils.functional import SimpleLazyObject

from citytools.worlds import PREFIX, in_demonstration
from citytools.worlds.addresses import site_path, twin_address


class NavigationSection(NamedTuple):
    """One of the six nouns in the header."""

    name: str
    path: str


SECTIONS = [
    NavigationSection(name, f"/{name.lower()}/")
    for name in ("Boroughs", "Systems", "Contracts", "Skills", "Research", "Data")
]


def site(request: HttpRequest) -> dict[str, object]:
    """Template context of every page; the twin's address is found only where it is drawn."""
    here = (section for section in SECTIONS if request.path_info.startswith(section.path))
    return {
        "sections": [section._replace(path=site_path(section.path)) for section in SECTIONS],
        "here": next(here, None),
        "in_demonstration": in_demonstration(),
        "has_demonstration": settings.DEMONSTRATION,
        "no_demonstration": not settings.DEMONSTRATION and request.path.startswith(f"{PREFIX}/"),
        # There is one, for both worlds
        "staff": reverse("admin:index").removeprefix(PREFIX if in_demonstration() else ""),
        "twin": SimpleLazyObject(lambda: twin_address(request)),
    }
