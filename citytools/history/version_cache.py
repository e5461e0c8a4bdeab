"""Small values that change only with the facts, cached in each worker for one version of them.

Nothing has to be cleared: a value is stored under the world and the version of data, code and day.
What is asked as at an earlier day is always read.
"""

from collections import OrderedDict
from collections.abc import Callable, Hashable, Iterable
from threading import Lock
from typing import Any

from citytools import worlds
from citytools.history import data_version

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
    if worlds.in_past():
        return dict(zip(names, compute(names), strict=True))
    version = (worlds.current_world(), data_version.request_version().key)
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
