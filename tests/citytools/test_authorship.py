"""Whose each value is: the replay of the event log against a second, naive one."""

from dataclasses import dataclass
from typing import Any

import pghistory
import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from hypothesis import given, settings
from hypothesis import strategies as st

from citytools.history import batches, undo
from citytools.imports import ImportRun
from citytools.imports.authorship import Authorship
from citytools.imports.csv_reader import CsvRow
from citytools.imports.table_writer import RecordDraft
from citytools.models import Batch
from systems.models import Supplier
from tests import factories

pytestmark = pytest.mark.django_db

FIELDS = ("note", "company_number")
PEOPLE = ("ada", "shell", "restore")


@dataclass(frozen=True)
class Write:
    """What was written by whom: people's and migrations' values, or what a file said."""

    author: str
    values: dict[str, str]


def owner_of(writes: list[Write], field: str) -> tuple[str, bool]:
    """The present value of a field, and whether it is a person's, by walking back in time."""
    states = [("program", "")]
    for number, write in enumerate(writes):
        present = states[-1][1]
        if write.author == "load" and owner_of(writes[:number], field)[1]:
            continue
        value = write.values.get(field, present)
        if value != present:
            before = states[-1][0]
            author = {"load": "program", "migrate": before}.get(write.author, "person")
            by_programs = [value for author, value in states if author == "program"]
            states.append(("program" if value == by_programs[-1] else author, value))
    author, value = states[-1]
    return value, author == "person"


def load_of(values: dict[str, str]) -> ImportRun:
    run = ImportRun()
    line = CsvRow("suppliers.csv", "row 2", {})
    draft = RecordDraft(line, {"name": "Ape", "slug": "ape", **values})
    run.upsert(Supplier, [draft], key=["slug"])
    return run


def write(entry: Write) -> None:
    context: dict[str, Any] = {"user": 1} if entry.author in PEOPLE else {"command": entry.author}
    if entry.author == "shell":
        with connection.cursor() as cursor:
            cursor.execute("SELECT set_config('pghistory.context_id', '', true)")
        Supplier.objects.update(**entry.values)
        return
    with pghistory.context(**context):
        Supplier.objects.update(**entry.values)


values = st.dictionaries(st.sampled_from(FIELDS), st.sampled_from(["", "a", "b", "c"]), min_size=1)
steps = st.lists(
    st.builds(Write, st.sampled_from(["ada", "shell", "migrate", "load", "load", "undo"]), values),
    max_size=9,
)


@settings(max_examples=60, deadline=None)
@given(steps)
def test_a_load_writes_what_is_no_persons_and_names_all_else(plan: list[Write]) -> None:
    with transaction.atomic():
        with pghistory.context(command="load"):
            load_of({"note": "", "company_number": ""})
        _walk(plan)
        transaction.set_rollback(True)


def _walk(plan: list[Write]) -> None:
    effective: list[Write] = []
    latest: Batch | None = None
    for entry in plan:
        if entry.author == "undo":
            if latest and latest.pk:
                undo_by_ada(latest)
                effective.pop()
            latest = None
        elif entry.author == "load":
            before = {field: owner_of(effective, field) for field in FIELDS}
            with batches.batch(Batch.Kind.LOAD, command="load") as latest:
                run = load_of(entry.values)
            effective.append(entry)
            named = {c.field.name: (c.present, c.stated) for c in run.conflicts.waiting if c.field}
            assert named == {
                field: (before[field][0], value)
                for field, value in entry.values.items()
                if before[field][1] and before[field][0] != value
            }
        else:
            write(entry)
            effective.append(entry)
            latest = None
        supplier = Supplier.objects.get()
        people = Authorship(Supplier).records.get(supplier.pk)
        edits = people.edits if people else {}
        for field in FIELDS:
            value, is_persons = owner_of(effective, field)
            assert (getattr(supplier, field), field in edits) == (value, is_persons)


def undo_by_ada(batch: Batch) -> Batch:
    with pghistory.context(user=1):
        written = undo.undo_batch(batch, others=False).batch
    assert written
    return written


def test_an_undo_that_was_undone_counts_no_more() -> None:
    with pghistory.context(command="load"):
        load_of({"note": "a"})
    with pghistory.context(user=1):
        Supplier.objects.update(company_number="1")
    with batches.batch(Batch.Kind.LOAD, command="load") as load:
        load_of({"note": "b"})
    undone: Batch = load
    for note, edited in (("a", False), ("b", False), ("a", False)):
        undone = undo_by_ada(undone)
        assert Supplier.objects.get().note == note
        (people,) = Authorship(Supplier).records.values()
        assert ("note" in people.edits) == edited


def test_a_batch_of_a_person_that_was_undone_leaves_nothing_of_theirs() -> None:
    with pghistory.context(command="load"):
        load_of({"note": "a"})
    with pghistory.context(user=1), batches.batch(Batch.Kind.ACTION) as action:
        Supplier.objects.update(note="b")
    undo_by_ada(action)
    with pghistory.context(command="load"):
        run = load_of({"note": "c"})
    assert (Supplier.objects.get().note, run.conflicts.waiting) == ("c", [])


def test_a_load_undone_and_its_file_corrected_loads_as_if_it_had_never_been() -> None:
    with batches.batch(Batch.Kind.LOAD, command="load") as load:
        load_of({"note": "a"})
    undo_by_ada(load)
    assert not Supplier.objects.exists()
    with pghistory.context(command="load"):
        run = load_of({"note": "b"})
    assert (Supplier.objects.get().note, run.conflicts.waiting) == ("b", [])


def test_a_version_that_a_person_restored_is_theirs() -> None:
    for note in ("a", "b"):
        with pghistory.context(command="load"):
            load_of({"note": note})
    with pghistory.context(user=1, url="/admin/restore/"):
        Supplier.objects.update(note="a")
    with pghistory.context(command="load"):
        load_of({"note": "b"})
    assert Supplier.objects.get().note == "a"


def test_many_edited_records_take_as_many_queries_as_one() -> None:
    counts = []
    for number in (1, 60):
        with pghistory.context(command="load"):
            factories.start_over()
            Supplier.objects.all().delete()
            Supplier.objects.bulk_create(
                Supplier(name=f"S {n}", slug=f"s-{n}", note="a") for n in range(number)
            )
        with pghistory.context(user=1):
            Supplier.objects.update(note="b")
        drafts = [
            RecordDraft(
                CsvRow("s.csv", f"row {n}", {}), {"slug": f"s-{n}", "name": f"S {n}", "note": "c"}
            )
            for n in range(number)
        ]
        with CaptureQueriesContext(connection) as queries:
            ImportRun().upsert(Supplier, drafts, key=["slug"])
        counts.append(len(queries))
    assert counts[0] == counts[1]
