"""Import contracts from OCDS releases: all or, where a file is broken, nothing."""

import time
from argparse import ArgumentParser
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pghistory
from django.core.management.base import BaseCommand, CommandError
from django.db import DatabaseError, connection, transaction

from citytools.imports import lock_tables
from citytools.imports.csv_reader import LoadError
from contracts.ocds import import_plan, report
from contracts.ocds.import_plan import ImportPlan, plan_import
from contracts.ocds.matching import ContractDraft, draft_contracts
from contracts.ocds.notices import Skipped
from contracts.ocds.reading import read_releases

_TOLD_EVERY = 1000


class Command(BaseCommand):
    help = (
        "Imports contracts from OCDS release packages or releases (JSON or JSON lines, perhaps "
        "gzipped), as Contracts Finder and Find a Tender publish them. Of technology by its CPV "
        "codes, led by a borough on record. Importing twice changes nothing."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("files", nargs="+", type=Path, metavar="FILE")
        parser.add_argument("--all", action="store_true", help="whatever it is that is bought")
        parser.add_argument("--dry-run", action="store_true", help="say what would change, no more")

    def handle(self, *args: Any, **options: Any) -> None:
        begun = time.monotonic()
        self._read = 0
        try:
            planned, recorded_as = self._import(options)
        except LoadError as error:
            raise CommandError(f"{error} Nothing was imported.") from error
        except DatabaseError as error:
            reason = str(error).splitlines()[0]
            raise CommandError(
                f"The database refuses it: {reason}. Nothing was imported."
            ) from error
        except KeyboardInterrupt:
            raise CommandError("Stopped. Nothing was imported.", returncode=130) from None
        self._report(planned, options, recorded_as)
        self.stdout.write(f"In {time.monotonic() - begun:.1f} s.")

    def _import(self, options: dict[str, Any]) -> tuple[ImportPlan, str]:
        names = ", ".join(path.name for path in options["files"])
        with (
            transaction.atomic(),
            pghistory.context(command="import_ocds", files=names) as recorded,
        ):
            _wait_for_other_imports()
            drafted = list(self._drafts(options))  # takes minutes: nobody need wait for it
            lock_tables()
            planned = plan_import(drafted)
            import_plan.write_plan(planned)
            if options["dry_run"]:
                transaction.set_rollback(True)
        return planned, str(recorded.id)

    def _drafts(self, options: dict[str, Any]) -> Iterator[ContractDraft | Skipped]:
        for path in options["files"]:
            everything = options["all"]
            yield from draft_contracts(
                read_releases(path), path.name, everything=everything, tell=self._tell
            )

    def _tell(self, number: int) -> None:
        self._read += 1
        if self._read % _TOLD_EVERY == 0:
            self.stderr.write(f"{self._read:,} releases read …")

    def _report(self, planned: ImportPlan, options: dict[str, Any], recorded_as: str) -> None:
        dry, every = options["dry_run"], options["verbosity"] > 1
        for line in report.report_lines(planned, releases=self._read, dry=dry, every=every):
            self.stdout.write(line)
        if dry:
            self.stdout.write("Nothing was written: this was a dry run.")
        elif planned.new or planned.changed:
            self.stdout.write(
                f"To undo: the history in the admin names this import ({recorded_as}); restore a\n"
                "changed record from there, and delete what was created."
            )


def _wait_for_other_imports() -> None:
    """Two at once would both find a contract missing: the second waits. `load` waits too."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext('city tools load'))")
