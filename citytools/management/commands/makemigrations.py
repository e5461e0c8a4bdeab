"""Django's makemigrations, whose --check compares models with files and needs no database."""

from typing import Any

from django.core.management.commands import makemigrations
from django.db import connection


class Command(makemigrations.Command):
    """Without this, --check would start the embedded server to look at the applied history."""

    def handle(self, *app_labels: str, **options: Any) -> None:
        if options["check_changes"]:
            # Django skips that check for this engine; the connection itself stays what it is
            connection.settings_dict["ENGINE"] = "django.db.backends.dummy"
        super().handle(*app_labels, **options)
