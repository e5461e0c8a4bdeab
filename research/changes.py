"""What changes of research tell: to the public, of a record while it is public alone."""

from citytools.history.change_kinds import ChangeKind
from citytools.history.page import HistoryLink
from research.models import (
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
    Source,
)

# What is measured as a record is published is no change of the record
_MEASURED = frozenset({"published_values"})
FINDING = ChangeKind(
    Finding,
    links=[HistoryLink(FindingSource, "finding", "Source")],
    ignored_fields=_MEASURED,
    is_publication=True,
)
CASE_STUDY = ChangeKind(
    CaseStudy,
    links=[
        HistoryLink(CaseStudySource, "casestudy", "Source"),
        HistoryLink(CaseStudyBorough, "casestudy", "Borough"),
        HistoryLink(CaseStudyProduct, "casestudy", "Product"),
        HistoryLink(CaseStudyFunction, "casestudy", "Function"),
        HistoryLink(CaseClaim, "case_study", "Claim"),
    ],
    ignored_fields=_MEASURED,
    is_publication=True,
)
RECOMMENDATION = ChangeKind(
    Recommendation,
    links=[
        HistoryLink(RecommendationSource, "recommendation", "Source"),
        HistoryLink(RecommendationFinding, "recommendation", "Finding"),
    ],
    ignored_fields=_MEASURED,
    is_publication=True,
)
# A source may be that of a draft: the public reads of it where a public record rests on it
KINDS = (FINDING, CASE_STUDY, RECOMMENDATION, ChangeKind(Source, for_staff=True))
