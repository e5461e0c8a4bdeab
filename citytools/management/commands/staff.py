"""Makes a staff account and prints its password: manage.py staff [name]."""

from typing import Any

from django.core.management import BaseCommand, CommandError, CommandParser
from django.db import IntegrityError

from citytools.staff import admin


class Command(BaseCommand):
    help = "Make a staff account that may edit the facts, and print its password."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("name", nargs="?", default="", help="otherwise staff, staff2, …")

    def handle(self, *_args: Any, **options: Any) -> None:
        try:
            name, password = admin.create_staff_account(options["name"])
        except IntegrityError as error:
            raise CommandError(f"There is an account {options['name']!r} already.") from error
        self.stdout.write(f'Staff account "{name}" with the password "{password}"')
