"""Saving a return as one batch, what a batch changed, and undoing it."""

import datetime
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

import pghistory
from django.db import transaction

from boroughs.models import Borough, Return, Subject
from citytools.facts.provenance import SourceKind
from citytools.history import batches
from citytools.history.batches import BatchWrite
from skills.models import Level, PastLevel, Skill, SkillLevel
from skills.returns.sheet import Sheet, SheetRow

# What a return writes; a trigger writes the past levels, so that they are undone last
KINDS = (SkillLevel, Return, PastLevel)
_ANSWERS = ("level", "headcount", "can_teach", "wants_help")
_SOURCE = ("source_kind", "source_url", "as_of", "confidence", "confirmed_on", "note")


@dataclass(frozen=True)
class SaveResult:
    """A saved return: its batch, and how many levels were raised, lowered, unchanged and new."""

    batch: UUID
    counts: Counter[str]
    unanswered: int

    @property
    def words(self) -> str:
        """'3 raised, 1 lowered, 24 unchanged, 2 new; 0 not answered, …'."""
        directions = ("raised", "lowered", "unchanged", "new")
        counts = ", ".join(f"{self.counts[direction]} {direction}" for direction in directions)
        stay = ", stays as it was" if self.unanswered == 1 else ", stay as they were"
        return f"{counts}; {self.unanswered} not answered{stay if self.unanswered else ''}"


def save_return(sheet: Sheet) -> SaveResult:
    """Write a valid sheet: its levels, and the return itself; within the sheet's transaction.

    A level that is not answered keeps what was recorded, with its own date.
    """
    day: datetime.date = sheet.head.cleaned_data["received_on"]
    name = f"return on skills of {sheet.borough}, {day:%-d %B %Y}"
    with transaction.atomic(), pghistory.context(batch=name) as recorded:
        rows = sheet.answered
        levels = [_level(row, sheet) for row in rows]
        new = [level for level in levels if level.pk is None]
        present = [level for level in levels if level.pk is not None]
        SkillLevel.objects.bulk_create(new)
        SkillLevel.objects.bulk_update(present, [*_ANSWERS, *_SOURCE])
        Return.objects.update_or_create(
            borough=sheet.borough,
            subject=Subject.SKILLS,
            received_on=day,
            defaults=_source(sheet) | {"complete": sheet.head.cleaned_data["complete"]},
        )
    counts = Counter(_direction(row) for row in rows)
    return SaveResult(recorded.id, counts, len(sheet.rows) - len(rows))


def _direction(row: SheetRow) -> str:
    if row.present is None or row.present.illustrative:
        return "new"
    now, before = row.form.cleaned_data["level"], row.present.level
    return "raised" if now > before else "lowered" if now < before else "unchanged"


def _level(row: SheetRow, sheet: Sheet) -> SkillLevel:
    """The recorded level, or a new one, with the answers of the return."""
    pk = row.present.pk if row.present else None
    answers = {name: row.form.cleaned_data[name] for name in _ANSWERS}
    return SkillLevel(pk=pk, borough=sheet.borough, skill=row.skill, **answers, **_source(sheet))


def _source(sheet: Sheet) -> dict[str, object]:
    return {
        "source_kind": SourceKind.RETURN,
        "source_url": "",
        "as_of": sheet.head.cleaned_data["received_on"].isoformat(),
        "confidence": sheet.head.cleaned_data["confidence"],
        "confirmed_on": None,
        "note": "",
    }


@dataclass(frozen=True)
class LevelWrite:
    """One level that a batch wrote; `before` is None where there was none.

    `differences`: the other answers that changed, such as 'people: 1 to 2 to 3 to 5'.
    """

    skill: Skill
    before: Level | None
    after: Level
    differences: Sequence[str]


@dataclass(frozen=True)
class ReturnBatch:
    """All that one batch wrote."""

    writes: Sequence[BatchWrite]
    levels: Sequence[LevelWrite]
    name: str

    @property
    def undoable(self) -> bool:
        """Whether all of it is still as the batch left it."""
        return all(write.latest for write in self.writes)


def find_return_batch(borough: Borough, number: UUID) -> ReturnBatch | None:
    """A return's batch by its number; None where it is not a return of this borough."""
    writes = batches.batch_writes(KINDS, number)
    levels = [write for write in writes if write.model is SkillLevel]
    own = [write for write in levels if write.after.borough_id == borough.pk and not write.deleted]
    name = own[0].after.pgh_context.metadata.get("batch") if own else None
    if not name or len(own) < len(levels):
        return None
    skills = Skill.objects.in_bulk([write.after.skill_id for write in own])
    level_writes = [_level_write(write, skills) for write in own if write.after.skill_id in skills]
    level_writes.sort(key=lambda level: (level.skill.position, level.skill.pk))
    return ReturnBatch(writes, level_writes, name)


_WORDS = {"headcount": "people", "can_teach": "would teach", "wants_help": "wants help"}
_PLAIN = {True: "yes", False: "no", None: "not known", "": "not known"}


def _level_write(write: BatchWrite, skills: dict[int, Skill]) -> LevelWrite:
    before, after = write.before, write.after
    differences = []
    for name, words in _WORDS.items():
        old, new = (getattr(record, name, "") for record in (before, after))
        # A "no" differs from not known, an empty band from none does not
        if (old or None) != (new or None) or isinstance(old, bool) != isinstance(new, bool):
            differences.append(f"{words}: {_PLAIN.get(old, old)} to {_PLAIN.get(new, new)}")
    return LevelWrite(
        skills[after.skill_id],
        None if before is None else Level(before.level),
        Level(after.level),
        differences,
    )


def undo_return(batch: ReturnBatch) -> None:
    """Put all back as it was before the batch; only while it is undoable."""
    with transaction.atomic():
        batches.undo_writes(batch.writes)
