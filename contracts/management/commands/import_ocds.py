"""Import contracts from OCDS releases: all or, where anything is wrong, nothing and a list."""

import time
from argparse import ArgumentParser
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import DatabaseError, connection, transaction

from citytools.facts.provenance import (
    apply_confirmations_now,
    confirmations_ended_in_request,
)
from citytools.history.batches import batch, file_records, undo_hint
from citytools.imports import lock_tables
from citytools.imports.conflicts import LapsedConfirmation
from citytools.imports.faults import FaultLog, LoadError, fault_report
from citytools.imports.import_report import conflict_lines, lapsed_lines
from citytools.models import Batch
from contracts.ocds.import_plan import ContractChange, ImportPlan, plan_import, write_plan
from contracts.ocds.matching import UNKNOWN, ContractDraft, draft_contracts
from contracts.ocds.notices import Skipped
from contracts.ocds.reading import read_releases

PROGRESS_EVERY = 1000
# How many of a kind are named unless all are wanted.
MAX_LINES = 5


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
        started = time.monotonic()
        self._read = 0
        try:
            plan, written = self._import(options)
        except LoadError as error:
            report = fault_report(error.faults, every=options["verbosity"] > 1)
            raise CommandError(f"{report}\nNothing was imported.") from error
        except DatabaseError as error:
            reason = str(error).splitlines()[0]
            raise CommandError(
                f"The database refuses it: {reason}. Nothing was imported."
            ) from error
        except KeyboardInterrupt:
            raise CommandError("Stopped. Nothing was imported.", returncode=130) from None
        self._report(plan, options, undo_hint(written))
        self.stdout.write(f"In {time.monotonic() - started:.1f} s.")

    def _import(self, options: dict[str, Any]) -> tuple[ImportPlan, Batch]:
        with transaction.atomic(), batch(Batch.Kind.NOTICES, command="import_ocds") as written:
            _wait_for_other_imports()
            drafts = self._drafts(options)  # takes minutes, in which others may write
            lock_tables()
            plan = plan_import(drafts)
            write_plan(plan)
            apply_confirmations_now()
            self._lapsed = [
                LapsedConfirmation(event.title, event.was, None)
                for event in confirmations_ended_in_request()
            ]
            written.files = file_records(options["files"])
            if options["dry_run"]:
                transaction.set_rollback(True)
        return plan, written

    def _drafts(self, options: dict[str, Any]) -> list[ContractDraft | Skipped]:
        """What all files say; LoadError with the faults of all, where there are any."""
        log = FaultLog()
        drafts: list[ContractDraft | Skipped] = []
        for path in options["files"]:
            try:
                drafts += draft_contracts(
                    read_releases(path),
                    path.name,
                    everything=options["all"],
                    log=log,
                    progress=self._progress,
                )
            except LoadError as error:
                log.add(*error.faults)
        log.check()
        return drafts

    def _progress(self) -> None:
        self._read += 1
        if self._read % PROGRESS_EVERY == 0:
            self.stderr.write(f"{self._read:,} releases read …")

    def _report(self, plan: ImportPlan, options: dict[str, Any], hint: str) -> None:
        dry, every = options["dry_run"], options["verbosity"] > 1
        for line in report_lines(plan, releases=self._read, dry=dry, every=every):
            self.stdout.write(line)
        if self._lapsed:
            self.stdout.write(f"No longer confirmed ({len(self._lapsed):,}):")
            for line in lapsed_lines(self._lapsed):
                self.stdout.write(line)
        if dry:
            self.stdout.write("Nothing was written: this was a dry run.")
        elif hint:
            self.stdout.write(hint)


def _wait_for_other_imports() -> None:
    """Two at once would both find a contract missing: the second waits. `load` waits too."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext('city tools load'))")


def report_lines(plan: ImportPlan, *, releases: int, dry: bool, every: bool) -> Iterator[str]:
    """What the import did, or would do: every release is accounted for, by name if `every`."""
    would = "would be " if dry else ""
    contracts = {"new": plan.new, "changed": plan.changed, "unchanged": plan.unchanged}
    counts = ", ".join(f"{len(changes):,} {name}" for name, changes in contracts.items())
    yield f"{releases:,} releases read. Contracts: {counts}."
    for name, changes in (("new", plan.new), ("changed", plan.changed)):
        if changes:
            yield f"{would}{name}:".capitalize()
            yield from _some([_change_lines(change) for change in changes], every)
    if plan.left_to_staff:
        yield f"Left to staff ({len(plan.left_to_staff):,}):"
        yield from conflict_lines(plan.left_to_staff, every=every)
    yield f"Left out: {len(plan.skipped):,} releases or awards."
    for reason, _ in Counter(skipped.reason for skipped in plan.skipped).most_common():
        left_out = [skipped for skipped in plan.skipped if skipped.reason == reason]
        yield f"{len(left_out):,} because {reason}:"
        yield from _some(_left_out_lines(reason, left_out, every), every)


def _change_lines(change: ContractChange) -> str:
    notice = change.draft.notice
    title = change.states[-1]["title"] if change.states else notice.values.get("title", "")
    before = f"; contract {change.record.pk}" if change.record else ""
    names = ", ".join(borough.name for borough in change.partners)
    shared = f", shared with {names}" if names else ""
    steps = f"; {len(change.states)} states" if len(change.states) > 1 else ""
    return (
        f"{notice.place}, {notice.ocid}, award {notice.award_id}: {title} "
        f"({change.draft.lead.name}{shared}{before}{steps})"
    )


def _left_out_lines(reason: str, left_out: Sequence[Skipped], every: bool) -> list[str]:
    """Each thing left out; of unknown buyers, unless all are asked for, each name once."""
    if reason == UNKNOWN and not every:
        buyers = Counter(skipped.buyer or "without a name" for skipped in left_out)
        ordered = sorted(buyers.items(), key=lambda item: (-item[1], item[0]))
        return [f"{name} ({count})" for name, count in ordered]
    return [
        f"{skipped.place}, {skipped.ocid}: "
        + "; ".join(filter(None, (skipped.buyer, skipped.detail)))
        for skipped in left_out
    ]


def _some(lines: Sequence[str], every: bool) -> Iterator[str]:
    first = lines if every else lines[:MAX_LINES]
    yield from (f"  {line}" for line in first)
    if len(first) < len(lines):
        yield f"  and {len(lines) - len(first):,} more (-v 2 names all)"
