"""Addresses of boroughs."""

from django.urls import path

from boroughs import views

app_name = "boroughs"
urlpatterns = [
    path("", views.borough_list, name="list"),
    path("boroughs.csv", views.borough_csv, name="csv"),
    path("<slug:slug>/", views.borough, name="detail"),
]
