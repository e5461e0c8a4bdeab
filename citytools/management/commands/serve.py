"""Prepares the database and the static files, then serves: what `make run` ends in."""

import io
import os
import signal
import sys
from types import FrameType
from typing import Any

from django.conf import settings
from django.core.management import BaseCommand, CommandError, CommandParser, call_command
from django.db import OperationalError, connection

from boroughs.models import Borough
from citytools.local import web_server
from citytools.local.postgres import cluster, server
from citytools.management.commands.load import DEMO_HELP, demo_choice
from citytools.staff import admin


class Command(BaseCommand):
    help = "Migrate, load the fixtures into an empty database, and serve."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--port", default=os.environ.get("PORT") or "8000")
        parser.add_argument("--demo", help=f"{DEMO_HELP}. Only an empty database is loaded")

    def handle(self, *_args: Any, **options: Any) -> None:
        port = web_server.parse_port(options["port"])
        demo = os.environ["DEMO"] = demo_choice(options["demo"])  # the workers read it too
        signal.signal(signal.SIGTERM, _leave)
        signal.signal(signal.SIGINT, signal.default_int_handler)
        claim = web_server.claim_port(port)
        try:
            words = self._prepare(demo)
            web_server.serve(port, lambda: self.stdout.write(f"{self._where(port)}\n{words}"))
        except OperationalError as error:
            raise CommandError(f"No database: {' '.join(str(error).split())}") from error
        except KeyboardInterrupt:
            sys.exit(130)
        finally:
            self._stop()
            claim.close()

    def _prepare(self, demo: str) -> str:
        """Bring database and files up to date; returns how staff sign in."""
        with web_server.preparation_lock():
            self._say_where_the_data_are()
            call_command("migrate", verbosity=0)
            if not Borough.objects.exists():
                self.stdout.write("Loading the facts into the empty database …")
                call_command("load", demo=demo, leave=True, stdout=io.StringIO())
            call_command("record_metrics", stdout=io.StringIO())
            sign_in = self._sign_in()
        if web_server.collect_static():
            self.stdout.write("Collected the static files.")
        return sign_in

    def _say_where_the_data_are(self) -> None:
        if settings.EMBEDDED_DATABASE and (data := server.data_folder(settings.EMBEDDED_FOLDER)):
            record = cluster.record_path(settings.EMBEDDED_FOLDER)
            self.stdout.write(
                f"The database is kept in {data} (to back it up, stop and copy that folder; "
                f"to begin with an empty one, stop and remove it and {record})."
            )

    def _sign_in(self) -> str:
        if not settings.EMBEDDED_DATABASE or admin.staff_account_exists():
            return "Staff sign in at /admin/; make staff makes an account and prints its password."
        name, password = admin.create_staff_account()
        return (
            f'Staff sign in at /admin/ as "{name}" with the password "{password}", '
            "shown this once; make staff makes another account."
        )

    def _where(self, port: int) -> str:
        return f"City Tools: London is at http://{web_server.ADDRESS}:{port}/ until Ctrl-C."

    def _stop(self) -> None:
        connection.close()
        if settings.EMBEDDED_DATABASE and not server.release(settings.EMBEDDED_FOLDER):
            self.stdout.write("Stopped; the database stays up for another process.")
        else:
            self.stdout.write("Stopped.")


def _leave(_signal: int, _frame: FrameType | None) -> None:
    sys.exit(143)
