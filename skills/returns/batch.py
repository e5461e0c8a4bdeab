"""Saving a return as one batch."""

import datetime
from collections import Counter
from dataclasses import dataclass

from django.db import transaction

from boroughs.models import Return, Subject
from citytools.facts.provenance import SourceKind
from citytools.history.batches import batch
from citytools.models import Batch
from skills.models import SkillLevel
from skills.returns.sheet import Sheet, SheetRow

_ANSWERS = ("level", "headcount", "can_teach", "wants_help")
_SOURCE = ("source_kind", "source_url", "as_of", "confidence", "confirmed_on", "note")


@dataclass(frozen=True)
class SaveResult:
    """A saved return: how many levels were raised, lowered, unchanged and new.

    `batch` has a number unless nothing differed from what was recorded.
    """

    batch: Batch
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
    name, code = f"return on skills of {sheet.borough}, {day:%-d %B %Y}", sheet.borough.gss_code
    with transaction.atomic(), batch(Batch.Kind.RETURN, note=name, gss_code=code) as written:
        rows = sheet.answered
        result = SaveResult(written, Counter(map(_direction, rows)), len(sheet.rows) - len(rows))
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
        written.note = f"{name}: {result.words}"
    return result


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
