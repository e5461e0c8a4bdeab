"""Research about one borough, product or function, for the pages where people look at it."""

import datetime
import re
from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import Q

from boroughs.models import Borough
from citytools.lists.filterset import FactFilter
from research.metrics.definitions import METRICS
from research.models import CaseStudy, Finding
from systems.models import Function, Product

MOST = 10
"""Records of one kind that a page names."""


@dataclass(frozen=True)
class About:
    """What is published about one thing, newest first."""

    case_studies: Sequence[CaseStudy]
    findings: Sequence[Finding] = ()

    def __len__(self) -> int:
        return len(self.case_studies) + len(self.findings)


def of_borough(borough: Borough, on: datetime.date) -> About:
    """Case studies about a borough; one query. No finding is about one borough."""
    return About(list(CaseStudy.objects.published(on).about(borough)[:MOST]))


def of_product(product: Product, on: datetime.date) -> About:
    """Case studies about a product, and findings whose rows are its own; two queries."""
    studies = CaseStudy.objects.published(on).about(product)[:MOST]
    return About(list(studies), _findings("product", product.slug, on))


def of_function(function: Function, on: datetime.date) -> About:
    """Case studies about a function, and findings whose rows are of it; two queries."""
    studies = CaseStudy.objects.published(on).about(function)[:MOST]
    return About(list(studies), _findings("function", function.slug, on))


def of_choice(chosen: FactFilter, on: datetime.date) -> About | None:
    """The same where a list is narrowed to exactly one function; None where it is not."""
    functions = [] if chosen.problems else list(chosen.named.get("function") or ())
    return of_function(functions[0], on) if len(functions) == 1 else None


def _findings(name: str, slug: str, on: datetime.date) -> list[Finding]:
    """Findings that link to rows chosen by this name and slug, of their own or their metric's."""
    chosen = rf"[?&]{name}={slug}(&|$)"
    metrics = [key for key, metric in METRICS.items() if re.search(chosen, metric.rows)]
    rows = Q(rows__regex=chosen) | Q(rows="", metric__in=metrics)
    return list(Finding.objects.published(on).filter(rows)[:MOST])
