"""What is published as rows of files, with the numbers of a day."""

from collections.abc import Callable, Iterable, Iterator
from typing import Any

from citytools.lists.columns import Column
from research.metrics.base import Unit
from research.metrics.figures import MetricFigure
from research.models import CaseStudy, Finding, Publication, Recommendation
from research.publications import text, verdicts
from research.publications.query import ResearchQueryForm
from research.publications.text import plain_text
from research.publications.verdicts import Verdict

Row = dict[str, Any]


def finding_rows(asked: ResearchQueryForm) -> Iterator[Row]:
    """Each finding with what the rows say of its claim."""
    found = list(asked.public(Finding).prefetch_related("sources"))
    measured = text.measure_quoted(found, asked.scope)
    for one in found:
        figures = text.own_figures(one, measured)
        tested = verdicts.run_claim_test(one, figures)
        measurement = tested.figure.measured if tested.figure else None
        yield _shared_cells(one) | {
            "finding": one.slug,
            "summary": plain_text(one.summary, figures),
            "claimed_value": one.claimed_value,
            "claimed_as_of": one.as_of,
            "metric": one.metric,
            "verdict": str(tested.now),
            "value": measurement.value if measurement else None,
            "unit": str(tested.figure.metric.unit) if tested.figure else "",
            "counted": measurement.counted if measurement else None,
        }


def case_study_rows(asked: ResearchQueryForm) -> Iterator[Row]:
    """Each case study with what it is about, and what is claimed of it."""
    for figure in text.add_figures(asked.public(CaseStudy).for_page(), asked.scope):
        figures = _figures(figure)
        yield _shared_cells(figure) | {
            "case_study": figure.slug,
            "summary": plain_text(figure.summary, figures),
            "happened_on": figure.happened_on,
            "outcome": plain_text(figure.outcome, figures),
            "boroughs": [borough.name for borough in figure.boroughs.all()],
            "products": [product.name for product in figure.products.all()],
            "functions": [function.name for function in figure.functions.all()],
            "claims": [
                f"{claim.get_kind_display()} £{claim.amount:,.0f}, according to {claim.claimed_by}"
                for claim in figure.claims.all()
            ],
        }


def recommendation_rows(asked: ResearchQueryForm) -> Iterator[Row]:
    """Each recommendation with the findings that it rests on."""
    public = asked.public(Recommendation).for_page(asked.day)
    for figure in text.add_figures(public, asked.scope):
        yield _shared_cells(figure) | {
            "recommendation": figure.slug,
            "text": plain_text(figure.body, _figures(figure)),
            "audience": figure.audience,
            "status": figure.status,
            "owner": figure.owner,
            "findings": [finding.slug for finding in figure.findings.all()],
        }


def _shared_cells(publication: Publication) -> Row:
    return {
        "title": publication.title,
        "sources": [source.title for source in publication.sources.all()],
        "published_on": publication.published_on,
        "address": publication.get_absolute_url(),  # type: ignore[attr-defined]  # each kind has one
    }


def _figures(one: Any) -> dict[str, MetricFigure]:
    """The numbers that `with_figures` put beside it."""
    figures: dict[str, MetricFigure] = one.figures
    return figures


_TITLE = Column("title", "text", "What its page is called.")
_SUMMARY = Column("summary", "text", "It in a paragraph, with the numbers of the day.")
_SOURCES = Column("sources", "list", "Titles of the publications it rests on.")
_PUBLISHED = Column("published_on", "date", "When it was made public here.")
_ADDRESS = Column("address", "text", "Its page on this site.")

FINDING_COLUMNS = (
    Column("finding", "text", "The finding's slug, which never changes."),
    _TITLE,
    _SUMMARY,
    Column("claimed_value", "text", "What was claimed, in the words of who claimed it."),
    Column("claimed_as_of", "text", "When it was claimed: a year, a month or a day."),
    Column("metric", "text", "The key of the metric that tests it. Empty: not tested here."),
    Column("verdict", "text", "What the rows of the day say of it.", allowed=tuple(Verdict)),
    Column("value", "decimal", "The metric on the day.", unit="as in the column unit"),
    Column("unit", "text", "What the value counts.", allowed=tuple(Unit)),
    Column("counted", "integer", "Records behind the value (n).", unit="records"),
    _SOURCES,
    _PUBLISHED,
    _ADDRESS,
)
"""findings.csv: one finding a row."""

CASE_STUDY_COLUMNS = (
    Column("case_study", "text", "The case study's slug, which never changes."),
    _TITLE,
    _SUMMARY,
    Column("happened_on", "text", "When it began: a year, a month or a day."),
    Column("outcome", "text", "What came of it. Empty: not known."),
    Column("boroughs", "list", "Boroughs that it is about, by name."),
    Column("products", "list", "Products that it is about, by name."),
    Column("functions", "list", "Functions that it is about, by name."),
    Column("claims", "list", "Costs and savings, each with whoever claims it."),
    _SOURCES,
    _PUBLISHED,
    _ADDRESS,
)
"""case-studies.csv: one case study a row."""

RECOMMENDATION_COLUMNS = (
    Column("recommendation", "text", "The recommendation's slug, which never changes."),
    _TITLE,
    Column("text", "text", "What should be done, with the numbers of the day."),
    Column("audience", "text", "For whom it is.", allowed=tuple(Recommendation.Audience.values)),
    Column("status", "text", "What became of it.", allowed=tuple(Recommendation.Status.values)),
    Column("owner", "text", "Who answers for it: an organisation or a role. Empty: nobody yet."),
    Column("findings", "list", "Slugs of the findings that it rests on."),
    _SOURCES,
    _PUBLISHED,
    _ADDRESS,
)
"""recommendations.csv: one recommendation a row."""


class _Published(ResearchQueryForm):
    """A file of one kind."""

    non_filter_names = frozenset({"columns"})

    def table(self, rows: Callable[[ResearchQueryForm], Iterable[Row]]) -> list[Row]:
        """The rows, read within the day that they are of."""
        with self.moment():
            return list(rows(self))


class FindingsFile(_Published):
    """The file of findings."""

    columns = FINDING_COLUMNS


class CaseStudiesFile(_Published):
    """The file of case studies."""

    columns = CASE_STUDY_COLUMNS


class RecommendationsFile(_Published):
    """The file of recommendations."""

    columns = RECOMMENDATION_COLUMNS
