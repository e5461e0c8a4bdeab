"""The boroughs app."""

from django.apps import AppConfig


class BoroughsConfig(AppConfig):
    """Boroughs and their returns."""

    name = "boroughs"
