"""The project's own app: what all the others share."""

from django.apps import AppConfig


class CitytoolsConfig(AppConfig):
    """Overview, data pages, commands and the rings that import no app."""

    name = "citytools"
    verbose_name = "City Tools"
