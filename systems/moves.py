"""Moves from one product to another: seen in what boroughs run side by side, and in the history.

Two signs are read. In one borough and function, a product that is being retired or is retired
stands beside one that is planned, being put in or live: the borough moves, or has moved, from the
one to the other. And a record whose product was changed: a move, or a mistake put right; which of
the two the history cannot tell, so it is said as it is.
"""

import datetime
from collections.abc import Iterator
from dataclasses import dataclass

from django.db.models import F, Q, Window
from django.db.models.functions import Lag
from django.utils import timezone

from boroughs.models import Borough
from systems.models import Function, Product, Status, System, SystemQuerySet

MOST = 200
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
    illustrative: bool


def of(product: Product, systems: SystemQuerySet) -> list[Move]:
    """Moves to and from a product, by borough; four queries. `systems`: all that may be read."""
    moves = [*_side_by_side(product, systems), *_changed(product, systems)]
    return sorted(moves, key=lambda move: (move.borough.name, move.function.position, move.address))


def _side_by_side(product: Product, systems: SystemQuerySet) -> Iterator[Move]:
    own = systems.filter(product=product, status__in=[*LEAVING, *ARRIVING]).for_list()
    mine = list(own.order_by("borough__name", "pk")[:MOST])
    places = {(one.borough_id, one.function_id): one for one in mine}
    others = systems.exclude(product=product).filter(
        borough__in={one.borough_id for one in mine},
        function__in={one.function_id for one in mine},
        status__in=[*LEAVING, *ARRIVING],
    )
    for other in others.for_list().order_by("borough__name", "pk")[:5000]:
        here = places.get((other.borough_id, other.function_id))
        if here and (here.status in LEAVING) != (other.status in LEAVING):
            yield _pair(*((here, other) if here.status in LEAVING else (other, here)))


def _pair(old: System, new: System) -> Move:
    leaving, arriving = old.get_status_display().lower(), new.get_status_display().lower()
    return Move(
        old.borough,
        old.function,
        old.product,
        new.product,
        f"The one is {leaving}, the other {arriving}",
        new.get_absolute_url(),
        old.illustrative or new.illustrative,
    )


def _changed(product: Product, systems: SystemQuerySet) -> Iterator[Move]:
    events = System.pgh_event_model.objects  # type: ignore[attr-defined]
    # As a list: as a subquery it was asked of each event, where the planner knew no better
    concerned = events.filter(product=product).values_list("pgh_obj_id", flat=True)
    keys = list(systems.filter(pk__in=concerned).order_by("pk").values_list("pk", flat=True)[:5000])
    told = (
        events.filter(pgh_obj_id__in=keys)
        .annotate(
            before=Window(Lag("product_id"), partition_by="pgh_obj_id", order_by="pgh_id"),
        )
        .filter(Q(product=product) | Q(before=product.pk))
        .exclude(before=None)
        .exclude(before=F("product_id"))
        .select_related("borough", "function", "product")
        .order_by("pgh_id")[:MOST]
    )
    changes = list(told)
    befores = Product.objects.in_bulk({event.before for event in changes})
    for event in changes:
        if event.before in befores:
            yield Move(
                event.borough,
                event.function,
                befores[event.before],
                event.product,
                f"The record was changed on {_day(event.pgh_created_at)}: a move, or a "
                "mistake put right",
                f"/systems/{event.pgh_obj_id}/",
                event.source_kind == "illustrative",
            )


def _day(moment: datetime.datetime) -> str:
    return f"{timezone.localtime(moment):%-d %B %Y}"
