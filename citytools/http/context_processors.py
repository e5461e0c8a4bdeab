"""What every page carries: the sections, and the way to the other world."""

from collections.abc import Sequence
from typing import NamedTuple

from django.conf import settings
from django.http import HttpRequest
from django.urls import get_script_prefix, reverse
from django.utils.functional import SimpleLazyObject

from citytools.worlds import PREFIX, in_demonstration
from citytools.worlds.addresses import twin_address


class NavigationLink(NamedTuple):
    """A page that the navigation leads to."""

    name: str
    path: str


class NavigationSection(NamedTuple):
    """One of the six nouns in the header, and the pages that stand under it there."""

    name: str
    path: str
    pages: Sequence[NavigationLink]

    def holds(self, path: str) -> bool:
        """Whether the page of a path belongs to the section."""
        beginnings = [self.path, *(page.path for page in self.pages)]
        return any(path.startswith(beginning) for beginning in beginnings)


_PAGES = {
    "Boroughs": {"All boroughs": "/boroughs/", "Compare": "/boroughs/compare/"},
    "Systems": {
        "All systems": "/systems/",
        "Functions": "/functions/",
        "Service map": "/systems/map/",
        "Products": "/systems/products/",
        "Suppliers": "/systems/suppliers/",
    },
    "Contracts": {
        "All contracts": "/contracts/",
        "Timeline": "/contracts/timeline/",
        "Buy together": "/contracts/together/",
        "Pipeline": "/contracts/pipeline/",
        "Frameworks": "/contracts/frameworks/",
        "Concentration": "/contracts/concentration/",
        "Transparency": "/contracts/transparency/",
    },
    "Skills": {"All skills": "/skills/", "Training": "/skills/training/"},
    "Research": {
        "Findings": "/research/",
        "Case studies": "/research/case-studies/",
        "Recommendations": "/research/recommendations/",
        "Metrics": "/research/metrics/",
        "Report": "/research/report/",
    },
    "Data": {"All files": "/data/", "What changed": "/changes/"},
}


def _sections(prefix: str = "") -> list[NavigationSection]:
    return [
        NavigationSection(
            name,
            f"{prefix}/{name.lower()}/",
            [NavigationLink(words, f"{prefix}{path}") for words, path in pages.items()],
        )
        for name, pages in _PAGES.items()
    ]


def site(request: HttpRequest) -> dict[str, object]:
    """Template context of every page; the twin's address is found only where it is drawn."""
    sections = _sections(get_script_prefix().rstrip("/"))
    return {
        "sections": sections,
        "here": next((section for section in sections if section.holds(request.path)), None),
        "in_demonstration": in_demonstration(),
        "has_demonstration": settings.DEMONSTRATION,
        "no_demonstration": not settings.DEMONSTRATION and request.path.startswith(f"{PREFIX}/"),
        # There is one, for both worlds
        "staff": reverse("admin:index").removeprefix(PREFIX if in_demonstration() else ""),
        "twin": SimpleLazyObject(lambda: twin_address(request)),
    }
