"""The contracts app."""

from django.apps import AppConfig


class ContractsConfig(AppConfig):
    name = "contracts"

    def ready(self) -> None:
        """Register the app's files, and the changes it tells."""
        from citytools.exports import registry
        from citytools.history import change_kinds
        from contracts import changes, files  # models are ready only now

        registry.register(
            files.CONTRACTS,
            files.TOGETHER,
            files.TRANSPARENCY,
            files.FRAMEWORKS,
            files.PIPELINE,
            files.CONCENTRATION,
        )
        change_kinds.register(*changes.KINDS)
