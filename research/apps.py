"""The research app."""

from django.apps import AppConfig
from django.db.models.signals import post_migrate, pre_migrate


class ResearchConfig(AppConfig):
    """Findings, case studies and recommendations."""

    name = "research"

    def ready(self) -> None:
        """Keep the past readable: its views go before migrations and come back after them."""
        from citytools.history import as_of_views  # its models are ready only now

        pre_migrate.connect(as_of_views.drop_views, sender=self, dispatch_uid="past-clear")
        post_migrate.connect(as_of_views.create_views, sender=self, dispatch_uid="past-build")
