"""The files of research: metrics, their trends, and what is published."""

from collections.abc import Iterator, Mapping
from typing import Any

from citytools.exports.export import Export
from citytools.lists.columns import Column
from citytools.lists.fields import OptionsField
from citytools.worlds import in_demonstration
from research.metrics import record
from research.metrics.base import MetricFigure, Unit
from research.metrics.definitions import METRICS as ALL_METRICS
from research.metrics.definitions import figures_for
from research.models import CaseStudy, Finding, Publication, Recommendation
from research.publications import text
from research.publications.query import DayQueryForm
from research.publications.text import plain_text
from research.publications.verdicts import Verdict, run_claim_test

Row = dict[str, Any]

_METRIC = Column("metric", "text", "The metric's key, which never changes.")
_UNIT = Column("unit", "text", "What the value counts.", allowed=tuple(Unit))
_MEASURED = (
    Column(
        "value", "decimal", "The number. Empty: nothing to measure.", unit="as in the column unit"
    ),
    Column("part", "decimal", "Of a share: what is above the line.", unit="what is counted"),
    Column("whole", "decimal", "Of a share: what is below the line.", unit="what is counted"),
    Column("counted", "integer", "Records behind the number (n).", unit="records"),
    Column("boroughs", "integer", "Boroughs of the 33 behind the number.", unit="boroughs"),
    Column(
        "left_out",
        "integer",
        "Records looked at that lack what would be measured.",
        unit="records",
    ),
)

_TESTABLE = (
    Column(
        "testable_from_n",
        "integer",
        "From how many records (n) on the metric can test a claim.",
        unit="records",
    ),
    Column("testable_reason", "text", "Why fewer cannot."),
    Column(
        "least_possible",
        "decimal",
        "The least that the value can be by arithmetic, with as many records and suppliers as are "
        "counted. Empty: no limit, or nothing to measure.",
        unit="as in the column unit",
    ),
    Column(
        "greatest_possible",
        "decimal",
        "The greatest that it can be. Empty: no limit, or nothing to measure.",
        unit="as in the column unit",
    ),
)

METRIC_COLUMNS = (
    _METRIC,
    Column("title", "text", "What it is called on pages."),
    Column("definition", "text", "What it means, in a sentence or two."),
    _UNIT,
    Column("counts", "text", "What is counted, in the plural: the denominator of a share."),
    Column("population", "text", "Which records are looked at."),
    Column("formula", "text", "How it is computed."),
    Column("as_at", "date", "The day of the value."),
    *_MEASURED,
    Column(
        "invented",
        "integer",
        "Records among those counted that are invented: 0, or empty in the demonstration, where "
        "they are not counted apart.",
        unit="records",
    ),
    Column("rows", "text", "The page of this site that lists the records behind it."),
    Column("rows_note", "text", "How that page differs from exactly those. Empty: not at all."),
    *_TESTABLE,
)
"""metrics.csv: one metric a row."""

TREND_COLUMNS = (
    _METRIC,
    Column("on", "date", "The day of the value."),
    _UNIT,
    *_MEASURED,
    Column(
        "settled", "yes or no", "Whether the day was over when it was recorded, so that it stands."
    ),
)
"""trend.csv of one metric: one day a row."""

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
    Column(
        "verdict",
        "text",
        "What the rows of the day say of it. It holds, or does not, only where the rows are enough "
        "and could have said either.",
        allowed=tuple(Verdict),
    ),
    Column("value", "decimal", "The metric on the day.", unit="as in the column unit"),
    Column("unit", "text", "What the value counts.", allowed=tuple(Unit)),
    Column("counted", "integer", "Records behind the value (n).", unit="records"),
    _SOURCES,
    _PUBLISHED,
    _ADDRESS,
    *_TESTABLE,
    Column(
        "verdict_reason",
        "text",
        "Why the rows cannot test it though there is a number, or why it had to fail.",
    ),
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


class _ResearchFile(DayQueryForm):
    """What is asked of a file: a day, and some columns."""

    non_filter_names = frozenset({"columns"})

    def table(self) -> list[Row]:
        """The rows, read while the tables are those of the day."""
        with self.moment():
            return list(self.table_rows())

    def table_rows(self) -> Iterator[Row]:
        """A value for each column."""
        raise NotImplementedError


class MetricsFile(_ResearchFile):
    """Every metric as a row."""

    columns = METRIC_COLUMNS

    def table_rows(self) -> Iterator[Row]:
        for figure in figures_for(ALL_METRICS, self.scope).values():
            metric, measured = figure.metric, figure.measured
            texts = ("title", "definition", "counts", "population", "formula", "rows_note")
            numbers = ("value", "part", "whole", "counted", "boroughs", "left_out")
            yield {
                "metric": metric.key,
                "unit": str(metric.unit),
                "as_at": self.scope.on,
                "invented": None if in_demonstration() else 0,
                "rows": figure.rows,
                **{name: getattr(metric, name) for name in texts},
                **{name: getattr(measured, name) for name in numbers},
                **_testable_cells(figure),
            }


class TrendFile(DayQueryForm):
    """What was recorded, up to a day."""

    non_filter_names = frozenset({"columns"})
    columns = TREND_COLUMNS
    metric = OptionsField("Metric", [(key, metric.title) for key, metric in ALL_METRICS.items()])

    def table(self) -> Iterator[Row]:
        """The recorded values by metric and day; of all metrics where none is named."""
        return record.trend_rows(self.values.get("metric") or list(ALL_METRICS), self.day)


class FindingsFile(_ResearchFile):
    """Each finding with what the rows say of its claim."""

    columns = FINDING_COLUMNS

    def table_rows(self) -> Iterator[Row]:
        findings = list(self.public(Finding).prefetch_related("sources"))
        measured = text.measure_quoted(findings, self.scope)
        for finding in findings:
            figures = text.own_figures(finding, measured)
            test = run_claim_test(finding, figures)
            measurement = test.figure.measured if test.figure else None
            yield _shared_cells(finding) | {
                "finding": finding.slug,
                "summary": plain_text(finding.summary, figures),
                "claimed_value": finding.claimed_value,
                "claimed_as_of": finding.as_of,
                "metric": finding.metric,
                "verdict": str(test.now),
                "value": measurement.value if measurement else None,
                "unit": str(test.figure.metric.unit) if test.figure else "",
                "counted": measurement.counted if measurement else None,
                "verdict_reason": test.reason,
                **_testable_cells(test.figure),
            }


class CaseStudiesFile(_ResearchFile):
    """Each case study with what it is about, and what is claimed of it."""

    columns = CASE_STUDY_COLUMNS

    def table_rows(self) -> Iterator[Row]:
        for study in text.add_figures(self.public(CaseStudy).for_page(), self.scope):
            figures: Mapping[str, MetricFigure] = study.figures
            yield _shared_cells(study) | {
                "case_study": study.slug,
                "summary": plain_text(study.summary, figures),
                "happened_on": study.happened_on,
                "outcome": plain_text(study.outcome, figures),
                "boroughs": [borough.name for borough in study.boroughs.all()],
                "products": [product.name for product in study.products.all()],
                "functions": [function.name for function in study.functions.all()],
                "claims": [
                    f"{claim.get_kind_display()} £{claim.amount:,.0f}, according to "
                    f"{claim.claimed_by}"
                    for claim in study.claims.all()
                ],
            }


class RecommendationsFile(_ResearchFile):
    """Each recommendation with the findings that it rests on."""

    columns = RECOMMENDATION_COLUMNS

    def table_rows(self) -> Iterator[Row]:
        public = self.public(Recommendation).for_page(self.day)
        for advice in text.add_figures(public, self.scope):
            yield _shared_cells(advice) | {
                "recommendation": advice.slug,
                "text": plain_text(advice.body, advice.figures),
                "audience": advice.audience,
                "status": advice.status,
                "owner": advice.owner,
                "findings": [finding.slug for finding in advice.findings.all()],
            }


def _testable_cells(figure: MetricFigure | None) -> Row:
    if figure is None:
        return {column.name: None for column in _TESTABLE}
    testable, attainable = figure.metric.testable, figure.measured.attainable
    return {
        "testable_from_n": testable.n,
        "testable_reason": testable.reason,
        "least_possible": attainable.least,
        "greatest_possible": attainable.greatest,
    }


def _shared_cells(publication: Publication) -> Row:
    return {
        "title": publication.title,
        "sources": [source.title for source in publication.sources.all()],
        "published_on": publication.published_on,
        "address": publication.get_absolute_url(),  # type: ignore[attr-defined]  # each kind has one
    }


def _export(
    name: str,
    title: str,
    row: str,
    page: str,
    form: type[_ResearchFile | TrendFile],
    *,
    version: int = 1,
    paged: bool = True,
) -> Export:
    """An export of rows computed in Python, whose route is its name."""
    return Export(
        name=name,
        title=title,
        row=row,
        route=f"research:{name.replace('-', '_')}_csv",
        page=page,
        filter=form,
        choose=lambda request, today: form(request),
        compute_rows=lambda query, today: query.table(),
        version=version,
        paged=paged,
    )


METRICS = _export(
    "metrics",
    "Numbers of research",
    "One metric with its value on a day.",
    "research:metrics",
    MetricsFile,
    version=2,
)
TRENDS = _export(
    "trends",
    "Metrics over time",
    "One metric’s value on one day, real records only.",
    "research:metrics",
    TrendFile,
    paged=False,
)
FINDINGS = _export(
    "findings",
    "Findings on record",
    "One finding, held against the rows of a day.",
    "research:list",
    FindingsFile,
    version=2,
)
CASE_STUDIES = _export(
    "case-studies",
    "Case studies",
    "One case study, with what is claimed of it and by whom.",
    "research:case_studies",
    CaseStudiesFile,
)
RECOMMENDATIONS = _export(
    "recommendations",
    "Recommendations",
    "One recommendation, with the findings that it rests on.",
    "research:recommendations",
    RecommendationsFile,
)
