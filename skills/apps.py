"""The skills app."""

from django.apps import AppConfig


class SkillsConfig(AppConfig):
    """Skills of organisations."""

    name = "skills"
