"""Which facts a query sees: the evidence, or with it what is invented for demonstration.

A world is a context variable, and the database backend puts that world's schemas first on the
search path before it hands out a cursor (`citytools.local.postgres`). So no query can forget it,
raw SQL and COPY included. Without a word the world is evidence: a thread that was not told, or code
that runs after the request, may show too little, never an invention as a fact.
"""

import contextvars
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from enum import StrEnum
from typing import Any, ParamSpec, TypeVar

from django.core.exceptions import ObjectDoesNotExist, ValidationError

P = ParamSpec("P")
R = TypeVar("R")

PREFIX = "/demo"
"""Before each address of the demonstration."""
FILE_MARK = "-demonstration"
"""At the end of each name of a file of the demonstration, before its suffix."""


class World(StrEnum):
    """What there is to see."""

    EVIDENCE = "evidence"
    DEMONSTRATION = "demonstration"
    BOTH = "both"
    """For the admin and commands: every row, whatever world it belongs to."""


_world: ContextVar[World] = ContextVar("world", default=World.EVIDENCE)
_in_past: ContextVar[bool] = ContextVar("in_past", default=False)


def current_world() -> World:
    """The world of this context."""
    return _world.get()


def hides_inventions() -> bool:
    """Whether queries see the evidence alone."""
    return _world.get() is World.EVIDENCE


def in_demonstration() -> bool:
    """Whether this is the demonstration that visitors see."""
    return _world.get() is World.DEMONSTRATION


def in_past() -> bool:
    """Whether tracked tables are read as they stood on an earlier day."""
    return _in_past.get()


@contextmanager
def use_world(world: World) -> Iterator[None]:
    """Within, queries see this world."""
    token = _world.set(world)
    try:
        yield
    finally:
        _world.reset(token)


def set_world(world: World) -> None:
    """Let all that follows see this world: at the start of a process."""
    _world.set(world)


@contextmanager
def use_past() -> Iterator[None]:
    """Within, tracked tables are read as they stood (`citytools.history.as_of_views`)."""
    token = _in_past.set(True)
    try:
        yield
    finally:
        _in_past.reset(token)


def in_same_world(function: Callable[P, R]) -> Callable[P, R]:
    """The function as it runs in the present context: for a thread, which would begin without."""
    context = contextvars.copy_context()

    def run(*args: P.args, **kwargs: P.kwargs) -> R:
        return context.run(function, *args, **kwargs)

    return run


_SCHEMAS = {
    (World.EVIDENCE, False): "evidence",
    (World.EVIDENCE, True): "evidence_past, past, evidence",
    (World.DEMONSTRATION, False): "demonstration",
    (World.DEMONSTRATION, True): "past, demonstration",
    (World.BOTH, False): "",
    (World.BOTH, True): "past",
}


def schemas() -> str:
    """The schemas of views that stand before the tables; one that does not exist is passed over."""
    return _SCHEMAS[_world.get(), _in_past.get()]


def reads_views() -> bool:
    """Whether tables may be views, of which PostgreSQL knows no primary key."""
    return _in_past.get() or hides_inventions()


def world_title(title: str) -> str:
    """The title of a file, feed or calendar, which says so where it may hold inventions."""
    return (
        f"{title} (demonstration: invented records beside real ones)"
        if in_demonstration()
        else title
    )


def world_file_name(stem: str) -> str:
    """The name of a file without its suffix, marked where it may hold inventions."""
    return f"{stem}{FILE_MARK}" if in_demonstration() else stem


def is_invented(record: Any) -> bool:
    """Whether a record says itself that it is: a fact by its source, a thing by a mark."""
    kind = getattr(record, "source_kind", "")
    return kind == "illustrative" or bool(getattr(record, "illustrative", False))


def check_one_world(record: Any) -> None:
    """ValidationError beside each field in which a record names one of the other world."""
    errors = {}
    for field in record._meta.concrete_fields:
        if not field.related_model or not getattr(record, field.attname):
            continue
        try:
            target = getattr(record, field.name)
        except ObjectDoesNotExist:
            continue  # deleted meanwhile, which the field's own check says
        if _says_world(target) and is_invented(target) != is_invented(record):
            errors[field.name] = f"“{target}” {_REASONS[is_invented(target)]}"
    if errors:
        raise ValidationError(errors)


_REASONS = {
    True: "is invented for demonstration: what is real cannot rest on it.",
    False: "is real: what is invented for demonstration cannot rest on it.",
}


def _says_world(record: Any) -> bool:
    return hasattr(record, "source_kind") or hasattr(record, "illustrative")
