"""Django's admin with our own front page."""

from django.contrib.admin.apps import AdminConfig


class StaffAdminConfig(AdminConfig):
    default_site = "citytools.staff.site.StaffSite"
