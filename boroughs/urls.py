"""Addresses of boroughs."""

from django.urls import path

from boroughs import views
from boroughs.compare import views as compare

app_name = "boroughs"
urlpatterns = [
    path("", views.borough_list, name="list"),
    path("boroughs.csv", views.borough_csv, name="csv"),
    path("compare/", compare.compare, name="compare"),
    path("compare.csv", compare.compare_csv, name="compare_csv"),
    path("compare.xlsx", compare.compare_xlsx, name="compare_xlsx"),
    path("<slug:slug>/", views.borough, name="detail"),
    path("<slug:slug>/brief/", views.brief, name="brief"),
]
