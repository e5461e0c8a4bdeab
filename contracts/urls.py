"""Addresses of contracts."""

from django.urls import path

from contracts import files, views
from contracts.concentration.views import concentration
from contracts.feeds import views as feeds
from contracts.frameworks.views import framework, framework_list
from contracts.joint_procurement import views as together
from contracts.ocds.views import contract_package
from contracts.pipeline.views import pipeline
from contracts.timeline import views as timeline
from contracts.transparency.views import transparency

app_name = "contracts"
urlpatterns = [
    path("", views.contract_list, name="list"),
    *files.CONTRACTS.paths(),
    path("together/", together.together, name="together"),
    *files.TOGETHER.paths(),
    path("together.ics", feeds.together_ics, name="together_ics"),
    path("together/<slug:window_id>/", together.window, name="window"),
    path("contracts.ics", feeds.contracts_ics, name="ics"),
    path("contracts.atom", feeds.contracts_atom, name="atom"),
    path("<int:number>/contract.ics", feeds.contract_ics, name="one_ics"),
    path("<int:number>/contract.atom", feeds.contract_atom, name="one_atom"),
    path("<slug:key>/contract.ics", feeds.contract_ics, name="one_ics"),
    path("<slug:key>/contract.atom", feeds.contract_atom, name="one_atom"),
    path("timeline/", timeline.timeline, name="timeline"),
    path("contracts.ocds.json", contract_package, name="ocds"),
    *files.TRANSPARENCY.paths(),
    path("transparency/", transparency, name="transparency"),
    path("<int:number>/", views.contract, name="detail"),
    path("pipeline/", pipeline, name="pipeline"),
    *files.PIPELINE.paths(),
    path("frameworks/", framework_list, name="frameworks"),
    *files.FRAMEWORKS.paths("frameworks/"),
    path("frameworks/<slug:slug>/", framework, name="framework"),
    path("concentration/", concentration, name="concentration"),
    *files.CONCENTRATION.paths(),
    path("<slug:key>/", views.contract, name="detail"),
]
