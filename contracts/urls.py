"""Addresses of contracts."""

from django.urls import path

from contracts import views
from contracts.concentration.views import concentration, concentration_csv
from contracts.frameworks.views import framework, framework_csv, framework_list
from contracts.pipeline.views import pipeline, pipeline_csv

app_name = "contracts"
urlpatterns = [
    path("", views.contract_list, name="list"),
    path("contracts.csv", views.contract_csv, name="csv"),
    path("<int:pk>/", views.contract, name="detail"),
    path("pipeline/", pipeline, name="pipeline"),
    path("pipeline.csv", pipeline_csv, name="pipeline_csv"),
    path("frameworks/", framework_list, name="frameworks"),
    path("frameworks/frameworks.csv", framework_csv, name="frameworks_csv"),
    path("frameworks/<slug:slug>/", framework, name="framework"),
    path("concentration/", concentration, name="concentration"),
    path("concentration.csv", concentration_csv, name="concentration_csv"),
]
