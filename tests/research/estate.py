"""A little research in tests: a claim that our rows test, a deed, and a hint that rests on both."""

from decimal import Decimal
from typing import Any

from research.models import CaseClaim, CaseStudy, Finding, Recommendation
from tests import factories

KEY = "modern_gov_boroughs"
BODY = "Now {{ metric:modern_gov_boroughs }}, of {{ metric:modern_gov_boroughs|of }}."
HELD = {
    "on": "2026-09-30", "value": "75", "part": "15", "whole": "20", "counted": 20, "boroughs": 20,
}  # fmt: skip
"""A value at publication, more than it is now."""


def claim(**fields: Any) -> Finding:
    """A tested claim on modern.gov, which ten of twenty boroughs run."""
    committees = factories.function("Committees", slug="committee-management")
    runs = factories.product("modern.gov", slug="modern-gov", functions=[committees])
    other = factories.product("Other", functions=[committees])
    for product in [runs, other] * 10:
        factories.system(product=product, function=committees)
    tested = {"metric": "modern_gov_boroughs", "comparison": "at_least", "threshold": 50}
    finding = factories.finding(
        **{"title": "Claim", "slug": "claim", "body": BODY} | tested | fields
    )
    finding.sources.add(
        factories.source(title="A report", publisher="LOTI", published_on="2019-06")
    )
    finding.refresh_from_db()
    return finding


def everything(**fields: Any) -> tuple[Finding, CaseStudy, Recommendation]:
    """One of each kind, all linked; `fields` are the finding's."""
    finding = claim(**fields)
    deed = factories.case_study(
        title="A deed", slug="deed", boroughs=[factories.borough("Camden")], outcome="It worked."
    )
    CaseClaim.objects.create(
        case_study=deed,
        kind=CaseClaim.Kind.COST,
        amount=Decimal(1_250_000),
        period="four years from 2025",
        claimed_by="Camden Council",
        source=factories.source(title="A decision", url="https://example.org/decision"),
    )
    hint = factories.recommendation(title="A hint", slug="hint", findings=[finding])
    return finding, deed, hint
