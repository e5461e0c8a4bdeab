"""The research app."""

from django.apps import AppConfig


class ResearchConfig(AppConfig):
    """Findings, case studies and recommendations."""

    name = "research"
