"""Addresses of functions."""

from django.urls import path

from systems import files
from systems.functions import views
from systems.views import function_list

app_name = "functions"
urlpatterns = [
    path("", function_list, name="list"),
    *files.FUNCTIONS.paths(),
    path("<slug:slug>/", views.function, name="detail"),
]
