"""The files of research."""

from citytools.exports.export import Export
from research.metrics import record
from research.metrics.pages import MetricsFile, TrendFile
from research.publications import files
from research.publications.files import CaseStudiesFile, FindingsFile, RecommendationsFile

METRICS = Export(
    name="metrics",
    title="Numbers of research",
    row="One metric with its value on a day.",
    route="research:metrics_csv",
    page="research:metrics",
    filter=MetricsFile,
    choose=lambda request, today: MetricsFile(request),
    compute_rows=lambda asked, today: asked.table(),
)
TRENDS = Export(
    name="trends",
    title="Metrics over time",
    row="One metric’s value on one day, real records only.",
    route="research:trends_csv",
    page="research:metrics",
    filter=TrendFile,
    choose=lambda request, today: TrendFile(request),
    compute_rows=lambda asked, today: record.trend_rows(asked.metrics, asked.day),
    paged=False,
)
FINDINGS = Export(
    name="findings",
    title="Findings on record",
    row="One finding, held against the rows of a day.",
    route="research:findings_csv",
    page="research:list",
    filter=FindingsFile,
    choose=lambda request, today: FindingsFile(request),
    compute_rows=lambda asked, today: asked.table(files.finding_rows),
)
CASE_STUDIES = Export(
    name="case-studies",
    title="Case studies",
    row="One case study, with what is claimed of it and by whom.",
    route="research:case_studies_csv",
    page="research:case_studies",
    filter=CaseStudiesFile,
    choose=lambda request, today: CaseStudiesFile(request),
    compute_rows=lambda asked, today: asked.table(files.case_study_rows),
)
RECOMMENDATIONS = Export(
    name="recommendations",
    title="Recommendations",
    row="One recommendation, with the findings that it rests on.",
    route="research:recommendations_csv",
    page="research:recommendations",
    filter=RecommendationsFile,
    choose=lambda request, today: RecommendationsFile(request),
    compute_rows=lambda asked, today: asked.table(files.recommendation_rows),
)
