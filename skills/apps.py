"""The skills app."""

from django.apps import AppConfig


class SkillsConfig(AppConfig):
    """Skills of organisations."""

    name = "skills"

    def ready(self) -> None:
        """Register the app's files, and the changes it tells."""
        from citytools.exports import registry
        from citytools.history import change_kinds
        from skills import changes, files  # models are ready only now

        registry.register(files.SKILLS, files.TRAINING)
        change_kinds.register(*changes.KINDS)
