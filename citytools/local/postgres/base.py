"""Django's PostgreSQL backend, which gives up soon and starts the embedded server if it is used."""

import time
from collections.abc import Sequence
from typing import Any

from django.conf import settings
from django.db import DatabaseError, Error, connection
from django.db.backends.postgresql import base, creation, features, schema
from django.db.utils import OperationalError
from psycopg2 import Error as DriverError
from psycopg2 import OperationalError as DriverOperationalError
from psycopg2.errors import DuplicateDatabase
from psycopg2.extensions import TRANSACTION_STATUS_INERROR

from citytools import worlds
from citytools.local import file_locks
from citytools.local.postgres import server
from citytools.local.postgres.cluster import StartError

SLOW_SECONDS = 0.5
PAUSE_SECONDS = 5.0


class Pause:
    """Until when nobody in this process tries to connect."""

    until = 0.0


class DatabaseCreation(creation.DatabaseCreation):
    """Names the test database after the lowest number that no other run holds.

    Numbers are used again, so whatever a killed run left is dropped by the next.
    """

    _lock: int | None = None
    _number = 0

    def _get_test_db_name(self) -> str:
        name: str = super()._get_test_db_name()  # type: ignore[misc] # not in django-stubs
        number = self._run_number()
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
        drop_database(test_database_name)

    @classmethod
    def _run_number(cls) -> int:
        """This process's number, held until it ends."""
        while cls._lock is None:
            cls._number += 1
            cls._lock = file_locks.try_exclusive(settings.EMBEDDED_FOLDER / f"tests-{cls._number}")
        return cls._number


def drop_database(name: str) -> None:
    """Drop a database that there may be, also while a browser's last request still uses it."""
    with connection._nodb_cursor() as cursor:
        cursor.execute(f"DROP DATABASE IF EXISTS {connection.ops.quote_name(name)} WITH (FORCE)")


class DatabaseFeatures(features.DatabaseFeatures):
    """What the database can do, in the world of whoever asks."""

    @property
    def allows_group_by_selected_pks(self) -> bool:  # type: ignore[override] # Django: a constant
        """Not where a table may be a view: PostgreSQL knows no primary key of one."""
        return not worlds.reads_views()


class DatabaseSchemaEditor(schema.DatabaseSchemaEditor):
    """Django's, without a second index of each unique text for LIKE."""

    def _create_like_index_sql(self, model: Any, field: Any) -> None:
        """None: nothing here asks for the beginning of a text, and equality has its own index.

        Of 323 MB at 80,900 systems these were 26, each written with every row.
        """


class DatabaseWrapper(base.DatabaseWrapper):
    """The backend that Django asks for by the name of this package."""

    features_class = DatabaseFeatures
    SchemaEditorClass = DatabaseSchemaEditor
    creation_class = DatabaseCreation if settings.EMBEDDED_DATABASE else creation.DatabaseCreation
    unreachable = False
    """Whether the last attempt to connect failed."""
    _tables_path = ""
    """The search path of a new connection."""
    _schemas: str | None = None
    """What stands before it now; None where that is not known."""
    _prepared: set[str]
    """Names of the statements that the present session has prepared."""

    def connect(self) -> None:
        """Connect, unless an attempt that took long has just failed.

        While a host is silent each attempt waits for its time-out, and few workers would soon do
        nothing but wait.
        """
        began = time.monotonic()
        self.unreachable = True
        if began < Pause.until:
            raise OperationalError("the database did not answer some seconds ago")
        try:
            super().connect()
        except (Error, DriverError):
            if time.monotonic() - began > SLOW_SECONDS:
                Pause.until = time.monotonic() + PAUSE_SECONDS
            raise
        self.unreachable = False

    def create_cursor(self, name: str | None = None) -> Any:
        """A cursor that sees the present world, of the present or the past."""
        if self._schemas != worlds.schemas():
            self._set_search_path(worlds.schemas())
        return super().create_cursor(name)

    def prepare(self, name: str, sql: str, parameters: Sequence[Any] = ()) -> None:
        """Prepare a statement for EXECUTE, once a session; past Django's cursors, as above.

        `parameters` are constants, written out where the SQL has %s; those of EXECUTE are $1, $2, …
        PostgreSQL looks the names of tables up again whenever a schema on the search path comes or
        goes, and the views that hide inventions come and go with theirs.
        """
        self.close_if_health_check_failed()
        self.ensure_connection()
        if name in self._prepared:
            return
        if self._schemas != worlds.schemas():
            self._set_search_path(worlds.schemas())
        with self.wrap_database_errors, self.connection.cursor() as cursor:
            cursor.execute(f"PREPARE {name} AS {sql}", parameters)
        self._prepared.add(name)

    def _set_search_path(self, schemas: str) -> None:
        """Put schemas before those of the tables; past Django's cursors, which are counted."""
        if self.connection.info.transaction_status == TRANSACTION_STATUS_INERROR:
            return  # only a rollback is heard now
        path = f"{schemas}, {self._tables_path}" if schemas else self._tables_path
        with self.wrap_database_errors, self.connection.cursor() as cursor:
            cursor.execute(f"SET search_path TO {path}")
        self._schemas = schemas

    # What was set within a transaction goes with it: then nobody knows what holds

    def _rollback(self) -> None:
        super()._rollback()  # type: ignore[misc] # not in django-stubs
        self._schemas = None

    def _savepoint_rollback(self, sid: str) -> None:
        super()._savepoint_rollback(sid)  # type: ignore[misc] # not in django-stubs
        self._schemas = None

    def get_connection_params(self) -> dict[str, Any]:
        """Connect to the embedded server, started if it does not run, unless another is named."""
        parameters: dict[str, Any] = super().get_connection_params()
        if settings.EMBEDDED_DATABASE:
            try:
                address = server.ensure_running(settings.EMBEDDED_FOLDER)
            except StartError as error:
                raise OperationalError(str(error)) from error
            parameters |= {"host": address.host, "port": address.port, "user": address.user}
        return parameters

    def get_new_connection(self, conn_params: dict[str, Any]) -> Any:
        """Connect; the database that CITYTOOLS_DATABASE names is made when first asked for.

        A test's database is not: a browser's last request would bring it back.
        """
        session = self._connect_or_create_database(conn_params)
        self._prepared = set()
        # Before Django speaks on it, for whose first cursor a world is set
        session.autocommit = True
        with session.cursor() as cursor:
            cursor.execute("SELECT current_setting('search_path')")
            self._tables_path, self._schemas = cursor.fetchone()[0], ""
        session.autocommit = False
        return session

    def _connect_or_create_database(self, conn_params: dict[str, Any]) -> Any:
        try:
            return super().get_new_connection(conn_params)
        except DriverOperationalError as error:
            name = self.settings_dict["NAME"]
            missing = f'database "{name}" does not exist' in str(error)
            if not (settings.EMBEDDED_DATABASE and missing and name == settings.EMBEDDED_NAME):
                raise
        self._create_database(name)
        return super().get_new_connection(conn_params)

    def _create_database(self, name: str) -> None:
        with self._nodb_cursor() as cursor:
            try:
                cursor.execute(f"CREATE DATABASE {self.ops.quote_name(name)}")
            except DatabaseError as error:
                # Two that start at once: the other has made it
                if not isinstance(error.__cause__, DuplicateDatabase):
                    raise
