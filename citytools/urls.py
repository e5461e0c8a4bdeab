"""Every address of the site."""

from django.contrib import admin
from django.urls import include, path
from django.views.generic import TemplateView

from citytools.http import outages
from citytools.pages import changes, data, glossary, home, method, views
from citytools.search import views as search

handler400 = outages.bad_request_page
handler500 = outages.server_error

urlpatterns = [
    path("", home.home, name="home"),
    path("about/", views.about, name="about"),
    path("about/glossary/", glossary.glossary_page, name="glossary"),
    path("about/method/", method.method_page, name="method"),
    path("accessibility/", views.accessibility, name="accessibility"),
    path("boroughs/", include("boroughs.urls")),
    path("functions/", include("systems.functions.urls")),
    path("systems/", include("systems.urls")),
    path("contracts/", include("contracts.urls")),
    path("skills/", include("skills.urls")),
    path("research/", include("research.urls")),
    path("changes/", include((changes.urlpatterns, "changes"))),
    path("search/", search.search, name="search"),
    path("data/", data.index, name="data"),
    path("data/citytools.zip", data.everything, name="everything"),
    path("data/openapi.json", data.openapi, name="openapi"),
    path("healthz", views.healthz, name="healthz"),
    path("readyz", views.readyz, name="readyz"),
    path(
        ".well-known/security.txt",
        TemplateView.as_view(template_name="security.txt", content_type="text/plain"),
        name="security",
    ),
    path("admin/", admin.site.urls),
]
