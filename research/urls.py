"""Addresses of research."""

from django.urls import path

from research import files
from research.metrics import views as metrics_pages
from research.publications import feed, views
from research.report import views as report

app_name = "research"
urlpatterns = [
    path("", views.index, name="list"),
    path("research.atom", feed.atom, name="atom"),
    path("findings/<slug:slug>/", views.finding, name="finding"),
    path("case-studies/", views.case_studies, name="case_studies"),
    path("findings/<slug:slug>/finding.json", report.finding_json, name="finding_json"),
    path("case-studies/<slug:slug>/", views.case_study, name="case_study"),
    path("report/", report.report, name="report"),
    path("report.pdf", report.report_pdf, name="report_pdf"),
    path("report.json", report.report_json, name="report_json"),
    path("recommendations/", views.recommendations, name="recommendations"),
    *files.FINDINGS.paths(),
    *files.CASE_STUDIES.paths(),
    *files.RECOMMENDATIONS.paths(),
    *files.METRICS.paths(),
    *files.TRENDS.paths("metrics/"),
    path("metrics/", metrics_pages.metrics, name="metrics"),
    path("metrics/<slug:key>/", metrics_pages.metric, name="metric"),
]
