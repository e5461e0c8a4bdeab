"""How every number of the site is worked out: a registry that the page of methods is made of.

What the code knows, such as thresholds and numbers of months, is read from the code. Metrics of
research have a registry of their own, and join the page in the view.
"""

import datetime
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils.safestring import SafeString, mark_safe

from boroughs.models import LONDON
from boroughs.profile import peers
from boroughs.profile.page import MAX_CHANCES
from boroughs.profile.tile_map import MAX_SHADES, RECENT_MONTHS
from citytools.facts import name_matching
from citytools.facts.statistics import CONFIDENCE
from citytools.lists.query_form import render_page
from citytools.lists.word_search import MAX_WORDS
from citytools.management.demonstration.returns import NAMED_PERCENT
from citytools.pages import content_files as content
from citytools.pages import evidence, glossary
from citytools.pages.glossary import TERMS, GlossaryTerm
from citytools.worlds.addresses import page_address
from contracts import charts
from contracts.concentration.bases import CLAIMS
from contracts.joint_procurement.filters import HORIZON_MONTHS
from contracts.models import DECISION_MONTHS
from contracts.models.term import ASSUMED_MONTHS, less_months
from contracts.ocds.notices import MIN_CEILING_POUNDS, TECHNOLOGY
from contracts.pipeline.rules import MAX_VAT_FACTOR
from research.metrics.definitions import METRICS, SHARE_OF_RECORDS
from skills import level_history, summary
from skills.models import Level
from skills.training.pairs import MAX_LEVEL, MIN_TEACHING_LEVEL, POINTS
from skills.training.plan import DEFAULT_CAP, MIN_COHORT_LEARNERS
from systems.functions.answers import OLD_YEARS
from systems.products import page
from systems.suppliers import failure

_END, _NOTICE, _DAY = datetime.date(2027, 5, 31), 3, "%-d %B %Y"

NUMBERS: Mapping[str, Any] = {
    **glossary.NUMBERS,
    "boroughs": LONDON, "max_shades": MAX_SHADES, "recent_months": RECENT_MONTHS,
    "ahead_months": DECISION_MONTHS, "decision_quarters": charts.QUARTERS,
    "assumed_months": ASSUMED_MONTHS, "example_notice": _NOTICE, "example_end": f"{_END:{_DAY}}",
    "example_act_by": f"{less_months(_END, _NOTICE):{_DAY}}",
    "horizon_months": HORIZON_MONTHS, "highest_vat": MAX_VAT_FACTOR, "months_a_year": 12,
    "max_chances": MAX_CHANCES, "top_places": " or ".join(str(claim.places) for claim in CLAIMS),
    "max_replacements": failure.MAX_REPLACEMENTS, "max_alternatives": page.MAX_PRODUCTS,
    "min_share_records": SHARE_OF_RECORDS.n, "old_years": OLD_YEARS,
    "confidence_percent": CONFIDENCE, "max_peers": peers.MAX_PEERS,
    "min_known_functions": peers.MIN_KNOWN_FUNCTIONS,
    "min_shared_systems": peers.MIN_SHARED_SYSTEMS,
    "max_rare_boroughs": peers.MAX_RARE_BOROUGHS, "min_common_boroughs": peers.MIN_COMMON_BOROUGHS,
    "common_one_in": peers.COMMON_ONE_IN, "teaches_from": Level(MIN_TEACHING_LEVEL).label.lower(),
    "teaches_to": Level(MAX_LEVEL).label.lower(), "scarce_one_in": summary.SCARCE_ONE_IN,
    "learners_per_teacher": summary.MIN_WISHES_PER_TEACHER, "points": POINTS,
    "min_known_levels": summary.MIN_BOROUGHS, "skill_quarters": level_history.QUARTER_COUNT,
    "default_cap": DEFAULT_CAP, "min_cohort_learners": MIN_COHORT_LEARNERS,
    "own_name_weight": name_matching.OWN, "other_name_weight": name_matching.OTHER,
    "title_weight": name_matching.SENTENCE, "context_weight": name_matching.CONTEXT,
    "max_words": MAX_WORDS,
    "min_similarity": name_matching.ALIKE, "min_phrase_similarity": name_matching.SURELY_ALIKE,
    "technology_cpv": ", ".join(TECHNOLOGY), "min_ceiling": MIN_CEILING_POUNDS,
    "demonstration_named": f"{NAMED_PERCENT[0]} to {NAMED_PERCENT[-1]} per cent",
}  # fmt: skip
"""What methods quote of the code."""


@dataclass(frozen=True)
class Method(content.ContentEntry):
    """One computation: what it answers, how, from where, and what it cannot say.

    `formula` holds sentences, in their order; `symbols` explain the letters of its `mathml`. `code`
    names functions as module:function: a test holds that nothing computed goes undescribed.
    """

    title: str
    question: str
    formula: Sequence[str]
    limits: Sequence[str]
    sources: Sequence[content.Reference]
    used: Sequence[content.SitePage]
    code: Sequence[str]
    mathml: Sequence[str] = ()
    symbols: Mapping[str, str] = field(default_factory=dict)
    terms: Sequence[GlossaryTerm] = ()

    @property
    def maths(self) -> list[SafeString]:
        """The formula as MathML, a formula a line, where a fraction or a sum helps."""
        # Safe, for it is ours; blanks between its elements only wrap the file
        return [mark_safe(each.replace("> <", "><")) for each in self.mathml]  # noqa: S308

    @property
    def address(self) -> str:
        """Its place on the page of methods."""
        return f"{page_address('method')}#{self.key}"


@dataclass(frozen=True)
class MethodGroup(content.ContentEntry):
    """Methods about one thing."""

    title: str


def load_methods(folder: Path) -> dict[MethodGroup, list[Method]]:
    """Methods by group, in the order of the page; each group's are in the file of its key."""
    links = {**content.LINKS, "terms": TERMS}
    groups = content.load_entries(folder / "groups.toml", MethodGroup, {}, {})
    return {
        group: [*content.load_entries(folder / f"{key}.toml", Method, NUMBERS, links).values()]
        for key, group in groups.items()
    }


GROUPS = load_methods(content.CONTENT / "method")
METHODS = {method.key: method for methods in GROUPS.values() for method in methods}


def method_page(request: HttpRequest) -> HttpResponse:
    """How the evidence came about, then every computation: what it answers, how, its limits."""
    meanings = dict(TERMS["source-kind"].choices)
    context = {
        "groups": [
            (group, [(each, each.terms) for each in methods]) for group, methods in GROUPS.items()
        ],
        "number": len(METHODS),
        "metrics": METRICS.values(),
        "sources": [(each, meanings[each.kind.label]) for each in evidence.count_sources()],
        "weak": evidence.count_weak_systems(),
        "recent_year": evidence.FIRST_RECENT_YEAR,
    }
    return render_page(request, "about/method.html", context)
