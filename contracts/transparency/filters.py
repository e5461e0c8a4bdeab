"""What the Transparency Code's file can be narrowed by: as contracts, and by what is missing."""

from functools import reduce
from operator import or_
from typing import Any

from citytools.lists.filters import Values
from contracts.filters import ContractFilter
from contracts.transparency.columns import TRANSPARENCY_COLUMNS
from contracts.transparency.wanted import WANTED

_MISSING = {one.column: one.missing for one in WANTED}


def _lacking(queryset: Any, columns: list[str]) -> Any:
    return queryset.filter(reduce(or_, (_MISSING[column]("") for column in columns)))


class TransparencyFilter(ContractFilter):
    """Contracts in the columns of the Code; `missing` keeps those of which something is unknown."""

    columns = TRANSPARENCY_COLUMNS
    missing = Values("Missing fact", [(one.column, one.label) for one in WANTED], _lacking)
