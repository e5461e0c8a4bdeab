"""What every page carries: the sections, and whether anything shown is invented."""

from dataclasses import dataclass

from django.apps import apps
from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from citytools.facts.provenance import Sourced


@dataclass(frozen=True)
class NavigationSection:
    """One of the six nouns in the header."""

    name: str
    path: str


SECTIONS = (
    NavigationSection("Boroughs", "/boroughs/"),
    NavigationSection("Systems", "/systems/"),
    NavigationSection("Contracts", "/contracts/"),
    NavigationSection("Skills", "/skills/"),
    NavigationSection("Research", "/research/"),
    NavigationSection("Data", "/data/"),
)


def site(request: HttpRequest) -> dict[str, object]:
    """Template context of every page; the query runs only where the notice is drawn."""
    return {
        "sections": SECTIONS,
        "here": next(
            (section for section in SECTIONS if request.path.startswith(section.path)), None
        ),
        "invented": SimpleLazyObject(holds_invented_records),
    }


def holds_invented_records() -> bool:
    """Whether any fact in the database is invented for demonstration."""
    kinds = [
        model for model in apps.get_models() if issubclass(model, Sourced) and not model.former
    ]
    return any(model.objects.illustrative().exists() for model in kinds)  # type: ignore[attr-defined]
