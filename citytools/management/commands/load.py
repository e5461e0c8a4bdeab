"""Load the fixtures: everything or, where a row is wrong, nothing and a list of what is."""

import csv
import os
import time
from argparse import ArgumentParser
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

from django.apps import apps
from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import DatabaseError, connection, transaction

import boroughs.imports
import contracts.imports
import research.imports
import skills.imports
import systems.imports
from citytools.facts import provenance
from citytools.history.batches import batch, file_records, undo_hint
from citytools.imports import ImportRun, lock_tables
from citytools.imports.conflicts import ConflictLog
from citytools.imports.faults import Fault, LoadError, fault_report
from citytools.imports.import_report import report_lines
from citytools.management.demonstration.files import COLUMNS as DEMONSTRATION
from citytools.models import Batch
from citytools.staff.group import APPS
from systems.models import System

Reader = Callable[[Path, ImportRun], None]

READERS: dict[str, Reader] = {
    **boroughs.imports.FILES,
    **systems.imports.FILES,
    **contracts.imports.FILES,
    **skills.imports.FILES,
    **research.imports.FILES,
}
"""Every file that can be loaded, in the order in which they rest on each other."""

ONLY_ONCE_RETURNED = {"returns.csv", "skill_levels.csv", "past_levels.csv"}
"""Real ones exist only once a borough has answered."""

DEMO_HELP = (
    "yes or no: load the demonstration set too. Without it DEMO of the environment decides; "
    "without that it is loaded, but in production it is not"
)


SOMETHING_WAITS = 2

_FORMER_DEMONSTRATION = (
    "{} invented systems are in no file any more. To begin the demonstration anew: "
    "manage.py forget_demonstration, then load again."
)
_WAITS = (
    "{} for a decision. Correct the file or the record; or insist on the file with --take; or say "
    "--leave, if it is to stay so."
)


class Command(BaseCommand):
    help = (
        "Loads the fixtures in one transaction. A field that a load wrote last is changed where a "
        "file says otherwise; what a person wrote (in the admin, by a return, a restore, or "
        "directly in the database) stays and is listed, links too, and what a person deleted "
        "stays deleted. Records that no file names are as they were. Where anything in a file is "
        "wrong, nothing is loaded, all of it is printed, and the exit code is 1. Exit code "
        f"{SOMETHING_WAITS}: something listed waits for a decision."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--demo", choices=["yes", "no"], help=DEMO_HELP)
        parser.add_argument(
            "--from", dest="fixtures", type=Path, default=settings.BASE_DIR / "fixtures"
        )
        parser.add_argument(
            "--dry-run", action="store_true", help="list what would be done, and do nothing"
        )
        parser.add_argument(
            "--take",
            action="append",
            default=[],
            metavar="NAME",
            help="follow the files here even against a person: a field (ends_on, or only that of "
            "contracts.ends_on), or a record by its key, slug or name as printed; may be repeated",
        )
        parser.add_argument(
            "--leave", action="store_true", help="exit with 0 though something was left to staff"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        fixtures: Path = options["fixtures"]
        required: dict[Path, Iterable[str]] = {fixtures: READERS.keys() - ONLY_ONCE_RETURNED}
        demo = demo_choice(options["demo"])
        if demo == "yes":
            required[fixtures / "demo"] = DEMONSTRATION.keys()
        run = ImportRun(conflicts=ConflictLog(frozenset(options["take"])))
        begun, dry = time.monotonic(), options["dry_run"]
        try:
            written = _write(required, run, dry=dry)
        except LoadError as error:
            report = fault_report(error.faults, every=options["verbosity"] > 1)
            notes = "".join(f"{note}\n" for note in run.faults.notes)
            raise CommandError(f"{notes}{report}\nNothing was loaded.") from error
        except DatabaseError as error:
            reason = str(error).splitlines()[0]
            raise CommandError(f"The database refuses it: {reason}. Nothing was loaded.") from error
        for note in run.faults.notes:
            self.stdout.write(note)
        for line in report_lines(run, every=options["verbosity"] > 1):
            self.stdout.write(line)
        if dry:
            self.stdout.write("Nothing was written: this was a dry run.")
        else:
            self.stdout.write(f"Loaded in {time.monotonic() - begun:.1f} s.")
        if hint := undo_hint(written):
            self.stdout.write(hint)
        if demo == "yes" and (former := _systems_of_a_former_demonstration(fixtures / "demo")):
            self.stdout.write(_FORMER_DEMONSTRATION.format(former))
        if (waiting := len(run.conflicts.waiting)) and not options["leave"]:
            count = "1 thing waits" if waiting == 1 else f"{waiting:,} things wait"
            raise CommandError(_WAITS.format(count), returncode=SOMETHING_WAITS)


def _systems_of_a_former_demonstration(folder: Path) -> int:
    """Invented systems that the files no longer name: loads delete nothing by themselves."""
    with (folder / "systems.csv").open(encoding="utf-8", newline="") as file:
        keys = {row["key"] for row in csv.DictReader(file)}
    return System.objects.illustrative().exclude(key__in=keys).count()


def _write(required: Mapping[Path, Iterable[str]], run: ImportRun, *, dry: bool) -> Batch:
    """Load the folders, each with at least these files; returns what was written."""
    with transaction.atomic(), batch(Batch.Kind.LOAD, command="load") as written:
        # A file says itself when a borough confirmed what stands in it
        with provenance.confirmation_stated():
            wait_for_other_loads()
            lock_tables()
            for folder, files in required.items():
                load(folder, files, run)
            run.faults.check()
            run.conflicts.check_takes()
        # What is checked at the end of a transaction is checked now: a dry run has no such end
        connection.check_constraints()
        if dry:
            transaction.set_rollback(True)
        elif run.has_written:
            take_statistics()
            written.files = file_records(_paths(required))
            written.counts = run.left_counts()
    return written


def demo_choice(option: str | None) -> str:
    """yes or no, so that nobody publishes inventions by oversight.

    As the command's option says, else DEMO, else yes on one's own machine alone.
    """
    choice = option or os.environ.get("DEMO") or ("no" if settings.PRODUCTION else "yes")
    if choice not in {"yes", "no"}:
        # argparse checks no default, and this one may come from the environment
        raise CommandError(f"DEMO={choice} means nothing: write yes or no.")
    return choice


def load(folder: Path, required: Iterable[str], run: ImportRun) -> None:
    """Every file of a folder; one that is missing or that nobody reads is a fault."""
    for path in sorted([*folder.glob("*.csv"), *folder.glob("*.json")]):
        if path.name not in READERS:
            remedy = f"Rename it to one of {', '.join(READERS)}, or move it elsewhere."
            reason = f"Nothing in {folder.name} is called so."
            run.faults.add(Fault(f"{folder.name}/{path.name}", "", "", reason, remedy))
    for name, read in READERS.items():
        if name in required or (folder / name).exists():
            read(folder / name, run)


def _paths(folders: Iterable[Path]) -> list[Path]:
    paths = [folder / name for folder in folders for name in READERS]
    return [path for path in paths if path.exists()]


def wait_for_other_loads() -> None:
    """Two at once would both find a record missing: the second waits, then finds it there."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext('city tools load'))")


def take_statistics() -> None:
    """Tell the planner what the tables hold now.

    Until it knows, by itself after a minute or more, it may take minutes over one page. What it
    finds by itself meanwhile is worse: the rows of an open transaction count as none.
    """
    with connection.cursor() as cursor:
        cursor.execute(f"ANALYZE {', '.join(tables())}")


def tables() -> list[str]:
    """Names of all tables of facts, of their history and of what is derived from them, quoted."""
    models = apps.get_models(include_auto_created=True)
    labels = {*APPS, "citytools"}
    names = {model._meta.db_table for model in models if model._meta.app_label in labels}
    return [connection.ops.quote_name(name) for name in sorted(names)]
