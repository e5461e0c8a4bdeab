"""Research: what was found, what boroughs did, and what follows from it."""

from research.models.case_study import CaseClaim, CaseStudy
from research.models.claims import Finding
from research.models.links import (
    CaseStudyBorough,
    CaseStudyFunction,
    CaseStudyProduct,
    CaseStudySource,
    FindingSource,
    RecommendationFinding,
    RecommendationSource,
)
from research.models.metric_value import MetricValue
from research.models.publications import Publication, PublicationQuerySet, Source, State
from research.models.recommendation import Recommendation

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
