"""What a filter's value leaves of the rows, and how the rows of each of its values are counted."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, cast

from django.db.models import (
    Count,
    Expression,
    F,
    Model,
    QuerySet,
    TextField,
)
from django.db.models.functions import Cast

from citytools.facts.provenance import SourceKind

Rows = QuerySet[Any]

YES = {"true": "yes", "false": "no"}
NOT_KNOWN = ("not_known", "Not known")
"""A closed list's value for rows where it is empty."""


@dataclass(frozen=True)
class Narrowing:
    """A filter's method, with the counts of what each of its values would leave.

    Counts of several tallies are summed by key. `called` says what a key is in the address, where
    it is not the same: by a mapping, or by a function of the key.
    """

    narrow: Callable[[Any, Any], Any]
    tallies: "tuple[along | through, ...]" = ()
    called: Mapping[str, str] | Callable[[str], str] = field(default_factory=dict)

    def __call__(self, rows: Rows, value: Any) -> Rows:
        """The rows that the value leaves."""
        left: Rows = self.narrow(rows, value)
        return left

    def name(self, key: str) -> str:
        """A key of the tallies as it is written in the address."""
        return self.called(key) if callable(self.called) else self.called.get(key, key)


@dataclass(frozen=True)
class Keyed:
    """A tally in two steps: (key, n), and (facet_key, key), what each key is called.

    With `pairs` the first is (key, row), to be counted by key; without names the key is the value.
    """

    counted: Rows
    named: Rows | None
    pairs: bool = False


@dataclass(frozen=True)
class along:  # noqa: N801 (it reads as the function that it is)
    """Count by a column, which may lie across foreign keys, or by an expression of few values.

    An expression that changes with the day is given as a function.
    """

    path: str | Callable[[], Expression]

    @property
    def value(self) -> Cast:
        """What a row is counted under, as text."""
        path = F(self.path) if isinstance(self.path, str) else self.path()
        return Cast(path, TextField())

    def by_key(self, rows: Rows) -> Keyed | None:
        """The same by the key first, where the column lies across a foreign key.

        To group by a number and then name the few groups is faster than to name every row.
        """
        first, _, rest = self.path.partition("__") if isinstance(self.path, str) else ("", "", "")
        if not rest:
            return None
        called: Any = rows.model._meta.get_field(first).related_model
        keyed = rows.select_related(None).prefetch_related(None).order_by().values(first)
        return Keyed(keyed.annotate(n=Count("*")).values_list(first, "n"), _names(called, rest))


@dataclass(frozen=True)
class through:  # noqa: N801 (it reads as the function that it is)
    """Count by what the rows are linked to: `model` holds the links, `owner` names the rows there.

    Each row counts once for each value, however many links lead there.
    """

    model: type[Model]
    owner: str
    path: str

    def by_key(self, rows: Rows, *, of_all: bool) -> Keyed:
        """The tally of rows by pairs of a key and a row, each once; by the value if it is no key.

        `of_all` says that the rows are all there are, so that all links are theirs: to look for
        the row of each takes half of the time.
        """
        path, _, column = self.path.rpartition("__")
        called: Any = self.model
        for step in path.split("__"):
            called = called._meta.get_field(step).related_model
        links = self.model._default_manager.order_by() if of_all else self._links(rows).order_by()
        if not called._meta.get_field(column).unique:
            valued = links.annotate(facet_key=Cast(F(self.path), TextField()))
            return Keyed(valued.values_list("facet_key", self.owner).distinct(), None, pairs=True)
        pairs = links.values_list(path, self.owner)
        once = {path, self.owner} in self._unique()
        return Keyed(pairs if once else pairs.distinct(), _names(called, column), pairs=True)

    def _links(self, rows: Rows) -> Rows:
        owners = rows.order_by().values("pk")
        links: Rows = self.model._default_manager.filter(**{f"{self.owner}__in": owners})
        return links

    def _unique(self) -> list[set[str]]:
        named = [one.fields for one in self.model._meta.total_unique_constraints]
        return [set(one) for one in (*self.model._meta.unique_together, *named)]


def _names(called: Any, column: str) -> Rows:
    named = called._base_manager.order_by().annotate(facet_key=Cast(F(column), TextField()))
    return cast("Rows", named.values_list("facet_key", "pk"))


def by_value(column: str) -> Narrowing:
    """A narrowing on a closed list, where not_known stands for empty."""

    def narrow(queryset: Rows, chosen: Iterable[str]) -> Rows:
        values = ["" if value == NOT_KNOWN[0] else value for value in chosen]
        return queryset.filter(**{f"{column}__in": values})

    return Narrowing(narrow, (along(column),), {"": NOT_KNOWN[0]})


def by_slug(path: str) -> Narrowing:
    """A narrowing on a foreign key: rows whose `path` is among the chosen records."""

    def narrow(queryset: Rows, chosen: Iterable[Model]) -> Rows:
        return queryset.filter(**{f"{path}__in": chosen})

    return Narrowing(narrow, (along(f"{path}__slug"),))


def by_answer(column: str) -> Narrowing:
    """A narrowing on yes or no, where nobody may have answered."""
    return Narrowing(lambda rows, yes: rows.filter(**{column: yes}), (along(column),), YES)


def _real_or_invented(rows: Any, yes: bool) -> Any:
    return rows.illustrative() if yes else rows.real()


real_or_invented = Narrowing(
    _real_or_invented,
    (along("source_kind"),),
    lambda kind: "yes" if kind == SourceKind.ILLUSTRATIVE else "no",
)
"""`illustrative=yes|no` on rows with provenance."""
