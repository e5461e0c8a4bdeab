"""Values that change only with the facts, computed once for one version of them.

Small ones are cached in each worker, what takes long is stored for all. Nothing has to be cleared:
a value stands under the world and the version of data, code and day. Only what a public page asks
is: whoever writes, as the admin or a command, computes from what nobody else has seen yet. What is
asked as at an earlier day is always computed.
"""

import json
from collections import OrderedDict
from collections.abc import Callable, Hashable, Iterable
from threading import Lock
from typing import Any

from django.db import Error, connection

from citytools import worlds
from citytools.history import data_version
from citytools.models import DerivedValue

MAX_VALUES = 128
"""Choices of a list take at most 60 kB, mostly 2: some 2 MB a worker."""
_values: OrderedDict[tuple[Hashable, ...], Any] = OrderedDict()
_values_lock = Lock()


def cached_value(name: Hashable, compute: Callable[[], Any]) -> Any:
    """What `compute` gives from the facts of the present world; nobody may change it."""
    return cached_values([name], lambda _: [compute()])[name]


def cached_values(
    names: Iterable[Hashable], compute: Callable[[list[Any]], Iterable[Any]]
) -> dict[Any, Any]:
    """{name: value}; `compute` gives those of the names that are not cached, in their order."""
    names = list(names)
    request_version = data_version.request_version()
    if request_version is None or worlds.in_past():
        return dict(zip(names, compute(names), strict=True))
    version = (worlds.current_world(), request_version.key)
    with _values_lock:
        known = {name: _values[name, version] for name in names if (name, version) in _values}
        for name in known:
            _values.move_to_end((name, version))
    if missing := [name for name in names if name not in known]:
        new = dict(zip(missing, compute(missing), strict=True))
        known |= new
        with _values_lock:
            _values.update({(name, version): value for name, value in new.items()})
            while len(_values) > MAX_VALUES:
                _values.popitem(last=False)
    return known


def clear_cached_values() -> None:
    """Forget them all."""
    _values.clear()


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
