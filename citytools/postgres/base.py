"""Django's PostgreSQL backend on the embedded server, which the first connection starts."""

from typing import Any

from django.conf import settings
from django.db.backends.postgresql import base
from django.db.utils import OperationalError

from citytools.postgres import server
from citytools.postgres.creation import DatabaseCreation


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
