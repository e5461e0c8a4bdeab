"""Write the demonstration set, or check that the committed one is what would be written."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from citytools.management.demonstration.files import (
    SEED,
    demonstration_files,
    stale_files,
    write_files,
)


class Command(BaseCommand):
    help = "Invents the demonstration set around the real fixtures; the same seed, the same bytes."
    requires_system_checks = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        fixtures = settings.BASE_DIR / "fixtures"
        parser.add_argument("--seed", type=int, default=SEED)
        parser.add_argument("--from", dest="fixtures", type=Path, default=fixtures)
        parser.add_argument("--into", type=Path, default=fixtures / "demo")
        parser.add_argument(
            "--check", action="store_true", help="Write nothing; fail if a file would change."
        )

    def handle(self, *args: Any, **options: Any) -> None:
        folder: Path = options["into"]
        try:
            files = demonstration_files(options["fixtures"], options["seed"])
        except (OSError, ValueError) as error:
            raise CommandError(str(error)) from error
        if options["check"]:
            self._check(files, folder)
            return
        write_files(files, folder)
        for name, text in files.items():
            self.stdout.write(f"{folder / name}: {text.count(chr(10)) - 1} rows")

    def _check(self, files: dict[str, str], folder: Path) -> None:
        if stale := stale_files(files, folder):
            raise CommandError(
                f"{', '.join(stale)} in {folder} differ from what would be invented: "
                "run manage.py invent and commit the result."
            )
        self.stdout.write(f"{folder} holds what would be invented.")
