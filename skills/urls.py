"""Addresses of skills."""

from django.urls import path

from skills import views

app_name = "skills"
urlpatterns = [
    path("", views.skill_matrix, name="list"),
    path("skills.csv", views.skill_csv, name="csv"),
    path("skills.xlsx", views.skill_xlsx, name="xlsx"),
    path("boroughs/<slug:slug>/", views.borough, name="borough"),
    path("<slug:slug>/", views.skill, name="detail"),
]
