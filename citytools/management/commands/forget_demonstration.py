"""Take the demonstration out of the database."""

from argparse import ArgumentParser
from typing import Any

import pghistory
from django.core.management.base import BaseCommand
from django.db import transaction

from citytools import clock
from citytools.management.commands.load import take_statistics, wait_for_other_loads
from citytools.management.forgetting import Forgotten, forget
from research import recording
from research.models import MetricValue


class Command(BaseCommand):
    help = (
        "Takes out all that was invented for demonstration, in one transaction, and prints what. "
        "An invented record on which a real one rests stays, and is named. History keeps all."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--dry-run", action="store_true", help="say what would go, no more")

    def handle(self, *args: Any, **options: Any) -> None:
        with (
            transaction.atomic(),
            pghistory.context(command="forget_demonstration") as recorded,
        ):
            wait_for_other_loads()
            done = forget()
            if done.taken:
                take_statistics()
            if options["dry_run"]:
                transaction.set_rollback(True)
        self._report(done, dry=options["dry_run"])
        if done.taken and not options["dry_run"]:
            self._measure_anew()
            self.stdout.write(
                "To bring it back: DEMO=yes manage.py load. What staff changed in it is in the\n"
                f"history in the admin, which names this run ({recorded.id})."
            )

    def _report(self, done: Forgotten, *, dry: bool) -> None:
        if not done.taken:
            self.stdout.write("Nothing invented was taken out: there was none that could go.")
        for kind, many in done.taken.items():
            self.stdout.write(f"{kind:<34}{many:>8} {'would go' if dry else 'taken out'}")
        for sentence in done.kept:
            self.stdout.write(sentence)
        if done.kept:
            self.stdout.write(
                "What stays is still shown as invented. Let the real record name what is real, "
                "then run this again."
            )
        if dry:
            self.stdout.write("Nothing was written: this was a dry run.")

    def _measure_anew(self) -> None:
        """Recorded values count real records alone; today's are measured again, to be sure."""
        today = clock.today()
        if MetricValue.objects.filter(on=today).exists():
            tally = recording.record(today, today)
            self.stdout.write(f"Metrics of today measured again: {tally.changed} changed.")
