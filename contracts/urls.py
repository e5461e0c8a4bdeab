"""Addresses of contracts."""

from django.urls import path

from contracts import views
from contracts.concentration.views import concentration, concentration_csv
from contracts.feeds import views as feeds
from contracts.frameworks.views import framework, framework_csv, framework_list
from contracts.ocds.views import contract_package
from contracts.pipeline.views import pipeline, pipeline_csv
from contracts.timeline import views as timeline
from contracts.together import views as together
from contracts.transparency.views import transparency, transparency_csv

app_name = "contracts"
urlpatterns = [
    path("", views.contract_list, name="list"),
    path("contracts.csv", views.contract_csv, name="csv"),
    path("together/", together.together, name="together"),
    path("together.csv", together.together_csv, name="together_csv"),
    path("together.ics", feeds.together_ics, name="together_ics"),
    path("together/<slug:window_id>/", together.window, name="window"),
    path("contracts.ics", feeds.contracts_ics, name="ics"),
    path("contracts.atom", feeds.contracts_atom, name="atom"),
    path("<int:pk>/contract.ics", feeds.contract_ics, name="one_ics"),
    path("<int:pk>/contract.atom", feeds.contract_atom, name="one_atom"),
    path("timeline/", timeline.timeline, name="timeline"),
    path("contracts.ocds.json", contract_package, name="ocds"),
    path("contracts.transparency.csv", transparency_csv, name="transparency_csv"),
    path("transparency/", transparency, name="transparency"),
    path("<int:pk>/", views.contract, name="detail"),
    path("pipeline/", pipeline, name="pipeline"),
    path("pipeline.csv", pipeline_csv, name="pipeline_csv"),
    path("frameworks/", framework_list, name="frameworks"),
    path("frameworks/frameworks.csv", framework_csv, name="frameworks_csv"),
    path("frameworks/<slug:slug>/", framework, name="framework"),
    path("concentration/", concentration, name="concentration"),
    path("concentration.csv", concentration_csv, name="concentration_csv"),
]
