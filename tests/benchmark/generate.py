"""Fill an empty database with an invented nation, to see how City Tools bears its size."""

import time
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

import pghistory
from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import connection, transaction

from citytools.management.commands.load import tables, take_statistics, wait_for_other_loads
from tests.benchmark.filling import fill, holdings
from tests.benchmark.nation import Nation

_ANOTHER = (
    "Make another database and fill that: CITYTOOLS_DATABASE=nation manage.py migrate, then "
    "CITYTOOLS_DATABASE=nation python -m tests.benchmark generate; or name an empty one in "
    "DATABASE_URL."
)


class Command(BaseCommand):
    help = (
        "Fills an empty database with invented systems, contracts, skills and returns: London's "
        "33 and as many bodies again that do not exist for every 809 systems. The same seed gives "
        "the same rows. One transaction: stopped at any time, it leaves the database empty."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--systems", type=int, default=80_900)
        parser.add_argument("--seed", type=int, default=1)
        parser.add_argument(
            "--from", dest="fixtures", type=Path, default=settings.BASE_DIR / "fixtures"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        self.begun = time.monotonic()
        try:
            nation = Nation(options["fixtures"], options["systems"], options["seed"])
            written = self._write(nation)
        except (OSError, ValueError) as error:
            raise CommandError(f"{error} Nothing was written.") from error
        except KeyboardInterrupt as error:
            raise CommandError("Stopped: nothing was written.") from error
        if not connection.in_atomic_block:
            with connection.cursor() as cursor:
                cursor.execute(f"VACUUM {', '.join(tables())}")
        self._report(written)

    def _write(self, nation: Nation) -> dict[str, int]:
        said = {"systems": nation.systems, "seed": nation.seed}
        with (
            transaction.atomic(),
            pghistory.context(command="generate", **said) as recorded,
        ):
            wait_for_other_loads()
            if found := holdings():
                held = ", ".join(f"{count:,} {name}" for name, count in found.items())
                raise CommandError(f"This database is not empty: it holds {held}. {_ANOTHER}")
            written = fill(nation, recorded.id, self._progress)
            self.stdout.write(f"{self._seconds()} Taking statistics")
            take_statistics()
        return written

    def _progress(self, done: int, of: int) -> None:
        self.stdout.write(f"{self._seconds()} {done} of {of} sets of 33 bodies")

    def _seconds(self) -> str:
        return f"{time.monotonic() - self.begun:6.1f} s"

    def _report(self, written: dict[str, int]) -> None:
        for name, count in written.items():
            self.stdout.write(f"{name:<34}{count:>12,}")
        self.stdout.write(
            f"Written in {self._seconds().strip()}, each row with its history as if the triggers "
            "had seen it.\nEvery fact is marked as invented; boroughs, functions and skills are "
            "London's own.\nTo undo: drop the database, or empty it, accounts included, with "
            "manage.py flush."
        )
