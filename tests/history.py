"""Time in tests of history: within a test all is one transaction, as if written at one moment."""

import datetime

import pghistory.models
from django.apps import apps
from django.db.models import F


def time_passes(**how_long: float) -> None:
    """Move all that was written so far into the past, by an hour unless it is said otherwise."""
    step = datetime.timedelta(**how_long or {"hours": 1})
    for model in apps.get_models():
        if issubclass(model, pghistory.models.Event) and not model._meta.proxy:
            model.objects.update(pgh_created_at=F("pgh_created_at") - step)
