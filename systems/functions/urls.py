"""Addresses of functions."""

from django.urls import path

from systems import files
from systems.functions import views

app_name = "functions"
urlpatterns = [
    path("", views.function_list, name="list"),
    *files.FUNCTIONS.paths(),
    path("<slug:slug>/", views.function, name="detail"),
]
