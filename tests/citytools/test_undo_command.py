"""manage.py undo: what it says, what it refuses, and how fast it is."""

import re
import resource
import time
from io import StringIO
from typing import Any

import pghistory
import pytest
from django.core.management import CommandError, call_command
from django.db import OperationalError
from django.test import Client

from citytools.history import undo
from citytools.history.batches import batch
from citytools.models import Batch
from contracts.models import Contract, ContractPartner
from systems.models import Supplier
from tests import factories
from tests.loading import load
from tests.snapshots import facts, files

pytestmark = pytest.mark.django_db


def undone(number: object, *arguments: str) -> str:
    out = StringIO()
    call_command("undo", str(number), *arguments, stdout=out, stderr=StringIO())
    return out.getvalue()


def number_in(report: str) -> int:
    """The number of the batch that a command prints."""
    found = re.search(r"Batch (\d+)\. To undo: manage\.py undo \1$", report, re.MULTILINE)
    assert found
    return int(found[1])


@pytest.mark.django_db(transaction=True)
def test_a_load_is_undone_by_the_number_that_it_prints_and_so_is_the_undo(client: Client) -> None:
    before, empty = facts(), files(client)
    number = number_in(load())
    loaded, full = facts(), files(client)
    report = undone(number)
    assert f"Undone: Batch {number}. This is Batch" in report
    assert re.search(r"^Boroughs: \d+ removed$", report, re.MULTILINE)
    assert (facts(), files(client)) == (before, empty)
    undone(number_in(report.replace("This is ", "\n")))
    assert (facts(), files(client)) == (loaded, full)


@pytest.mark.django_db(transaction=True)
def test_what_was_invented_comes_back_as_staff_had_changed_it() -> None:
    load(demo="yes")
    with pghistory.context(user=1):
        Contract.objects.illustrative().update(note="By staff.")
    before = facts()
    out = StringIO()
    call_command("forget_demonstration", stdout=out)
    found = re.search(r"manage\.py undo (\d+)", out.getvalue())
    assert found
    undone(found[1])
    assert facts() == before


def test_a_dry_run_says_the_same_and_writes_nothing() -> None:
    with batch(Batch.Kind.LOAD, command="load") as written:
        factories.supplier()
    dry = undone(written.pk, "--dry-run")
    assert "Suppliers: 1 removed" in dry
    assert "Nothing was written: this was a dry run." in dry
    assert Supplier.objects.count() == Batch.objects.count() == 1
    assert "Suppliers: 1 removed" in undone(written.pk)
    assert not Supplier.objects.exists()


def test_what_changed_since_is_listed_and_the_others_are_undone_by_name() -> None:
    with batch(Batch.Kind.LOAD, command="load") as written:
        factories.supplier("One")
        factories.supplier("Two")
    with pghistory.context(user=1):
        Supplier.objects.filter(name="One").update(name="Better")
    out = StringIO()
    with pytest.raises(CommandError, match="To undo the others, add --others"):
        call_command("undo", str(written.pk), stdout=out)
    said = out.getvalue()
    assert "Left as they are (1):" in said
    assert re.search(
        r"- Supplier “Better”: changed on .+ by An account since deleted \(1\)\.", said
    )
    assert Supplier.objects.count() == 2
    assert "Undone: Batch" in undone(written.pk, "--others")
    assert [supplier.name for supplier in Supplier.objects.all()] == ["Better"]
    with pytest.raises(CommandError, match="none of it can be"):
        undone(written.pk, "--others")


def test_many_refusals_are_counted_and_all_named_if_asked() -> None:
    with batch(Batch.Kind.LOAD, command="load") as written:
        for _ in range(25):
            factories.supplier()
    with pghistory.context(user=1):
        Supplier.objects.update(note="Ours.")
    for verbosity, lines in ((1, 20), (2, 25)):
        out = StringIO()
        with pytest.raises(CommandError):
            call_command("undo", str(written.pk), verbosity=verbosity, stdout=out)
        assert out.getvalue().count("- Supplier") == lines
        assert ("and 5 more (-v 2 names all)" in out.getvalue()) == (lines == 20)


def test_a_refresh_says_what_to_do_instead() -> None:
    factories.borough()
    call_command("record_metrics", stdout=StringIO())
    written = Batch.objects.get(kind=Batch.Kind.REFRESH)
    assert written.counts["research.metricvalue"]["created"] > 0
    assert "values of metrics have no history" in undone(written.pk)
    call_command("record_metrics", stdout=StringIO())
    assert Batch.objects.filter(kind=Batch.Kind.REFRESH).count() == 1


@pytest.mark.parametrize("number", ["0", "-1", "99999999", "9" * 30, "x", "1.5", ""])
def test_a_number_that_is_none_is_said_in_words(number: str) -> None:
    with pytest.raises(CommandError, match=r"There is no batch|invalid int value|required"):
        undone(number)


@pytest.mark.parametrize(
    ("error", "words", "code"),
    [
        (KeyboardInterrupt(), "Stopped. Nothing was undone.", 130),
        (OperationalError("the disk is full\nmore"), "the disk is full. Nothing was undone.", 1),
        (undo.UndoRefusedError("It breaks a rule."), "It breaks a rule. Nothing was undone.", 1),
    ],
)
def test_what_stops_it_leaves_nothing_half_done(
    monkeypatch: pytest.MonkeyPatch, error: BaseException, words: str, code: int
) -> None:
    with batch(Batch.Kind.LOAD, command="load") as written:
        for _ in range(5):
            factories.supplier()
    before, calls = facts(), []
    monkeypatch.setattr(undo, "CHUNK_ROWS", 1)

    def stop(*_: Any) -> None:
        calls.append(1)
        if len(calls) == 3:
            raise error

    monkeypatch.setattr("citytools.management.commands.undo.Command._progress", stop)
    with pytest.raises(CommandError, match=re.escape(words)) as raised:
        undone(written.pk)
    assert raised.value.returncode == code
    assert facts() == before
    assert Batch.objects.count() == 1


@pytest.mark.drill
@pytest.mark.django_db(transaction=True)
def test_ten_thousand_records_are_undone_in_ten_seconds_and_300_megabytes(
    capsys: pytest.CaptureFixture[str],
) -> None:
    lead, partner = factories.borough(), factories.borough()
    old = [factories.contract(lead=lead) for _ in range(20)]
    supplier = old[0].supplier
    values = {"lead": lead, "supplier": supplier, **factories.SOURCE}
    Contract.objects.bulk_create(
        [Contract(title=f"Before {number}", **values) for number in range(4000)]
    )
    before = facts()
    with batch(Batch.Kind.NOTICES, command="import_ocds") as written:
        new = Contract.objects.bulk_create(
            [Contract(title=f"New {number}", **values) for number in range(4000)]
        )
        ContractPartner.objects.bulk_create(
            [ContractPartner(contract=contract, borough=partner) for contract in new[:2000]]
        )
        Contract.objects.filter(title__startswith="Before 1").update(annual_value=5)
        Contract.objects.filter(title__startswith="Before 2").delete()
        Contract.objects.filter(title__startswith="Before 3").update(ends_on="2030", note="Longer.")
    assert written.written > 9000
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    begun = time.monotonic()
    call_command("undo", str(written.pk))
    seconds = time.monotonic() - begun
    more_kilobytes = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - memory
    assert facts() == before
    said = capsys.readouterr()
    assert re.search(r"^\d,\d{3} of \d,\d{3} records …$", said.err, re.MULTILINE)
    assert seconds <= 10
    assert more_kilobytes <= 300 * 1024
    print(f"{written.written} records in {seconds:.1f} s, {more_kilobytes // 1024} MB more")
