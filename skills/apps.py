"""The skills app."""

from django.apps import AppConfig


class SkillsConfig(AppConfig):
    """Skills of organisations."""

    name = "skills"

    def ready(self) -> None:
        """Register the app's files."""
        from citytools.exports import registry
        from skills import files  # models are ready only now

        registry.register(files.SKILLS, files.TRAINING)
