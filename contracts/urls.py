"""Addresses of contracts."""

from django.urls import path

from contracts import views
from contracts.ocds.views import contract_package
from contracts.transparency.views import transparency, transparency_csv

app_name = "contracts"
urlpatterns = [
    path("", views.contract_list, name="list"),
    path("contracts.csv", views.contract_csv, name="csv"),
    path("contracts.ocds.json", contract_package, name="ocds"),
    path("contracts.transparency.csv", transparency_csv, name="transparency_csv"),
    path("transparency/", transparency, name="transparency"),
    path("<int:pk>/", views.contract, name="detail"),
]
