"""What the words of the site mean: one definition of each, the data dictionary's where it has one.

A term is linked from a page by the tags of `citytools.pages.term_links`, and found by the search.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from pathlib import Path
from typing import Any

from django.http import HttpRequest, HttpResponse

from boroughs.models import Borough
from citytools.exports import registry
from citytools.facts.name_matching import NAME, Name
from citytools.facts.provenance import Confidence, SourceKind
from citytools.facts.statistics import MIN_ANSWERS_FOR_MEAN, MIN_VALUES_FOR_RANGE
from citytools.lists.columns import Column
from citytools.lists.query_form import render_page
from citytools.pages import content_files as content
from citytools.worlds.addresses import page_address
from contracts.joint_procurement.windows import MAX_EXTENSION_MONTHS
from contracts.models import LEAD_MONTHS, Route, Vat
from contracts.models.term import ContractStatus
from contracts.pipeline.rules import DAYS_TO_PUBLISH, MONTHS_AHEAD, THRESHOLD_POUNDS
from skills.models import Level
from skills.training.plan import MAX_COHORT_SIZE
from systems.models import Hosting, Intention, Product, ServiceArea, Status

FILES = registry.exports()
COLUMNS = {f"{file.name}.{column.name}": column for file in FILES for column in file.columns}
"""Every column of a file, as file.column."""

LABELS: Mapping[str, Mapping[Any, str]] = {
    "certainty": dict(Product.Certainty.choices),
    "confidence": dict(Confidence.choices),
    "frontline": dict(ServiceArea.Kind.choices),
    "hosting": dict(Hosting.choices),
    "intention": dict(Intention.choices),
    "kind-of-body": dict(Borough.Kind.choices),
    "level": {level.name.lower(): f"{level.value}, {level.label.lower()}" for level in Level},
    "route": dict(Route.choices),
    "source-kind": dict(SourceKind.choices),
    "standing": {standing.key: str(standing) for standing in ContractStatus},
    "status": dict(Status.choices),
    "vat-basis": dict(Vat.choices),
}
"""Labels of the values that a term takes, by the term's key, in the order of the choices."""

NUMBERS: Mapping[str, Any] = {
    "lead_months": LEAD_MONTHS, "period_months": MONTHS_AHEAD, "notice_days": DAYS_TO_PUBLISH,
    "max_extension_months": MAX_EXTENSION_MONTHS,
    "notice_threshold": f"£{THRESHOLD_POUNDS / 1_000_000:.0f} million",
    "min_answers": MIN_ANSWERS_FOR_MEAN, "min_range_values": MIN_VALUES_FOR_RANGE,
    "max_cohort_learners": MAX_COHORT_SIZE,
    "levels": Level, "strong_from": Level.PRACTITIONER.label.lower(),
    "strong_to": Level.EXPERT.label.lower(), "rows": {file.name: file.row for file in FILES},
}  # fmt: skip
"""What definitions quote of the code."""


@dataclass(frozen=True)
class GlossaryTerm(content.ContentEntry):
    """A word with a fixed meaning.

    `columns` name the columns of files that hold it, as file.column: the meaning of the first is
    the definition. A term that is no column has its own `definition`. `more` may follow either.
    `values` explain each value where the term takes one of a few; `see` holds keys of other terms.
    """

    name: str
    used: content.SitePage
    columns: Sequence[str] = ()
    definition: str = ""
    more: str = ""
    values: Mapping[str, str] = field(default_factory=dict)
    see: Sequence[str] = ()
    sources: Sequence[content.Reference] = ()

    def __post_init__(self) -> None:
        if bool(self.columns) == bool(self.definition):
            raise ValueError("name its columns or write a definition, and not both")
        if unknown := set(self.columns) - COLUMNS.keys():
            raise ValueError(f"no such column: {sorted(unknown)}")
        if wrong := LABELS.get(self.key, {}).keys() ^ self.values.keys():
            raise ValueError(f"values and choices differ by {sorted(wrong)}")

    @property
    def column(self) -> Column | None:
        """The column that it is, if it is one."""
        return COLUMNS[self.columns[0]] if self.columns else None

    @property
    def meaning(self) -> str:
        """The definition: a sentence or two."""
        return self.column.meaning if self.column else self.definition

    @property
    def choices(self) -> list[tuple[str, str]]:
        """(label, meaning) of each value."""
        return [(label, self.values[value]) for value, label in LABELS.get(self.key, {}).items()]

    @property
    def address(self) -> str:
        """Its place in the glossary."""
        return f"{page_address('glossary')}#{self.key}"


def load_terms(folder: Path) -> dict[str, GlossaryTerm]:
    """Every term of the files in a folder, by key in the order of names."""
    terms: dict[str, GlossaryTerm] = {}
    files: dict[str, str] = {}
    for path in sorted(folder.glob("*.toml")):
        for key, term in content.load_entries(path, GlossaryTerm, NUMBERS, content.LINKS).items():
            if key in terms:
                raise content.ContentError(f"{path.name}, [{key}]: {files[key]} has it too")
            terms[key], files[key] = term, path.name
    for key, term in terms.items():
        if unknown := set(term.see) - terms.keys():
            raise content.ContentError(f"{files[key]}, [{key}]: no such term: {sorted(unknown)}")
    return dict(sorted(terms.items(), key=lambda item: item[1].name.lower()))


TERMS = load_terms(content.CONTENT / "glossary")
_BY_COLUMN = {path: term for term in TERMS.values() for path in term.columns}


def term_of_column(file: str, column: Column) -> GlossaryTerm | None:
    """The term that a column of a file is about, if there is one.

    Files that share a column, as all share those of the source, share its term.
    """
    return _BY_COLUMN.get(f"{file}.{column.name}") or next(
        (term for term in TERMS.values() if term.column is column), None
    )


def terms_by_letter() -> list[tuple[str, list[tuple[GlossaryTerm, list[GlossaryTerm]]]]]:
    """(letter, its terms), by letter; each term with those that it names beside itself."""
    pairs = [(term, [TERMS[key] for key in term.see]) for term in TERMS.values()]
    return [
        (letter, list(group))
        for letter, group in groupby(pairs, lambda pair: pair[0].name[0].upper())
    ]


def glossary_page(request: HttpRequest) -> HttpResponse:
    """Every term with its definition, by name."""
    context = {"letters": terms_by_letter(), "number": len(TERMS)}
    return render_page(request, "about/glossary.html", context)


_SEARCH_WEIGHT = 0.9
"""Less than any record's own name, which is what most people look for; slips are not forgiven."""


def search_names() -> list[Name]:
    """Every term by its name, as the search compares them."""
    return [
        Name("term", position, term.key, term.name, "", NAME, term.name, _SEARCH_WEIGHT)
        for position, term in enumerate(TERMS.values())
    ]
