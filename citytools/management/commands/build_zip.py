"""Builds the zip of everything, unless there is one of what the data says now."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from citytools.exports import registry, zip_archive
from citytools.http import outages
from citytools.worlds import World
from citytools.worlds.addresses import visit_world


class Command(BaseCommand):
    help = "Build the zip of every file, unless there is a fresh one."

    def add_arguments(self, parser: ArgumentParser) -> None:
        worlds = [str(World.EVIDENCE), str(World.DEMONSTRATION)]
        parser.add_argument("--world", choices=worlds, default=worlds[0])

    def handle(self, **options: Any) -> None:
        try:
            with visit_world(World(options["world"])):
                archive = zip_archive.build_archive(registry.exports())
        except OSError as fault:
            if why := outages.storage_fault_reason(fault):
                raise CommandError(f"{why}: {fault}") from fault
            raise
        self.stdout.write(f"{archive.path} holds what the data says now.")
