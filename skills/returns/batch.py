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

KINDS = (SkillLevel, Return, PastLevel)
"""What a return writes; a trigger writes the past levels, so that they are undone last."""
_ANSWERS = ("level", "headcount", "can_teach", "wants_help")
_SOURCE = ("source_kind", "source_url", "as_of", "confidence", "confirmed_on", "note")


@dataclass(frozen=True)
class SaveResult:
    """What became of a return: its batch, and how many levels went which way."""

    batch: UUID
    counts: Counter[str]
    unanswered: int

    @property
    def words(self) -> str:
        """'3 raised, 1 lowered, 24 unchanged, 2 new; 0 not answered, …'."""
        told = ", ".join(
            f"{self.counts[way]} {way}" for way in ("raised", "lowered", "unchanged", "new")
        )
        stay = "stays as it was" if self.unanswered == 1 else "stay as they were"
        return f"{told}; {self.unanswered} not answered" + (f", {stay}" if self.unanswered else "")


def save_return(sheet: Sheet) -> SaveResult:
    """Write a valid sheet: its levels, and the return itself; within the sheet's transaction.

    A level that is not answered keeps what was recorded, with its own date.
    """
    day: datetime.date = sheet.head.cleaned_data["received_on"]
    name = f"return on skills of {sheet.borough}, {day:%-d %B %Y}"
    with transaction.atomic(), pghistory.context(batch=name) as recorded:
        rows = sheet.answered
        counts = Counter(_direction(row) for row in rows)
        levels = [_level(row, sheet) for row in rows]
        SkillLevel.objects.bulk_create([level for level in levels if level.pk is None])
        kept = [level for level in levels if level.pk is not None]
        SkillLevel.objects.bulk_update(kept, [*_ANSWERS, *_SOURCE])
        _save_return_record(sheet)
    return SaveResult(recorded.id, counts, len(sheet.rows) - len(rows))


def _direction(row: SheetRow) -> str:
    if row.present is None or row.present.illustrative:
        return "new"
    now, before = row.form.cleaned_data["level"], row.present.level
    return "raised" if now > before else "lowered" if now < before else "unchanged"


def _level(row: SheetRow, sheet: Sheet) -> SkillLevel:
    """A level with the answers of the return; the one recorded, where there is one."""
    known = row.present
    pk = known.pk if known else None
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


def _save_return_record(sheet: Sheet) -> None:
    complete = sheet.head.cleaned_data["complete"]
    Return.objects.update_or_create(
        borough=sheet.borough,
        subject=Subject.SKILLS,
        received_on=sheet.head.cleaned_data["received_on"],
        defaults=_source(sheet) | {"complete": complete},
    )


@dataclass(frozen=True)
class LevelWrite:
    """One level that a batch wrote; `before` is None where there was none."""

    skill: Skill
    before: Level | None
    after: Level
    others: Sequence[str]


@dataclass(frozen=True)
class ReturnBatch:
    """All that one batch wrote."""

    writes: Sequence[BatchWrite]
    steps: Sequence[LevelWrite]
    name: str

    @property
    def standing(self) -> bool:
        """Whether all of it is as the batch left it, so that it can be undone."""
        return all(write.latest for write in self.writes)


def find_return_batch(borough: Borough, number: UUID) -> ReturnBatch | None:
    """A return's batch by its number; None where this borough has none of it."""
    writes = batches.batch_writes(KINDS, number)
    levels = [write for write in writes if write.model is SkillLevel]
    own = [write for write in levels if write.after.borough_id == borough.pk and not write.deleted]
    name = own[0].after.pgh_context.metadata.get("batch") if own else None
    if not name or len(own) < len(levels):
        return None
    skills = Skill.objects.in_bulk([write.after.skill_id for write in own])
    steps = [_step(write, skills) for write in own if write.after.skill_id in skills]
    steps.sort(key=lambda step: (step.skill.position, step.skill.pk))
    return ReturnBatch(writes, steps, name)


_WORDS = {"headcount": "people", "can_teach": "would teach", "wants_help": "wants help"}
_PLAIN = {True: "yes", False: "no", None: "not known", "": "not known"}


def _step(write: BatchWrite, skills: dict[int, Skill]) -> LevelWrite:
    before, after = write.before, write.after
    others = []
    for name, words in _WORDS.items():
        old, new = (getattr(one, name, "") for one in (before, after))
        if (old or None) != (new or None) or isinstance(old, bool) != isinstance(new, bool):
            others.append(f"{words}: {_PLAIN.get(old, old)} to {_PLAIN.get(new, new)}")
    return LevelWrite(
        skills[after.skill_id],
        None if before is None else Level(before.level),
        Level(after.level),
        others,
    )


def undo_return(batch: ReturnBatch) -> None:
    """Put all back as it was before the batch; only while it stands."""
    with transaction.atomic():
        batches.undo_writes(batch.writes)
