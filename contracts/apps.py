"""The contracts app."""

from django.apps import AppConfig


class ContractsConfig(AppConfig):
    name = "contracts"

    def ready(self) -> None:
        """Register the app's files."""
        from citytools.exports import registry
        from contracts import files  # models are ready only now

        registry.register(
            files.CONTRACTS,
            files.TOGETHER,
            files.TRANSPARENCY,
            files.FRAMEWORKS,
            files.PIPELINE,
            files.CONCENTRATION,
        )
