"""What goes back when a batch is undone, counted, and why the rest stays, in sentences."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.apps import apps
from django.contrib import admin

from citytools.history.page import (
    RecordNames,
    account_names,
    author_name,
    field_label,
    in_london,
    version_name,
)
from citytools.history.undo_plan import Record, Refusal

MAX_RECORDS = 100
_VERBS = {"insert": "recorded", "update": "changed", "delete": "deleted"}
_COUNT_WORDS = (
    ("created", "created"),
    ("changed", "changed"),
    ("removed", "removed"),
    ("left", "left as they were"),
)
_UNDO_WORDS = (("created", "brought back"), ("changed", "changed back"), ("removed", "removed"))


def count_lines(counts: Mapping[str, Mapping[str, int]]) -> list[str]:
    """'Contracts: 3 created, 1 changed', for each kind of record."""
    return _lines(counts, _COUNT_WORDS)


def undo_lines(undone: Mapping[str, Mapping[str, int]]) -> list[str]:
    """'Contracts: 3 removed, 1 changed back', for each kind of record."""
    return _lines(undone, _UNDO_WORDS)


def _lines(counts: Mapping[str, Mapping[str, int]], words: Sequence[tuple[str, str]]) -> list[str]:
    lines = []
    # The most first: JSON keeps no order, and a load writes to thirty kinds of records
    for label, numbers in sorted(
        counts.items(), key=lambda pair: (-sum(pair[1].values()), pair[0])
    ):
        said = [f"{numbers[name]:,} {word}" for name, word in words if numbers.get(name)]
        if said:
            lines.append(f"{kind_name(label)}: {', '.join(said)}")
    return lines


def kind_name(label: str) -> str:
    """The plural of a model by its label; the label itself of one that is no more."""
    try:
        name = str(apps.get_model(label)._meta.verbose_name_plural)
    except LookupError:
        name = label
    return name[:1].upper() + name[1:]


@dataclass(frozen=True)
class RefusalLine:
    """One record that stays: what it is, why it stays, and whose history says more."""

    kind: str
    name: str
    sentence: str
    history: Record | None

    def __str__(self) -> str:
        return f"{self.kind} “{self.name}”: {self.sentence}"


def refusal_lines(refusals: Iterable[Refusal]) -> list[RefusalLine]:
    """A line for each; a few queries for each model, however many."""
    refusals = list(refusals)
    versions = _RevertedVersions(refusals)
    return [
        RefusalLine(
            str(model._meta.verbose_name).capitalize(),
            versions.name((model, record)),
            _sentence(refusal, versions),
            versions.history((model, record)),
        )
        for refusal in refusals
        for model, record in [refusal.record]
    ]


class _RevertedVersions:
    """The last versions of the records that refusals are about, and all names in them."""

    def __init__(self, refusals: Sequence[Refusal]) -> None:
        records = {refusal.record for refusal in refusals}
        records |= {refusal.other for refusal in refusals if refusal.other}
        self.last: dict[Record, Any] = {}
        for model in {model for model, _ in records if hasattr(model, "pgh_event_model")}:
            numbers = [record for kind, record in records if kind is model]
            events = model.pgh_event_model.objects.filter(pgh_obj_id__in=numbers)
            events = events.order_by("pgh_obj_id", "-pgh_id").distinct("pgh_obj_id")
            for event in events.select_related("pgh_context"):
                self.last[model, event.pgh_obj_id] = event
        events = list(self.last.values())
        self._people, self._names = account_names(events), RecordNames(events)

    def name(self, record: Record) -> str:
        if record not in self.last:
            return f"number {record[1]}"
        return version_name(self.last[record], self._names)

    def kind_and_name(self, record: Record) -> str:
        return f"{record[0]._meta.verbose_name} “{self.name(record)}”"

    def written(self, record: Record) -> str:
        """'changed on 28 November 2026, 10:05 by Ada Obi'."""
        event = self.last[record]
        who = author_name(event, self._people)
        by = f"by {who}" if event.pgh_context else "directly in the database"
        return f"{_VERBS[event.pgh_label]} on {in_london(event.pgh_created_at)} {by}"

    def history(self, record: Record) -> Record | None:
        """The record whose history has a page: of a link row, the record that it belongs to."""
        model, _ = record
        if model in admin.site._registry:
            return record
        for owner, model_admin in admin.site._registry.items():
            for link in getattr(model_admin, "history_links", ()):
                if link.model is model:
                    return owner, getattr(self.last[record], f"{link.field}_id")
        return None


def _sentence(refusal: Refusal, versions: _RevertedVersions) -> str:
    model, _ = refusal.record
    if refusal.reason == "changed":
        return f"{versions.written(refusal.record)}."
    if refusal.reason == "unknown":
        return "what it was before the batch is not recorded."
    if refusal.reason == "names":
        field = next(field for field in model._meta.fields if field.column == refusal.column)
        name = versions.name(refusal.other) if refusal.other else refusal.value
        return f"it would name “{name}” again ({field_label(field)}), which is no more."
    if refusal.reason == "database" or refusal.other is None:
        return refusal.words
    other = versions.kind_and_name(refusal.other)
    return {
        "confirmed": f"the {other} has been confirmed since, with it.",
        "part": f"the {other} stays, with which it belongs.",
        "named": f"the {other} names it, which stays.",
        "rows": f"the {other} was {versions.written(refusal.other)}.",
    }[refusal.reason]
