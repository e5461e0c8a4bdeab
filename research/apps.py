"""The research app."""

from django.apps import AppConfig
from django.db.models.signals import post_migrate, pre_migrate


class ResearchConfig(AppConfig):
    """Findings, case studies and recommendations."""

    name = "research"

    def ready(self) -> None:
        """Register the app's files and changes, and keep past and evidence readable.

        Their views go before migrations and come back after them: here, for those of the last app.
        """
        from citytools.exports import registry  # models are ready only now
        from citytools.history import as_of_views, change_kinds
        from citytools.worlds import evidence_views, guards
        from research import changes, files

        pre_migrate.connect(evidence_views.drop_views, sender=self, dispatch_uid="evidence-clear")
        pre_migrate.connect(as_of_views.drop_views, sender=self, dispatch_uid="past-clear")
        post_migrate.connect(as_of_views.create_views, sender=self, dispatch_uid="past-build")
        post_migrate.connect(
            evidence_views.create_views, sender=self, dispatch_uid="evidence-build"
        )
        post_migrate.connect(guards.create_guards, sender=self, dispatch_uid="world-guards")
        registry.register(
            files.TRENDS, files.METRICS, files.FINDINGS, files.CASE_STUDIES, files.RECOMMENDATIONS
        )
        change_kinds.register(*changes.KINDS)
