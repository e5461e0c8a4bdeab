"""Addresses of systems, products and suppliers."""

from django.urls import path

from systems import files
from systems.views import estate, products, suppliers

app_name = "systems"
urlpatterns = [
    path("", estate.system_list, name="list"),
    *files.SYSTEMS.paths(),
    path("map/", estate.service_map_page, name="map"),
    *files.MAP.paths(),
    path("<int:pk>/", estate.system, name="detail"),
    path("products/", products.product_list, name="products"),
    *files.PRODUCTS.paths("products/"),
    path("products/<slug:slug>/", products.product, name="product"),
    path("suppliers/", suppliers.supplier_list, name="suppliers"),
    *files.SUPPLIERS.paths("suppliers/"),
    path("suppliers/<slug:slug>/", suppliers.supplier, name="supplier"),
    path("suppliers/<slug:slug>/failure/", suppliers.failure_page, name="supplier_failure"),
]
