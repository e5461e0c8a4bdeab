"""Values that change only with the facts, computed once for all workers and stored.

A value is stored under the world and the version of data, code and day that it was computed from,
so that nothing ever has to be cleared. Only what a public page asks is stored: whoever writes, as
the admin or a command, computes from what nobody else has seen yet. What is asked as at an earlier
day is always computed.
"""

import json
from collections.abc import Callable
from typing import Any

from django.db import Error, connection

from citytools import worlds
from citytools.history import data_version
from citytools.models import DerivedValue

MAX_VERSIONS = 3
"""Of a value in one world: of workers that are a moment behind, or run other code."""
_TABLE = DerivedValue._meta.db_table
_FIND = f"SELECT value FROM {_TABLE} WHERE name = %s AND world = %s AND version = %s"  # noqa: S608 (our own table)
# Whoever else takes rows out, or puts the same one in, is never waited for
_STORE = f"""
WITH former AS (
    DELETE FROM {_TABLE} WHERE id IN (
        SELECT id FROM {_TABLE} WHERE name = %s AND world = %s
        ORDER BY id DESC OFFSET {MAX_VERSIONS - 1} FOR UPDATE SKIP LOCKED
    )
)
INSERT INTO {_TABLE} (name, world, version, value) VALUES (%s, %s, %s, %s) ON CONFLICT DO NOTHING
"""  # noqa: S608 (our own table)


def derived_value(name: str, compute: Callable[[], Any]) -> Any:
    """What `compute` gives from the facts of the present world, from the store where it has it.

    It must be JSON, and depend on nothing but facts, code and today. One query where it is stored,
    else what `compute` asks and two more. Failing to store it fails nothing.
    """
    version = data_version.request_version()
    if version is None or worlds.in_past():
        return compute()
    place = (name, str(worlds.current_world()), version.key)
    with connection.cursor() as cursor:
        cursor.execute(_FIND, place)
        if row := cursor.fetchone():
            return json.loads(row[0])
    value = compute()
    try:
        with connection.cursor() as cursor:
            cursor.execute(_STORE, (*place[:2], *place, json.dumps(value)))
    except Error:
        if connection.in_atomic_block:
            raise  # the transaction is broken, and with it what follows
        # Otherwise a standby that only reads, or a full disk: the next one computes it again
    return value
