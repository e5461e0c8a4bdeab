"""Test databases on the embedded server: one for each run that goes on at the same time."""

from django.conf import settings
from django.db import connection
from django.db.backends.postgresql import creation

from citytools.local import file_locks

_held: int | None = None
_number = 0


class DatabaseCreation(creation.DatabaseCreation):
    """Names the test database after the lowest number that no other run holds.

    Numbers are used again, so whatever a killed run left is dropped by the next.
    """

    def _get_test_db_name(self) -> str:
        name: str = super()._get_test_db_name()  # type: ignore[misc] # not in django-stubs
        number = _own_number()
        return name if number == 1 else f"{name}_{number}"

    def _create_test_db(self, verbosity: int, autoclobber: bool, keepdb: bool = False) -> str:
        # Nobody misses what a test wrote when the power fails
        options = self.connection.settings_dict["OPTIONS"]
        options["options"] = f"{options.get('options', '')} -c synchronous_commit=off".strip()
        if autoclobber and not keepdb:
            self._destroy_test_db(self._get_test_db_name(), verbosity)
        created: str = super()._create_test_db(  # type: ignore[misc] # not in django-stubs
            verbosity, autoclobber, keepdb
        )
        return created

    def _destroy_test_db(self, test_database_name: str, verbosity: int) -> None:
        drop(test_database_name)


def drop(database: str) -> None:
    """Drop a database that there may be, also while a browser's last request still uses it."""
    with connection._nodb_cursor() as cursor:
        name = connection.ops.quote_name(database)
        cursor.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")


def _own_number() -> int:
    """This process's number, held until it ends."""
    global _held, _number
    while _held is None:
        _number += 1
        _held = file_locks.alone(settings.EMBEDDED_FOLDER / f"tests-{_number}")
    return _number
