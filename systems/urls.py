"""Addresses of systems, products and suppliers."""

from django.urls import path

from systems import views

app_name = "systems"
urlpatterns = [
    path("", views.system_list, name="list"),
    path("systems.csv", views.system_csv, name="csv"),
    path("map/", views.service_map_page, name="map"),
    path("map.csv", views.service_map_csv, name="map_csv"),
    path("<int:pk>/", views.system, name="detail"),
    path("products/", views.product_list, name="products"),
    path("products/products.csv", views.product_csv, name="products_csv"),
    path("products/<slug:slug>/", views.product, name="product"),
    path("suppliers/", views.supplier_list, name="suppliers"),
    path("suppliers/suppliers.csv", views.supplier_csv, name="suppliers_csv"),
    path("suppliers/<slug:slug>/", views.supplier, name="supplier"),
]
