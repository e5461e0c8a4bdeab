"""The systems app."""

from django.apps import AppConfig


class SystemsConfig(AppConfig):
    name = "systems"

    def ready(self) -> None:
        """Register the app's files, and the changes it tells."""
        from citytools.exports import registry
        from citytools.history import change_kinds
        from systems import changes, files  # models are ready only now

        registry.register(
            files.SYSTEMS, files.MAP, files.FUNCTIONS, files.PRODUCTS, files.SUPPLIERS
        )
        change_kinds.register(*changes.KINDS)
