"""Addresses of contracts."""

from django.urls import path

from contracts import views

app_name = "contracts"
urlpatterns = [
    path("", views.contract_list, name="list"),
    path("contracts.csv", views.contract_csv, name="csv"),
    path("<int:pk>/", views.contract, name="detail"),
]
