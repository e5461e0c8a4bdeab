"""Addresses of boroughs."""

from django.urls import path

from boroughs import files, views
from boroughs.compare import views as compare
from boroughs.profile import views as profile

app_name = "boroughs"
urlpatterns = [
    path("", views.borough_list, name="list"),
    *files.BOROUGHS.paths(),
    path("compare/", compare.compare_boroughs, name="compare"),
    *files.COMPARE.paths(),
    path("<slug:slug>/", profile.borough, name="detail"),
    path("<slug:slug>/brief/", profile.brief, name="brief"),
]
