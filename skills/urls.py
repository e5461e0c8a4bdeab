"""Addresses of skills."""

from django.urls import path

from skills import views
from skills.training import views as training

app_name = "skills"
urlpatterns = [
    path("", views.skill_matrix, name="list"),
    path("skills.csv", views.skill_csv, name="csv"),
    path("training/", training.training, name="training"),
    path("training.csv", training.training_csv, name="training_csv"),
    path("skills.xlsx", views.skill_xlsx, name="xlsx"),
    path("boroughs/<slug:slug>/", views.borough, name="borough"),
    path("<slug:slug>/", views.skill, name="detail"),
]
