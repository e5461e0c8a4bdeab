"""Load the fixtures: everything or, where a row is wrong, nothing and a list of what is."""

import os
import time
from argparse import ArgumentParser
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import pghistory
from django.apps import apps
from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import IntegrityError, connection

import boroughs.imports
import contracts.imports
import research.imports
import skills.imports
import systems.imports
from citytools.facts import provenance
from citytools.imports import ImportRun, lock_tables
from citytools.imports.authorship import skipped_row_sentences
from citytools.imports.faults import Fault, LoadError, fault_report
from citytools.management.demonstration.files import COLUMNS as DEMONSTRATION
from citytools.staff.group import APPS

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


class Command(BaseCommand):
    help = (
        "Loads the fixtures in one transaction. A record that a load wrote last is changed where a "
        "file says otherwise; one that a person wrote last (in the admin, by a return, a restore, "
        "or directly in the database) stays as it is, one that a person deleted stays deleted, and "
        "each row left for that reason is printed. Records that no file names are as they were. "
        "Where anything in a file is wrong, nothing is loaded and all of it is printed."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--demo", choices=["yes", "no"], help=DEMO_HELP)
        parser.add_argument(
            "--from", dest="fixtures", type=Path, default=settings.BASE_DIR / "fixtures"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        fixtures: Path = options["fixtures"]
        required: dict[Path, Iterable[str]] = {fixtures: READERS.keys() - ONLY_ONCE_RETURNED}
        demo = demo_choice(options["demo"])
        if demo == "yes":
            required[fixtures / "demo"] = DEMONSTRATION.keys()
        run, begun = ImportRun(), time.monotonic()
        try:
            with (
                # A file says itself when a borough confirmed what stands in it
                provenance.confirmation_stated(),
                pghistory.context(command="load", demonstration=demo) as recorded,
            ):
                wait_for_other_loads()
                lock_tables()
                for folder, files in required.items():
                    load(folder, files, run)
                run.faults.check()
                if run.has_written:
                    take_statistics()
        except LoadError as error:
            report = fault_report(error.faults, every=options["verbosity"] > 1)
            notes = "".join(f"{note}\n" for note in run.faults.notes)
            raise CommandError(f"{notes}{report}\nNothing was loaded.") from error
        except IntegrityError as error:
            # What only the end of a transaction shows has no row
            reason = str(error).splitlines()[0]
            raise CommandError(f"The database refuses it: {reason}. Nothing was loaded.") from error
        self._report(run, time.monotonic() - begun, str(recorded.id))

    def _report(self, run: ImportRun, seconds: float, recorded_as: str) -> None:
        for note in run.faults.notes:
            self.stdout.write(note)
        self.stdout.write(f"{'created':>42} changed unchanged removed")
        for name, counts in run.counts.items():
            self.stdout.write(
                f"{name:<34}{counts.created:>8}{counts.changed:>8}{counts.unchanged:>10}"
                f"{counts.removed:>8}"
            )
        self.stdout.write(
            f"Loaded in {seconds:.1f} s. Records that no file names are as they were."
        )
        if run.skipped:
            self.stdout.write(f"Left as people wrote it ({len(run.skipped)}):")
            for sentence in skipped_row_sentences(run.skipped):
                self.stdout.write(f"- {sentence}")
        if run.has_written:
            self.stdout.write(
                f"To undo: put the former files back and load again, or restore a record from its\n"
                f"history in the admin, which names this load ({recorded_as}).\n"
                "What was created can be deleted there."
            )


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


def wait_for_other_loads() -> None:
    """Two at once would both find a record missing: the second waits, then finds it there."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext('city tools load'))")


def take_statistics() -> None:
    """Tell the planner what the tables hold now.

    Until it knows, by itself after a minute or more, it may take minutes over one page.
    """
    with connection.cursor() as cursor:
        cursor.execute(f"ANALYZE {', '.join(tables())}")


def tables() -> list[str]:
    """Names of all tables of facts and of their history, quoted."""
    models = apps.get_models(include_auto_created=True)
    names = {model._meta.db_table for model in models if model._meta.app_label in APPS}
    return [connection.ops.quote_name(name) for name in sorted(names)]
