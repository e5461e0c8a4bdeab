"""History of every fact: database triggers record each way of writing (django-pghistory)."""

from collections.abc import Callable, Sequence
from typing import TypeVar

import pghistory
from django.db import models

M = TypeVar("M", bound=type[models.Model])


def tracked(*, derived: Sequence[str] = ()) -> Callable[[M], M]:
    """Class decorator: record inserts, updates and deletes of a model.

    `derived` names generated columns, which the event table leaves out: they follow from the rest.
    """

    def decorate(model: M) -> M:
        track: Callable[[M], M] = pghistory.track(
            pghistory.InsertEvent(),
            pghistory.UpdateEvent(),
            pghistory.DeleteEvent(),
            exclude=list(derived) or None,
            meta={"indexes": _event_indexes(str(model._meta.model_name))},
        )
        return track(model)

    return decorate


def _event_indexes(name: str) -> list[models.Index]:
    """By time, for whoever asks what changed lately; and deletions, to know what was restored."""
    deletion = models.Q(pgh_label="delete")
    return [
        models.Index(fields=["pgh_created_at"], name=f"{name}_written"),
        models.Index(fields=["pgh_obj"], condition=deletion, name=f"{name}_deleted"),
    ]
