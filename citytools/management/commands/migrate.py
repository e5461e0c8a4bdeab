"""migrate, as Django's, which names itself in the history of what it writes."""

from typing import Any

import pghistory
from django.core.management.commands import migrate


class Command(migrate.Command):
    """Without the name, a row that a migration fills in would count as written by a person."""

    def handle(self, *args: Any, **options: Any) -> None:
        with pghistory.context(command="migrate"):
            super().handle(*args, **options)
