"""Research: what was found, what boroughs did, and what follows from it."""

from research.models.claims import (
    CaseClaim,
    CaseStudy,
    CaseStudyBorough,
    CaseStudyFunction,
    CaseStudyProduct,
    CaseStudySource,
    Finding,
    FindingSource,
    Recommendation,
    RecommendationFinding,
    RecommendationSource,
)
from research.models.publications import (
    MetricValue,
    Publication,
    PublicationQuerySet,
    Source,
    State,
)

__all__ = [
    "CaseClaim",
    "CaseStudy",
    "CaseStudyBorough",
    "CaseStudyFunction",
    "CaseStudyProduct",
    "CaseStudySource",
    "Finding",
    "FindingSource",
    "MetricValue",
    "Publication",
    "PublicationQuerySet",
    "Recommendation",
    "RecommendationFinding",
    "RecommendationSource",
    "Source",
    "State",
]
