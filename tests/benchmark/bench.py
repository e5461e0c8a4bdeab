"""Measures City Tools against its rivals over the same rows: what make bench runs a size of."""

import time
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management import BaseCommand, CommandError, call_command

from systems.models import System
from tests.benchmark import generate, printing, results, rows
from tests.benchmark.run import Run

FOLDER = settings.BASE_DIR / ".bench"


class Command(BaseCommand):
    """One size: fill the database if it is empty, copy its rows, ask, print."""

    help = (
        "Measures City Tools against Datasette, Django's admin, psql and a bare Django over the "
        "same rows. Fills the database that CITYTOOLS_DATABASE names if it is empty; a full one "
        "must have as many systems. make bench does so for three sizes."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--systems", type=int, default=80_900)
        parser.add_argument("--datasette", type=Path, help="the program; without it no Datasette")
        parser.add_argument("--rounds", type=int, default=30, help="answers to each question")
        parser.add_argument(
            "--seconds", type=float, default=30, help="stop a question's rounds after so long"
        )

    def handle(self, *_args: Any, **options: Any) -> None:
        FOLDER.mkdir(exist_ok=True)
        size = options["systems"]
        self._fill(size)
        self._say("Copying the rows into SQLite")
        copied = FOLDER / f"{size}" / "rows.db"
        copied.parent.mkdir(exist_ok=True)
        begun = time.monotonic()
        rows.into_sqlite(copied)
        self._say(f"Copied in {time.monotonic() - begun:.1f} s")
        run = Run(size, copied, options["datasette"], options["rounds"], options["seconds"])
        found = run.measure(self._say)
        path = found.write(FOLDER)
        self.stdout.writelines(f"{line}\n" for line in printing.questions(found))
        self.stdout.writelines(f"{line}\n" for line in printing.targets(results.kept(FOLDER)))
        self.stdout.write(
            f"Kept in {path.relative_to(settings.BASE_DIR)}. To undo: remove .bench/, and drop the "
            f"database {settings.DATABASES['default']['NAME']}."
        )

    def _fill(self, size: int) -> None:
        call_command("migrate", verbosity=0)
        held = System.objects.count()
        if not held:
            self._say(f"Generating {size:,} systems")
            call_command(generate.Command(), systems=size, seed=1, stdout=self.stdout)
        elif held != size:
            raise CommandError(
                f"This database holds {held:,} systems, not {size:,}: name another in "
                "CITYTOOLS_DATABASE, and it is made and filled."
            )

    def _say(self, words: str) -> None:
        self.stdout.write(f"{time.strftime('%H:%M:%S')} {words}")
