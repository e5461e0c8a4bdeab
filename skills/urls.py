"""Addresses of skills."""

from django.urls import path

from skills import files, views
from skills.training import views as training

app_name = "skills"
urlpatterns = [
    path("", views.skill_matrix, name="list"),
    *files.SKILLS.paths(),
    path("training/", training.training, name="training"),
    *files.TRAINING.paths(),
    path("boroughs/<slug:slug>/", views.borough, name="borough"),
    path("<slug:slug>/", views.skill, name="detail"),
]
