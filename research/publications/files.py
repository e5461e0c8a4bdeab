"""What is published as rows of files, with the numbers of a day."""

from collections.abc import Iterator
from typing import Any

from research import quoting
from research.metrics.figures import Figure
from research.models import CaseStudy, Finding, Publication, Recommendation
from research.publications import verdicts
from research.publications.query import ResearchAsked
from research.publications.text import plain

Row = dict[str, Any]


def findings(asked: ResearchAsked) -> Iterator[Row]:
    """Each finding with what the rows say of its claim."""
    found = list(asked.public(Finding).prefetch_related("sources"))
    measured = quoting.measured(found, asked.scope)
    for one in found:
        figures = quoting.own(one, measured)
        tested = verdicts.tested(one, figures)
        told = tested.figure.measured if tested.figure else None
        yield _shared(one) | {
            "finding": one.slug,
            "summary": plain(one.summary, figures),
            "claimed_value": one.claimed_value,
            "claimed_as_of": one.as_of,
            "metric": one.metric,
            "verdict": str(tested.now),
            "value": told.value if told else None,
            "unit": str(tested.figure.metric.unit) if tested.figure else "",
            "counted": told.counted if told else None,
        }


def case_studies(asked: ResearchAsked) -> Iterator[Row]:
    """Each case study with what it is about, and what is claimed of it."""
    for one in quoting.with_figures(asked.public(CaseStudy).for_page(), asked.scope):
        figures = _figures(one)
        yield _shared(one) | {
            "case_study": one.slug,
            "summary": plain(one.summary, figures),
            "happened_on": one.happened_on,
            "outcome": plain(one.outcome, figures),
            "boroughs": [borough.name for borough in one.boroughs.all()],
            "products": [product.name for product in one.products.all()],
            "functions": [function.name for function in one.functions.all()],
            "claims": [
                f"{claim.get_kind_display()} £{claim.amount:,.0f}, according to {claim.claimed_by}"
                for claim in one.claims.all()
            ],
        }


def recommendations(asked: ResearchAsked) -> Iterator[Row]:
    """Each recommendation with the findings that it rests on."""
    public = asked.public(Recommendation).for_page(asked.day)
    for one in quoting.with_figures(public, asked.scope):
        yield _shared(one) | {
            "recommendation": one.slug,
            "text": plain(one.body, _figures(one)),
            "audience": one.audience,
            "status": one.status,
            "owner": one.owner,
            "findings": [finding.slug for finding in one.findings.all()],
        }


def _shared(one: Publication) -> Row:
    return {
        "title": one.title,
        "sources": [source.title for source in one.sources.all()],
        "published_on": one.published_on,
        "address": one.get_absolute_url(),  # type: ignore[attr-defined]  # each kind has one
    }


def _figures(one: Any) -> dict[str, Figure]:
    """The numbers that `with_figures` put beside it."""
    figures: dict[str, Figure] = one.figures
    return figures
