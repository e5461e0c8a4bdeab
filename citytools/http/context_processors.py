"""What every page carries: the sections, and whether any record is invented."""

from typing import NamedTuple

from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from citytools.facts.provenance import holds_illustrative_records


class NavigationSection(NamedTuple):
    """One of the six nouns in the header."""

    name: str
    path: str


SECTIONS = [
    NavigationSection(name, f"/{name.lower()}/")
    for name in ("Boroughs", "Systems", "Contracts", "Skills", "Research", "Data")
]


def site(request: HttpRequest) -> dict[str, object]:
    """Template context of every page; the query runs only where the notice is drawn."""
    here = (section for section in SECTIONS if request.path.startswith(section.path))
    return {
        "sections": SECTIONS,
        "here": next(here, None),
        "invented": SimpleLazyObject(holds_illustrative_records),
    }
