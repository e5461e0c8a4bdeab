"""Addresses of research."""

from django.urls import path

from research import views
from research.metrics_pages import views as metrics_pages

app_name = "research"
urlpatterns = [
    path("", views.index, name="list"),
    path("findings/<slug:slug>/", views.finding, name="finding"),
    path("case-studies/<slug:slug>/", views.case_study, name="case_study"),
    path("recommendations/", views.recommendations, name="recommendations"),
    path("metrics/", metrics_pages.metrics, name="metrics"),
    path("metrics.csv", metrics_pages.metrics_csv, name="metrics_csv"),
    path("metrics/<slug:key>/", metrics_pages.metric, name="metric"),
    path("metrics/<slug:key>/trend.csv", metrics_pages.trend_csv, name="metric_trend_csv"),
]
