"""Addresses of research."""

from django.urls import path

from research import views

app_name = "research"
urlpatterns = [
    path("", views.index, name="list"),
    path("research.atom", views.atom, name="atom"),
    path("findings/<slug:slug>/", views.finding, name="finding"),
    path("case-studies/<slug:slug>/", views.case_study, name="case_study"),
    path("recommendations/", views.recommendations, name="recommendations"),
]
