"""What was written together: the events of one context, and going back to before all of them.

A batch is one context of history: one request, or one run of a command. It can be undone as long
as nobody has changed any of its records since.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db import models
from django.db.models import Max, OuterRef, Subquery

from citytools import restoring
from citytools.facts import confirmation


@dataclass(frozen=True)
class Write:
    """What a batch did to one record: its version before (None: it was not there) and after.

    `latest` says that nobody has written to the record since.
    """

    model: type[models.Model]
    record: int
    before: Any
    after: Any
    latest: bool

    @property
    def deleted(self) -> bool:
        """Whether the batch deleted the record."""
        return bool(self.after.pgh_label == "delete")


def writes(kinds: Sequence[type[models.Model]], batch: UUID) -> list[Write]:
    """What a batch did, kind after kind in the order given; three queries a kind."""
    return [write for kind in kinds for write in _writes(kind, batch)]


def _writes(kind: Any, batch: UUID) -> list[Write]:
    events = kind.pgh_event_model.objects
    earlier = events.filter(pgh_obj_id=OuterRef("pgh_obj_id"), pgh_id__lt=OuterRef("pgh_id"))
    own = events.filter(pgh_context_id=batch).order_by("pgh_id").select_related("pgh_context")
    by_record: dict[int, list[Any]] = defaultdict(list)
    for event in own.annotate(previous=Subquery(earlier.order_by("-pgh_id").values("pgh_id")[:1])):
        by_record[event.pgh_obj_id].append(event)
    before = events.in_bulk(
        [those[0].previous for those in by_record.values() if those[0].previous]
    )
    last = events.filter(pgh_obj_id__in=by_record).order_by().values("pgh_obj_id")
    newest = dict(last.annotate(newest=Max("pgh_id")).values_list("pgh_obj_id", "newest"))
    return [
        Write(
            kind,
            record,
            None if those[0].pgh_label == "insert" else before.get(those[0].previous),
            those[-1],
            newest[record] == those[-1].pgh_id,
        )
        for record, those in by_record.items()
    ]


def undo(done: Sequence[Write]) -> None:
    """Every record as it was before the batch; to be asked only where each write is the latest.

    Within a transaction. Kinds are undone in the order given: what a trigger writes comes last.
    """
    with confirmation.stated():
        for write in done:
            if write.before is None:
                write.model._base_manager.filter(pk=write.record).delete()
            else:
                restoring.candidate(write.before).save()
