"""What the history says of records: how often and when they changed, and what changed last."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db import models
from django.db.models import Count, IntegerField, Max, OuterRef, Subquery, Value
from django.db.models.functions import Coalesce, Greatest

from citytools.history_words import Change, Names, changes, tracked_fields
from contracts.models import Contract, ContractPartner, ContractQuerySet, Framework


def counted_contracts(contracts: ContractQuerySet) -> Any:
    """Contracts with `changes` and `changed_at`; who shares one is part of it."""
    return _counted(contracts, (Contract, "pgh_obj"), (ContractPartner, "contract"))


def counted_frameworks(frameworks: models.QuerySet[Framework]) -> Any:
    """Frameworks with `changes` and `changed_at`."""
    return _counted(frameworks, (Framework, "pgh_obj"))


def _counted(rows: Any, *histories: tuple[Any, str]) -> Any:
    """Annotate `changes`, the writes after the first, and `changed_at`, when the last was.

    Each (model, field) is a history, and the field of its events that names the row. `changed_at`
    is null for a row without any history.
    """
    writes: Any = Value(-1)
    last = []
    for model, field in histories:
        events = model.pgh_event_model.objects.filter(**{field: OuterRef("pk")}).order_by()
        grouped = events.values(field)
        count = Subquery(grouped.annotate(n=Count("pgh_id")).values("n"), IntegerField())
        writes = writes + Coalesce(count, 0)
        last.append(Subquery(grouped.annotate(at=Max("pgh_created_at")).values("at")))
    latest = Greatest(*last) if len(last) > 1 else last[0]
    return rows.annotate(changes=Greatest(writes, Value(0)), changed_at=latest)


@dataclass(frozen=True)
class Written:
    """One write to a contract that still is there. `differences` is empty where it was added."""

    contract: Contract
    event: Any
    differences: Sequence[Change]

    @property
    def added(self) -> bool:
        """Whether the record was made by it."""
        return bool(self.event.pgh_label == "insert")


def latest(contracts: ContractQuerySet, most: int) -> list[Written]:
    """The newest writes to the contracts themselves, newest first; seven queries at most."""
    kept: Any = Contract.pgh_event_model.objects  # type: ignore[attr-defined]
    of_these = kept.filter(pgh_obj__in=contracts.order_by().values("pk"))
    earlier = kept.filter(pgh_obj_id=OuterRef("pgh_obj_id"), pgh_id__lt=OuterRef("pgh_id"))
    before = Subquery(earlier.order_by("-pgh_id").values("pgh_id")[:1])
    events = list(of_these.annotate(before=before).order_by("-pgh_created_at", "-pgh_id")[:most])
    previous = kept.in_bulk([event.before for event in events if event.before])
    names = Names([*events, *previous.values()])
    current = Contract.objects.for_list().in_bulk([event.pgh_obj_id for event in events])
    return [
        Written(current[event.pgh_obj_id], event, _differences(event, previous, names))
        for event in events
    ]


def _differences(event: Any, previous: dict[int, Any], names: Names) -> list[Change]:
    old = previous.get(event.before)
    if old is None or event.pgh_label != "update":
        return []
    return changes(old, event, tracked_fields(type(event)), names)
