"""The kinds of record that the search finds: what each is called and where its page is."""

from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import urlencode

from django.urls import reverse

from citytools.facts.dates import partial_date_in_words
from citytools.facts.name_matching import Match


@dataclass(frozen=True)
class RecordKind:
    """A group on the page, and what stands in it."""

    name: str
    heading: str
    whats: tuple[str, ...]


KINDS = (
    RecordKind("borough", "Boroughs", ("borough",)),
    RecordKind("system", "Systems", ("system", "list of systems")),
    RecordKind("product", "Products", ("product",)),
    RecordKind("supplier", "Suppliers", ("supplier",)),
    RecordKind("function", "Functions and service areas", ("service area", "function")),
    RecordKind(
        "contract", "Contracts and frameworks", ("contract", "framework", "list of contracts")
    ),
    RecordKind("skill", "Skills", ("skill", "list of skills")),
    RecordKind("research", "Research", ("finding", "case study", "recommendation")),
    RecordKind("term", "Words and what they mean", ("term",)),
)

KIND_OF = {what: kind for kind in KINDS for what in kind.whats}


def _page(route: str) -> Callable[[Match], str]:
    return lambda match: reverse(route, args=[match.slug])


def _filtered_list_url(route: str, name: str) -> Callable[[Match], str]:
    return lambda match: f"{reverse(route)}?{urlencode({name: match.slug})}"


ADDRESSES: dict[str, Callable[[Match], str]] = {
    "borough": _page("boroughs:detail"),
    "product": _page("systems:product"),
    "supplier": _page("systems:supplier"),
    "service area": _filtered_list_url("systems:list", "service_area"),
    "function": _filtered_list_url("systems:list", "function"),
    "contract": lambda match: reverse("contracts:detail", args=[match.key]),
    "framework": _page("contracts:framework"),
    "skill": _page("skills:detail"),
    "finding": _page("research:finding"),
    "case study": _page("research:case_study"),
    "recommendation": lambda match: f"{reverse('research:recommendations')}#{match.slug}",
    "term": lambda match: f"{reverse('glossary')}#{match.slug}",
}

_PARENTS = {
    "borough": "in {}",
    "product": "made by {}",
    "function": "in {}",
    "contract": "led by {}",
    "framework": "by {}",
    "skill": "in {}",
}


def parent_name(match: Match) -> str:
    """What the record belongs to, in words; nothing where that is not known."""
    if match.what == "supplier" and match.parent:
        owner, _, since = match.parent.rpartition("|")
        return f"now part of {owner}" + (f" since {partial_date_in_words(since)}" if since else "")
    if match.what == "product" and not match.parent:
        return "maker not known"
    return _PARENTS.get(match.what, "").format(match.parent) if match.parent else ""
