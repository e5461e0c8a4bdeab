"""Addresses of research."""

from django.urls import path

from research import views
from research.report import views as report

app_name = "research"
urlpatterns = [
    path("", views.index, name="list"),
    path("findings/<slug:slug>/", views.finding, name="finding"),
    path("findings/<slug:slug>/finding.json", report.finding_json, name="finding_json"),
    path("case-studies/<slug:slug>/", views.case_study, name="case_study"),
    path("recommendations/", views.recommendations, name="recommendations"),
]
