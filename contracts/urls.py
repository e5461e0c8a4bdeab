"""Addresses of contracts."""

from django.urls import path

from contracts import views
from contracts.together import views as together

app_name = "contracts"
urlpatterns = [
    path("", views.contract_list, name="list"),
    path("contracts.csv", views.contract_csv, name="csv"),
    path("together/", together.together, name="together"),
    path("together.csv", together.together_csv, name="together_csv"),
    path("together/<slug:window_id>/", together.window, name="window"),
    path("<int:pk>/", views.contract, name="detail"),
]
