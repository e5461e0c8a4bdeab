"""What was, theirs and mine, merged field by field.

A record is a mapping of its fields' values, or None where there is no such record. Only values
that both sides changed, each to something else, are in conflict.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import Final, TypeAlias

WHOLE: Final = "DELETE"
"""The conflict of a record that one side removed and the other changed."""


class Unknown(Enum):
    """What was, where nobody knows it: it is like no value."""

    UNKNOWN = "unknown"


UNKNOWN: Final = Unknown.UNKNOWN
Value: TypeAlias = tuple[str, ...] | frozenset[str]
"""What a form posts of a field; a set of links has no order."""
Record: TypeAlias = Mapping[str, Value]


@dataclass(frozen=True)
class RecordMerge:
    """The merged record; where fields are in conflict, it has mine."""

    record: Record | None
    conflicts: frozenset[str] = field(default_factory=frozenset)


def is_conflict(base: object, theirs: object, mine: object) -> bool:
    """Whether both sides changed it, each to something else."""
    return mine not in (base, theirs) and theirs != base


def merge_values(base: Value | Unknown, theirs: Value, mine: Value) -> Value:
    """Mine where I changed it, otherwise theirs; of two sets of links both sides' changes."""
    if (
        isinstance(base, frozenset)
        and isinstance(theirs, frozenset)
        and isinstance(mine, frozenset)
    ):
        return (theirs - (base - mine)) | (mine - base)
    return theirs if mine == base else mine


def merge_records(
    base: Record | Unknown | None, theirs: Record | None, mine: Record | None
) -> RecordMerge:
    """A field that mine does not name is one that I did not change."""
    if theirs is None or mine is None:
        conflict = is_conflict(base, theirs, mine)
        merged = mine if conflict or mine != base else theirs
        return RecordMerge(merged, frozenset({WHOLE} if conflict else ()))
    known = base if isinstance(base, Mapping) else {}
    merged, conflicts = {}, set()
    for name, value in theirs.items():
        sides = known.get(name, UNKNOWN), value, mine.get(name, value)
        merged[name] = merge_values(*sides)
        links = all(isinstance(side, frozenset) for side in sides)
        if not links and is_conflict(*sides):
            conflicts.add(name)
    return RecordMerge(merged, frozenset(conflicts))
