"""The systems app."""

from django.apps import AppConfig


class SystemsConfig(AppConfig):
    """Service areas, products, suppliers and systems."""

    name = "systems"
