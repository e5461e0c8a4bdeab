"""Addresses of systems, products and suppliers."""

from django.urls import path

from systems import files, views
from systems.products import views as products
from systems.suppliers import views as suppliers
from systems.views import service_map

app_name = "systems"
urlpatterns = [
    path("", views.system_list, name="list"),
    *files.SYSTEMS.paths(),
    path("map/", service_map, name="map"),
    *files.MAP.paths(),
    path("<int:number>/", views.system, name="detail"),
    path("products/", products.product_list, name="products"),
    *files.PRODUCTS.paths("products/"),
    path("products/<slug:slug>/", products.product, name="product"),
    path("suppliers/", suppliers.supplier_list, name="suppliers"),
    *files.SUPPLIERS.paths("suppliers/"),
    path("suppliers/<slug:slug>/", suppliers.supplier_page, name="supplier"),
    path("suppliers/<slug:slug>/failure/", suppliers.failure_page, name="supplier_failure"),
    path("<slug:key>/", views.system, name="detail"),
]
