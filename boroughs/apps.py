"""The boroughs app."""

from django.apps import AppConfig


class BoroughsConfig(AppConfig):
    """Boroughs and their returns."""

    name = "boroughs"

    def ready(self) -> None:
        """Register the app's files, and the changes it tells."""
        from boroughs import changes, files  # models are ready only now
        from citytools.exports import registry
        from citytools.history import change_kinds

        registry.register(files.BOROUGHS, files.COMPARE)
        change_kinds.register(*changes.KINDS)
