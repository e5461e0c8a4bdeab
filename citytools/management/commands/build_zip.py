"""Builds the zip of everything, unless there is one of what the data says now."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from citytools.exports import registry, zip_archive
from citytools.http import outages


class Command(BaseCommand):
    help = "Build the zip of every file, unless there is a fresh one."

    def handle(self, **options: Any) -> None:
        try:
            archive = zip_archive.build_archive(registry.exports())
        except OSError as fault:
            if why := outages.storage_fault_reason(fault):
                raise CommandError(f"{why}: {fault}") from fault
            raise
        self.stdout.write(f"{archive.path} holds what the data says now.")
