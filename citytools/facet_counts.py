"""How many rows each value of each filter would leave, all other filters as they are."""

from collections.abc import Container

from citytools.lists.filterset import FactFilter
from citytools.narrowing import Narrowing
from citytools.tallies import Tallies

Counts = dict[str, dict[str, int]]


def of(chosen: FactFilter, among: Container[str] | None = None) -> Counts:
    """{filter: {value: rows}} of the filters that can be counted, asked in one statement.

    All of them, or those `among` the named ones.

    A filter's own choice is left out of its counts: they say what choosing another, or one more,
    would bring. A value without rows is not among them.
    """
    narrowings = {
        name: narrowing
        for name, narrowing in _narrowings(chosen).items()
        if among is None or name in among
    }
    counts: Counts = {name: {} for name in narrowings}
    for name, key, rows in _asked(chosen, narrowings):
        if key is not None:
            value = narrowings[name].name(key)
            counts[name][value] = counts[name].get(value, 0) + rows
    return counts


def _narrowings(chosen: FactFilter) -> dict[str, Narrowing]:
    methods = {name: getattr(one, "narrow", None) for name, one in chosen.filters.items()}
    return {
        name: method
        for name, method in methods.items()
        if isinstance(method, Narrowing) and method.tallies and name not in chosen.apart
    }


def _asked(chosen: FactFilter, narrowings: dict[str, Narrowing]) -> list[tuple[str, str, int]]:
    """(filter, key, rows)."""
    statement = Tallies(chosen.queryset.model)
    for name, narrowing in narrowings.items():
        others = {other for other, value in chosen.named.items() if value and other != name}
        shared = not chosen.named.get(name) and bool(others - {"sort"})
        rows = chosen.queryset.order_by() if shared else chosen.rows_but_for(name)
        for tally in narrowing.tallies:
            statement.add(name, tally, rows, shared=shared)
    return statement.ask(chosen.rows_but_for(""))
