"""The links between research records, each a row with history."""

from citytools.history import tracked
from research.models.case_study import CaseStudy
from research.models.claims import Finding
from research.models.recommendation import Recommendation


@tracked()
class FindingSource(Finding.sources.through):  # type: ignore[name-defined]
    """A source of a finding: Django's own link table, with history, as are those below."""

    class Meta:
        proxy = True


@tracked()
class CaseStudySource(CaseStudy.sources.through):  # type: ignore[name-defined]
    """A source of a case study."""

    class Meta:
        proxy = True


@tracked()
class CaseStudyBorough(CaseStudy.boroughs.through):  # type: ignore[name-defined]
    """A borough that a case study is about."""

    class Meta:
        proxy = True


@tracked()
class CaseStudyProduct(CaseStudy.products.through):  # type: ignore[name-defined]
    """A product that a case study is about."""

    class Meta:
        proxy = True


@tracked()
class CaseStudyFunction(CaseStudy.functions.through):  # type: ignore[name-defined]
    """A function that a case study is about."""

    class Meta:
        proxy = True


@tracked()
class RecommendationSource(Recommendation.sources.through):  # type: ignore[name-defined]
    """A source of a recommendation."""

    class Meta:
        proxy = True


@tracked()
class RecommendationFinding(Recommendation.findings.through):  # type: ignore[name-defined]
    """A finding that a recommendation rests on."""

    class Meta:
        proxy = True
