"""What is published about a borough, a product or a function, for their own pages."""

import datetime
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from django.db.models import Q

from boroughs.models import Borough
from citytools.lists.filters import FactFilterSet
from research.metrics.base import ROWS_BY_METRIC
from research.models import CaseStudy, Finding, Recommendation
from systems.models import Function, Product

MAX_PUBLICATIONS = 10
"""Of each kind, on a page of something else."""


@dataclass(frozen=True)
class PublicationsAbout:
    """Published records about a thing, newest first; empty ones are false."""

    case_studies: Sequence[CaseStudy]
    findings: Sequence[Finding] = ()
    recommendations: Sequence[Recommendation] = ()

    def __len__(self) -> int:
        return len(self.case_studies) + len(self.findings) + len(self.recommendations)


def research_about_borough(borough: Borough, on: datetime.date) -> PublicationsAbout:
    """Case studies about a borough; one query. No finding is about one borough."""
    return PublicationsAbout(
        list(CaseStudy.objects.published(on).filter(boroughs=borough)[:MAX_PUBLICATIONS])
    )


def research_about_product(product: Product, on: datetime.date) -> PublicationsAbout:
    """Case studies about a product, and findings whose rows are its own; two queries."""
    studies = CaseStudy.objects.published(on).filter(products=product)[:MAX_PUBLICATIONS]
    return PublicationsAbout(list(studies), _findings("product", product.slug, on))


def research_about_function(function: Function, on: datetime.date) -> PublicationsAbout:
    """Case studies about a function, and findings whose rows are of it; two queries."""
    studies = CaseStudy.objects.published(on).filter(functions=function)[:MAX_PUBLICATIONS]
    return PublicationsAbout(list(studies), _findings("function", function.slug, on))


def with_recommendations(about: PublicationsAbout, on: datetime.date) -> PublicationsAbout:
    """The same with the recommendations that rest on its findings; one query if it has any."""
    if not about.findings:
        return about
    resting = Recommendation.objects.published(on).filter(findings__in=about.findings).distinct()
    return replace(about, recommendations=list(resting[:MAX_PUBLICATIONS]))


def research_about_filter(filterset: FactFilterSet, on: datetime.date) -> PublicationsAbout | None:
    """The same where a list is narrowed to exactly one function; None where it is not."""
    functions = [] if filterset.problems else list(filterset.values.get("function") or ())
    return research_about_function(functions[0], on) if len(functions) == 1 else None


def _findings(name: str, slug: str, on: datetime.date) -> list[Finding]:
    """Findings whose rows, or else those of their metric, are filtered by this name and slug."""
    parameter = rf"[?&]{name}={slug}(&|$)"
    metrics = [key for key, rows in ROWS_BY_METRIC.items() if re.search(parameter, rows)]
    shown = Q(rows__regex=parameter) | Q(rows="", metric__in=metrics)
    return list(Finding.objects.published(on).filter(shown)[:MAX_PUBLICATIONS])
