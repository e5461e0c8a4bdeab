"""Addresses of systems, products and suppliers."""

from django.urls import path

from systems.views import estate, products, suppliers

app_name = "systems"
urlpatterns = [
    path("", estate.system_list, name="list"),
    path("systems.csv", estate.system_csv, name="csv"),
    path("map/", estate.service_map_page, name="map"),
    path("map.csv", estate.service_map_csv, name="map_csv"),
    path("<int:pk>/", estate.system, name="detail"),
    path("products/", products.product_list, name="products"),
    path("products/products.csv", products.product_csv, name="products_csv"),
    path("products/<slug:slug>/", products.product, name="product"),
    path("suppliers/", suppliers.supplier_list, name="suppliers"),
    path("suppliers/suppliers.csv", suppliers.supplier_csv, name="suppliers_csv"),
    path("suppliers/<slug:slug>/", suppliers.supplier, name="supplier"),
    path("suppliers/<slug:slug>/failure/", suppliers.failure_page, name="supplier_failure"),
]
