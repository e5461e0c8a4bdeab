"""Addresses of research."""

from django.urls import path

from research import files, views

app_name = "research"
urlpatterns = [
    path("", views.index, name="list"),
    path("findings/<slug:slug>/", views.finding, name="finding"),
    path("case-studies/", views.case_studies, name="case_studies"),
    path("case-studies/<slug:slug>/", views.case_study, name="case_study"),
    path("recommendations/", views.recommendations, name="recommendations"),
    *files.TRENDS.paths("metrics/"),
]
