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
    decorator: Callable[[M], M] = pghistory.track(
        pghistory.InsertEvent(),
        pghistory.UpdateEvent(),
        pghistory.DeleteEvent(),
        exclude=list(derived) or None,
    )
    return decorator
