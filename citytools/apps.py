"""The project's own app: what all the others share, and what joins them."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from django.apps import AppConfig
from django.contrib import admin
from django.db.backends.signals import connection_created
from django.db.models.signals import post_migrate, pre_migrate
from django.utils.module_loading import autodiscover_modules

from citytools.worlds.addresses import page_address

if TYPE_CHECKING:
    from citytools.facts.name_matching import Name


class CitytoolsConfig(AppConfig):
    """Overview, data pages, commands and the rings that import no app."""

    name = "citytools"
    verbose_name = "City Tools"

    def ready(self) -> None:
        """Keep permissions and data version up to date, bound web requests."""
        # Their models are ready only now
        from citytools.exports import registry
        from citytools.facts import waiting_rules
        from citytools.history import data_version
        from citytools.http import outages
        from citytools.models import Batch
        from citytools.pages.changes import CHANGES
        from citytools.search import name_table
        from citytools.staff import batch_admin, group

        admin.site.register(Batch, batch_admin.BatchAdmin)
        post_migrate.connect(group.after_migrations, dispatch_uid="loti-staff")
        post_migrate.connect(
            waiting_rules.validate_waiting_constraints, sender=self, dispatch_uid="constraints"
        )
        connection_created.connect(outages.bound_within_requests, dispatch_uid="patience")
        post_migrate.connect(
            data_version.after_migrations, sender=self, dispatch_uid="data-version"
        )
        registry.register(CHANGES)
        _fill_search()
        pre_migrate.connect(name_table.drop_triggers, sender=self, dispatch_uid="names-clear")
        post_migrate.connect(name_table.create_triggers, sender=self, dispatch_uid="names-build")


def _fill_search() -> None:
    from citytools.search import RecordKind, RecordType, SearchSource, register

    # As the admin finds each app's `admin`: in the order of INSTALLED_APPS, which is the page's
    autodiscover_modules("search")
    register(
        SearchSource(
            kinds=[RecordKind("term", "Words and what they mean", ("term",))],
            types={"term": RecordType(lambda match: f"{page_address('glossary')}#{match.slug}")},
            records=_glossary_names,
        )
    )


def _glossary_names(phrases: Sequence[str]) -> "Sequence[Name]":
    # Imported late: with it comes nearly all of the site, seconds that no command needs
    from citytools.pages import glossary

    return glossary.search_names()
