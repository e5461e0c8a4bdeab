"""Addresses of contracts."""

from django.urls import path

from contracts import views
from contracts.timeline import views as timeline

app_name = "contracts"
urlpatterns = [
    path("", views.contract_list, name="list"),
    path("contracts.csv", views.contract_csv, name="csv"),
    path("timeline/", timeline.timeline, name="timeline"),
    path("<int:pk>/", views.contract, name="detail"),
]
