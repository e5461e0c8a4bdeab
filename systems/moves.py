"""Who moves from which product to which, as far as records show it.

Two signs are read. In one borough and function, a product that is being retired or is retired
stands beside one that is planned, being put in or live: the borough moves, or has moved, from the
one to the other. And a record whose product was changed: a move, or a mistake put right; which of
the two the history cannot tell, so it is said as it is.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import groupby, product
from typing import Any

from django.db.models import Exists, F, OuterRef, Q, Window
from django.db.models.functions import Lag
from django.utils import timezone

from boroughs.models import Borough
from citytools.lists.prepared_query import PreparedQuery
from citytools.worlds.addresses import page_address
from systems.models import Function, Product, Status, System, SystemQuerySet

MAX_MOVES = 200
MAX_SYSTEMS = 5000
LEAVING = (Status.RETIRING, Status.RETIRED)
ARRIVING = (Status.PLANNED, Status.IMPLEMENTING, Status.LIVE)


@dataclass(frozen=True)
class Move:
    """One borough's move for one function; `sign` says in words what it is read from."""

    borough: Borough
    function: Function
    before: Product
    after: Product
    sign: str
    address: str


def moves_involving(moved: Product) -> list[Move]:
    """Moves to and from a product, by borough; four queries."""
    pairs = _pairs(_moving_beside_product(moved.pk))
    systems = [pair for pair in pairs if moved.pk in {system.product_id for system in pair}]
    changes = _product_changes(Q(product=moved), Q(product=moved) | Q(before=moved.pk))
    return _in_order([*map(_move, systems), *changes])


def moves_within(function: Function) -> list[Move]:
    """Moves from any product to another for a function, by borough; four queries."""
    pairs = _pairs(_moving_for_function(function.pk))
    changes = _product_changes(Q(function=function), Q(function=function))
    return _in_order([*map(_move, pairs), *changes])


def _in_order(moves: list[Move]) -> list[Move]:
    return sorted(moves, key=lambda move: (move.borough.name, move.function.position, move.address))


def _pairs(systems: Iterable[System]) -> Iterator[tuple[System, System]]:
    """(what leaves, what arrives) in one borough for one function; systems stand by these."""
    for _, group in groupby(systems, lambda system: (system.borough_id, system.function_id)):
        members = list(group)
        leaving = [system for system in members if system.status in LEAVING]
        yield from product(leaving, [system for system in members if system not in leaving])


def _moving() -> SystemQuerySet:
    moving = System.objects.filter(status__in=[*LEAVING, *ARRIVING]).for_list()
    return moving.order_by("borough__name", "borough", "function", "product__name", "pk")


@PreparedQuery
def _moving_for_function(function: int) -> SystemQuerySet:
    return _moving().filter(function=function)[:MAX_SYSTEMS]


@PreparedQuery
def _moving_beside_product(product: int) -> SystemQuerySet:
    """Systems of any product where a borough has the product for the same function."""
    same_place = {"borough": OuterRef("borough"), "function": OuterRef("function")}
    own = System.objects.filter(status__in=[*LEAVING, *ARRIVING], product=product, **same_place)
    return _moving().filter(Exists(own))[:MAX_SYSTEMS]


def _move(pair: tuple[System, System]) -> Move:
    old, new = pair
    leaving, arriving = old.get_status_display().lower(), new.get_status_display().lower()
    return Move(
        old.borough,
        old.function,
        old.product,
        new.product,
        f"The one is {leaving}, the other {arriving}",
        new.get_absolute_url(),
    )


def _product_changes(concerned: Q, changed: Q) -> Iterator[Move]:
    """Records with a version that is `concerned`, where their product was then `changed`."""
    events = System.pgh_event_model.objects  # type: ignore[attr-defined]
    # As a list: as a subquery PostgreSQL ran it for each event where it had no statistics
    keys = events.filter(concerned).values_list("pgh_obj_id", flat=True)
    systems = System.objects.filter(pk__in=keys).order_by("pk")
    ever: Any = list(systems.values_list("pk", flat=True)[:MAX_SYSTEMS])
    changes = list(
        events.filter(pgh_obj_id__in=ever)
        .annotate(before=Window(Lag("product_id"), partition_by="pgh_obj_id", order_by="pgh_id"))
        .filter(changed)
        .exclude(before=None)
        .exclude(before=F("product_id"))
        .select_related("borough", "function", "product")
        .order_by("pgh_id")[:MAX_MOVES]
    )
    befores = Product.objects.in_bulk({event.before for event in changes})
    for event in changes:
        if event.before in befores:
            yield Move(
                event.borough,
                event.function,
                befores[event.before],
                event.product,
                f"The record was changed on {timezone.localtime(event.pgh_created_at):%-d %B %Y}: "
                "a move, or a mistake put right",
                page_address("systems:detail", event.key),
            )
