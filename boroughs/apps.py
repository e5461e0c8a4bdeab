"""The boroughs app."""

from django.apps import AppConfig


class BoroughsConfig(AppConfig):
    """Boroughs and their returns."""

    name = "boroughs"

    def ready(self) -> None:
        """Register the app's files."""
        from boroughs import files  # models are ready only now
        from citytools.exports import registry

        registry.register(files.BOROUGHS, files.COMPARE)
