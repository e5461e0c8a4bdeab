"""Undoing a batch: every record as it was before, within one transaction, or a list of reasons.

Versions are written back from the event tables in sets, under their old primary keys. What the
database refuses is looked for row by row and becomes a reason like the others. An undo is a batch
itself, and is undone in the same way.
"""

import hashlib
import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any

import pgtrigger
from django.apps import apps
from django.db import DataError, IntegrityError, InternalError, connection, transaction

from citytools.facts import provenance
from citytools.history import DerivedRowTrigger, batches, undo_plan
from citytools.history.foreign_keys import foreign_key_columns
from citytools.history.undo_plan import Record, RecordWrite, Refusal, UndoPlan
from citytools.imports import lock_tables
from citytools.models import Batch

CHUNK_ROWS = 1000
Progress = Callable[[int, int], None]
"""Is called with how many records have gone back, and how many there are."""


class UndoRefusedError(Exception):
    """Why nothing at all can be undone, in a sentence."""


@dataclass(frozen=True)
class UndoResult:
    """What an undo did, or would do.

    `undone` counts by model's label what was brought back, changed back and removed; `token` stands
    for all of it, so that a page's button does what the page said. `batch` is None where nothing
    was written.
    """

    undone: dict[str, Counter[str]]
    refusals: Sequence[Refusal]
    token: str
    batch: Batch | None = None

    @property
    def count(self) -> int:
        """How many records go back."""
        return sum(counts.total() for counts in self.undone.values())


def undo_batch(
    batch: Batch,
    *,
    others: bool,
    dry_run: bool = False,
    token: str = "",
    command: str = "",
    progress: Progress = lambda done, total: None,
) -> UndoResult:
    """Take a batch back, if nothing stands in the way; with `others`, what nothing stands in.

    All or nothing, in a transaction of its own. Nothing is written in a dry run, where records
    would have to stay and `others` is false, and where a token is given that no longer holds.
    """
    with transaction.atomic():
        lock_tables()
        plan = undo_plan.plan_undo(batch.context)
        with batches.batch(
            Batch.Kind.UNDO,
            command=command,
            undoes=batch,
            gss_code=batch.gss_code,
            note=f"undo of batch {batch.pk}",
        ) as written:
            _carry_out(plan, progress)
            result = _result(batch, plan)
            refused = bool(plan.refusals) and not others
            outdated = bool(token) and token != result.token
            if dry_run or refused or outdated or not plan.count:
                transaction.set_rollback(True)
            written.counts = _left(plan)
    return UndoResult(result.undone, result.refusals, result.token, written if written.pk else None)


def nothing_to_undo(batch: Batch) -> str:
    """Why there is nothing that could go back."""
    if batch.kind == Batch.Kind.REFRESH:
        return (
            "There is nothing to undo: values of metrics have no history, since they follow from "
            "the facts. The next record_metrics makes them again."
        )
    return "There is nothing to undo: all of it is as it was before."


def _result(batch: Batch, plan: UndoPlan) -> UndoResult:
    undone = {
        model._meta.label_lower: Counter(_verb(write) for write in writes.values())
        for model, writes in plan.writes.items()
        if writes
    }
    digest = hashlib.sha256(f"{batch.pk}".encode())
    for model, writes in plan.writes.items():
        digest.update(repr((model._meta.label_lower, sorted(writes.items()))).encode())
    for (model, record), refusal in plan.refusals.items():
        said = (model._meta.label_lower, record, refusal.reason, refusal.write)
        digest.update(repr(said).encode())
    return UndoResult(undone, list(plan.refusals.values()), digest.hexdigest()[:32])


def _verb(write: RecordWrite) -> str:
    if write.before is None:
        return "removed"
    return "changed" if write.present else "created"


def _left(plan: UndoPlan) -> dict[str, dict[str, int]]:
    left = Counter(model._meta.label_lower for model, _ in plan.refusals)
    return {label: {"left": number} for label, number in left.items()}


def _carry_out(plan: UndoPlan, progress: Progress) -> None:
    """Write it, and refuse in the plan what the database refuses, until it refuses nothing.

    UndoRefusedError where it refuses the whole, and no record can be named.
    """
    while True:
        writer = _Writer(plan, progress)
        try:
            # A version brings its own confirmation back, and past rows come back by themselves
            with pgtrigger.ignore(*_derived_row_triggers()), provenance.confirmation_stated():
                writer.write()
                if writer.refused:
                    raise _RecordsRefusedError
                connection.check_constraints()
            return
        except _RecordsRefusedError:
            undo_plan.refuse_by_database(plan, writer.refused)
        except REFUSALS as error:
            if not undo_plan.refuse_changed_parts(plan):
                raise UndoRefusedError(refusal_words(error)) from error
        undo_plan.settle(plan)


class _RecordsRefusedError(Exception):
    """Takes back what was written, to be written again without the records that were refused."""


def _derived_row_triggers() -> list[str]:
    return [
        f"{model._meta.label}:{trigger.name}"
        for model, trigger in pgtrigger.registered()
        if isinstance(trigger, DerivedRowTrigger)
    ]


class _Writer:
    """Writes the versions back; `refused` says of each record why the database refuses it.

    What names others is deleted first and written last: most foreign keys wait for the end of the
    transaction, but those that only the database knows do not.
    """

    def __init__(self, plan: UndoPlan, progress: Progress) -> None:
        self._plan, self._progress, self._done = plan, progress, 0
        self.refused: dict[Record, str] = {}

    def write(self) -> None:
        models = _named_first(self._plan.writes)
        for model in reversed(models):
            writes = self._plan.writes[model]
            removed = {record: record for record, write in writes.items() if write.before is None}
            self._write(model, _DELETE, removed)
        for model in models:
            writes = self._plan.writes[model]
            back = {record: write.before for record, write in writes.items() if write.before}
            present = {record: back[record] for record in back if writes[record].present}
            self._write(model, _UPDATE, present)
            # Also what the database has deleted together with a record that was removed
            self._write(model, _INSERT, back, progress=len(back) - len(present))

    def _write(
        self, model: Any, statement: str, numbers: dict[int, int], progress: int | None = None
    ) -> None:
        """Run a statement on events or records, in chunks; row by row where one is refused."""
        statement = _with_names(statement, model)
        failed: dict[int, int] = {}
        for chunk in _chunks(numbers):
            failed |= self._halved(statement, chunk)
            step = len(chunk) if progress is None else progress * len(chunk) // len(numbers)
            self._done += step
            self._progress(self._done, self._plan.count)
        # Two records may only have waited for each other's name to be free
        while failed and len(again := self._halved(statement, failed)) < len(failed):
            failed = again
        if failed and statement == _with_names(_UPDATE, model):
            failed = self._replayed(model, statement, failed)
        for record, number in failed.items():
            self.refused[model, record] = _refusal(statement, number) or "It is refused."

    def _halved(self, statement: str, numbers: dict[int, int]) -> dict[int, int]:
        """Those on which the statement fails."""
        if not numbers or _refusal(statement, *numbers.values()) is None:
            return {}
        if len(numbers) == 1:
            return numbers
        pairs = list(numbers.items())
        halves = pairs[: len(pairs) // 2], pairs[len(pairs) // 2 :]
        return {k: v for half in halves for k, v in self._halved(statement, dict(half)).items()}

    def _replayed(self, model: Any, statement: str, failed: dict[int, int]) -> dict[int, int]:
        """Those which cannot go back step by step either, the last step of the batch first.

        Records that exchanged a name did so by way of a third name.
        """
        refused = {}
        with connection.cursor() as cursor:
            cursor.execute(
                _with_names(_STEPS, model),
                [list(failed), self._plan.context],
            )
            steps = cursor.fetchall()
        for record, before in steps:
            if _refusal(statement, before) is not None:
                refused[record] = failed[record]
        return refused


def _chunks(numbers: dict[int, int]) -> Iterator[dict[int, int]]:
    pairs = iter(numbers.items())
    while chunk := dict(islice(pairs, CHUNK_ROWS)):
        yield chunk


_DELETE = "DELETE FROM {table} WHERE {key} = ANY(%s)"
_UPDATE = """
UPDATE {table} AS record SET ({columns}) = ROW({values}) FROM {events} AS event
WHERE event.pgh_id = ANY(%s) AND record.{key} = event.pgh_obj_id
"""
_INSERT = """
INSERT INTO {table} ({key}, {columns}) SELECT event.pgh_obj_id, {values} FROM {events} AS event
WHERE event.pgh_id = ANY(%s)
AND NOT EXISTS (SELECT 1 FROM {table} AS record WHERE record.{key} = event.pgh_obj_id)
"""
_STEPS = """
SELECT event.pgh_obj_id, (
    SELECT max(earlier.pgh_id) FROM {events} AS earlier
    WHERE earlier.pgh_obj_id = event.pgh_obj_id AND earlier.pgh_id < event.pgh_id
) FROM {events} AS event
WHERE event.pgh_obj_id = ANY(%s) AND event.pgh_context_id = %s
    AND event.pgh_label = 'update'
ORDER BY event.pgh_id DESC
"""


def _with_names(statement: str, model: Any) -> str:
    quote, names = connection.ops.quote_name, undo_plan.columns(model)
    return statement.format(
        table=quote(model._meta.db_table),
        key=quote(undo_plan.key_column(model)),
        events=undo_plan.event_table(model),
        columns=", ".join(names),
        values=", ".join(f"event.{name}" for name in names),
    )


REFUSALS = (IntegrityError, DataError, InternalError)
"""What the database raises for values that it does not take, and not for its own troubles."""


def _refusal(statement: str, *numbers: int) -> str | None:
    """Why the database refuses a statement, which is then taken back; None where it does not."""
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement, [list(numbers)])
    except REFUSALS as error:
        return refusal_words(error)
    return None


def _named_first(models: Iterable[Any]) -> list[Any]:
    """The models, each after those that it names."""
    targets: dict[Any, set[Any]] = defaultdict(set)
    for reference in foreign_key_columns():
        targets[reference.model].add(reference.target)
    ordered: dict[Any, None] = {}

    def visit(model: Any, on_the_way: frozenset[Any]) -> None:
        for target in sorted(targets[model] - on_the_way, key=lambda kind: kind._meta.label):
            visit(target, on_the_way | {model})
        ordered.setdefault(model)

    for model in models:
        visit(model, frozenset())
    requested = set(models)
    return [model for model in ordered if model in requested]


_TAKEN = re.compile(r"Key \((.+?)\)=\((.*)\) already exists")


def refusal_words(error: Exception) -> str:
    """What the database refused: in the words of the constraint, or which value is taken."""
    details = getattr(error.__cause__, "diag", None)
    name = getattr(details, "constraint_name", None)
    for model in apps.get_models():
        for constraint in model._meta.constraints:
            if constraint.name == name:
                return str(constraint.violation_error_message)
    if taken := _TAKEN.search(getattr(details, "message_detail", None) or ""):
        return f"Another record has this {taken[1]} by now: {taken[2]}."
    message = str(getattr(details, "message_primary", None) or error)
    return f"The database refuses it: {message}."
