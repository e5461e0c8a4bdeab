"""Undo a batch: all of it, or a list of what stands in the way."""

import time
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import DatabaseError

from citytools.history import undo
from citytools.history.batches import undo_hint
from citytools.history.undo_report import refusal_lines, undo_lines
from citytools.management.commands.load import take_statistics
from citytools.models import Batch

MAX_LINES = 20
_INTERRUPTED = 130
"""What a shell gives for a program that Ctrl-C ended."""
_MAX_NUMBER = 2**63 - 1
_PROGRESS_EVERY = 1000


class Command(BaseCommand):
    help = (
        "Undoes a batch in one transaction: every record that it wrote is as it was before. Where "
        "somebody has changed some of them since, nothing is undone and they are listed; --others "
        "undoes the others. An undo is a batch itself and can be undone."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("number", type=int, metavar="BATCH", help="the number of the batch")
        parser.add_argument("--dry-run", action="store_true", help="say what would happen, no more")
        parser.add_argument(
            "--others", action="store_true", help="leave what was changed since, undo the others"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        started, dry, number = time.monotonic(), options["dry_run"], options["number"]
        self._reported = 0
        in_range = 0 < number <= _MAX_NUMBER
        batch = Batch.objects.filter(pk=number).first() if in_range else None
        if batch is None:
            raise CommandError(f"There is no batch {number}. The admin lists all there are.")
        try:
            result = undo.undo_batch(
                batch,
                others=options["others"],
                dry_run=dry,
                command="undo",
                progress=self._progress,
            )
        except undo.UndoRefusedError as error:
            raise CommandError(f"{error} Nothing was undone.") from error
        except DatabaseError as error:
            reason = str(error).splitlines()[0]
            raise CommandError(f"The database fails: {reason}. Nothing was undone.") from error
        except KeyboardInterrupt:
            message = "Stopped. Nothing was undone."
            raise CommandError(message, returncode=_INTERRUPTED) from None
        if result.batch:
            take_statistics()
        self._report(batch, result, options)
        self.stdout.write(f"In {time.monotonic() - started:.1f} s.")

    def _progress(self, done: int, total: int) -> None:
        if done // _PROGRESS_EVERY > self._reported:
            self._reported = done // _PROGRESS_EVERY
            self.stderr.write(f"{done:,} of {total:,} records …")

    def _report(self, batch: Batch, result: undo.UndoResult, options: dict[str, Any]) -> None:
        refused, others, dry = result.refusals, options["others"], options["dry_run"]
        if not result.count and not refused:
            self.stdout.write(undo.nothing_to_undo(batch))
            return
        for line in undo_lines(result.undone):
            self.stdout.write(line)
        if refused:
            limit = None if options["verbosity"] > 1 else MAX_LINES
            self.stdout.write(f"Left as they are ({len(refused):,}):")
            for refusal in refusal_lines(refused[:limit]):
                self.stdout.write(f"- {refusal}")
            if limit and len(refused) > limit:
                self.stdout.write(f"- and {len(refused) - limit:,} more (-v 2 names all)")
        if dry:
            self.stdout.write("Nothing was written: this was a dry run.")
        elif result.batch:
            self.stdout.write(f"Undone: {batch}. This is {undo_hint(result.batch)}")
        elif others:
            raise CommandError("Nothing was undone: none of it can be.")
        else:
            raise CommandError("Nothing was undone. To undo the others, add --others.")
