"""The systems app."""

from django.apps import AppConfig


class SystemsConfig(AppConfig):
    name = "systems"

    def ready(self) -> None:
        """Register the app's files."""
        from citytools.exports import registry
        from systems import files  # models are ready only now

        registry.register(files.SYSTEMS, files.MAP, files.PRODUCTS, files.SUPPLIERS)
