"""Paging by the values of the last row, not by its place: rows added meanwhile move nothing."""

import datetime
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.core.signing import BadSignature, Signer
from django.db.models import F, Q, QuerySet
from django.db.models.expressions import OrderBy

_NOTHING = Q(pk__in=[])


class InvalidCursorError(ValueError):
    """The cursor was not made here, or for another choice of rows."""


@dataclass(frozen=True)
class OrderKey:
    """One part of an order, under the name by which the query knows it."""

    name: str
    expression: Any
    descending: bool
    nulls_first: bool

    @property
    def order(self) -> OrderBy:
        """The part of ORDER BY."""
        places: dict[str, Any] = {
            "nulls_first": self.nulls_first or None,
            "nulls_last": None if self.nulls_first else True,
        }
        return OrderBy(F(self.name), descending=self.descending, **places)

    def same(self, value: Any) -> Q:
        """Rows with this value."""
        return Q(**{f"{self.name}__isnull": True}) if value is None else Q(**{self.name: value})

    def beyond(self, value: Any) -> Q:
        """Rows that this part alone puts after those with the value."""
        unknown = Q(**{f"{self.name}__isnull": True})
        if value is None:
            return ~unknown if self.nulls_first else _NOTHING
        further = Q(**{f"{self.name}__{'lt' if self.descending else 'gt'}": value})
        return further if self.nulls_first else further | unknown


def order_keys(queryset: QuerySet[Any]) -> list[OrderKey]:
    """The order of a queryset as parts, the primary key last."""
    order = [*(queryset.query.order_by or queryset.model._meta.ordering), "pk"]
    return [_key(f"key_{position}", part) for position, part in enumerate(order)]


def _key(name: str, part: Any) -> OrderKey:
    if isinstance(part, str):
        down = part.startswith("-")
        return OrderKey(name, F(part.removeprefix("-")), down, nulls_first=down)
    if isinstance(part, OrderBy):
        first = bool(part.nulls_first) or (part.descending and not part.nulls_last)
        return OrderKey(name, part.expression, part.descending, nulls_first=first)
    return OrderKey(name, part, descending=False, nulls_first=False)


def order_by_keys(queryset: QuerySet[Any], keys: Sequence[OrderKey]) -> QuerySet[Any]:
    """The rows in their order, with every part of it as an annotation."""
    rows: QuerySet[Any] = queryset.annotate(**{key.name: key.expression for key in keys})
    return rows.order_by(*(key.order for key in keys))


def rows_after(keys: Sequence[OrderKey], values: Sequence[Any]) -> Q:
    """Rows that come after the row with these values of the order's parts.

    InvalidCursorError if there are more or fewer: the cursor is from before the order was changed.
    """
    if len(keys) != len(values):
        raise InvalidCursorError
    after, so_far = _NOTHING, Q()
    for key, value in zip(keys, values, strict=True):
        after |= so_far & key.beyond(value)
        so_far &= key.same(value)
    return after


def encode_cursor(values: Sequence[Any], choice: str) -> str:
    """A row's place as text for an address; it holds for this choice of rows alone."""
    return Signer(salt=f"place of {choice}").sign_object([_plain(value) for value in values])


def _plain(value: Any) -> Any:
    if isinstance(value, datetime.date):
        return value.isoformat()
    return str(value) if isinstance(value, Decimal) else value


def decode_cursor(text: str, choice: str) -> list[Any]:
    """The values of a cursor; InvalidCursorError if it was not made for this choice of rows."""
    try:
        values: list[Any] = Signer(salt=f"place of {choice}").unsign_object(text)
    except (BadSignature, ValueError) as fault:
        raise InvalidCursorError from fault
    return values
