"""Django's PostgreSQL backend on the embedded server, which the first connection starts."""

from typing import Any

from django.conf import settings
from django.db import DatabaseError
from django.db.utils import OperationalError
from psycopg2 import OperationalError as Refusal
from psycopg2.errors import DuplicateDatabase

from citytools.local.database import base
from citytools.local.postgres import server
from citytools.local.postgres.creation import DatabaseCreation


class DatabaseWrapper(base.DatabaseWrapper):
    """The backend that Django asks for by the name of this package."""

    creation_class = DatabaseCreation

    def get_connection_params(self) -> dict[str, Any]:
        """Connect to the embedded server, started if it does not run."""
        try:
            address = server.ensure_running(settings.EMBEDDED_FOLDER)
        except server.CannotStart as error:
            raise OperationalError(str(error)) from error
        return {
            **super().get_connection_params(),
            "host": address.host,
            "port": address.port,
            "user": address.user,
        }

    def get_new_connection(self, conn_params: dict[str, Any]) -> Any:
        """Connect; the database that CITYTOOLS_DATABASE names is made when first asked for.

        A test's database is not: a browser's last request would bring it back.
        """
        try:
            return super().get_new_connection(conn_params)
        except Refusal as error:
            name = self.settings_dict["NAME"]
            missing = f'database "{name}" does not exist' in str(error)
            if not missing or name != settings.EMBEDDED_NAME:
                raise
        self._make(name)
        return super().get_new_connection(conn_params)

    def _make(self, name: str) -> None:
        with self._nodb_cursor() as cursor:
            try:
                cursor.execute(f"CREATE DATABASE {self.ops.quote_name(name)}")
            except DatabaseError as error:
                # Two that start at once: the other has made it
                if not isinstance(error.__cause__, DuplicateDatabase):
                    raise
