"""The event log in tests: when things were recorded."""

import datetime
from typing import Any

from django.apps import apps
from django.db import connection
from django.utils import timezone


def move_events(day: datetime.date) -> None:
    """Say that everything recorded so far today was recorded on a day.

    A test is one transaction, and its events all bear the moment at which that began.
    """
    moment = timezone.make_aware(datetime.datetime.combine(day, datetime.time(12)))
    with connection.cursor() as cursor:
        for model in apps.get_models():
            if "pgh_event_model" in vars(model):
                event: Any = model
                table = event.pgh_event_model._meta.db_table
                cursor.execute(
                    f'UPDATE "{table}" SET pgh_created_at = %s '  # noqa: S608 (our own tables)
                    "WHERE pgh_created_at >= now()",
                    [moment],
                )
