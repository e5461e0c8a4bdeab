"""One record's history, newest first: who changed what and when, its link rows included."""

import datetime
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.contrib.auth import get_user_model
from django.core.paginator import Page, Paginator
from django.db import models
from django.db.models import OuterRef, Subquery, Value
from django.utils import timezone
from django.utils.dateformat import format as in_format

from citytools.history_words import Change, Names, changes, tracked_fields

PER_PAGE = 50
_DONE = {"insert": "created", "update": "changed", "delete": "deleted"}
_DONE_TO_LINK = {"insert": "added", "update": "changed", "delete": "removed"}


@dataclass(frozen=True)
class Link:
    """Rows of another model that belong to a record by this foreign key, and what one is called."""

    model: type[models.Model]
    field: str
    noun: str


@dataclass(frozen=True)
class Entry:
    """One write to one row. `version` is the event's number if the record can go back to it."""

    when: datetime.datetime
    who: str
    done: str
    changes: Sequence[Change]
    version: int | None = None


@dataclass(frozen=True)
class _Stream:
    """The events of one model that belong to a record: position 0 is the record itself."""

    position: int
    event_model: Any
    field: str
    noun: str

    def keys(self, record: int) -> Any:
        """When, number and stream of each event."""
        mine = self.event_model.objects.filter(**{self.field: record}).order_by()
        keys = mine.annotate(stream=Value(self.position, models.IntegerField()))
        return keys.values_list("pgh_created_at", "pgh_id", "stream")

    def load(self, numbers: list[int]) -> dict[int, Any]:
        """The events by number, each knowing the number of the event before it."""
        earlier = self.event_model.objects.filter(
            pgh_obj_id=OuterRef("pgh_obj_id"), pgh_id__lt=OuterRef("pgh_id")
        )
        before = Subquery(earlier.order_by("-pgh_id").values("pgh_id")[:1])
        events = self.event_model.objects.filter(pgh_id__in=numbers)
        events = events.select_related("pgh_context").annotate(before=before)
        return {event.pgh_id: event for event in events}

    @cached_property
    def fields(self) -> list[models.Field]:
        """What a change of a row can be about: not the record that it belongs to."""
        fields = tracked_fields(self.event_model)
        return [field for field in fields if field.attname != self.field]


def page_of(model: type[models.Model], record: int, links: Sequence[Link], number: Any) -> Page:
    """One page of entries; the number of queries depends on the kinds of links alone."""
    streams = _streams(model, links)
    timeline = _timeline([stream.keys(record) for stream in streams])
    page = Paginator(timeline, PER_PAGE).get_page(number)
    page.object_list = _entries(list(page.object_list), streams)
    return page


def entries_since(
    model: type[models.Model],
    record: int,
    links: Sequence[Link],
    newest: Sequence[int],
    limit: int,
) -> tuple[Sequence[Entry], int]:
    """The entries later than the newest event of each kind, newest first, and how many there are.

    At most `limit` of them are read. `newest` begins with the record's own, as `links` follow it.
    """
    streams = _streams(model, links)
    keys = [
        stream.keys(record).filter(pgh_id__gt=last)
        for stream, last in zip(streams, newest, strict=True)
    ]
    found = _timeline(keys)
    return _entries(list(found[:limit]), streams), found.count()


def _timeline(keys: Sequence[Any]) -> Any:
    together = keys[0].union(*keys[1:], all=True) if keys[1:] else keys[0]
    return together.order_by("-pgh_created_at", "-stream", "-pgh_id")


def _streams(model: Any, links: Sequence[Link]) -> list[_Stream]:
    found = [_Stream(0, model.pgh_event_model, "pgh_obj_id", "")]
    for position, link in enumerate(links, start=1):
        tracked: Any = link.model
        found.append(_Stream(position, tracked.pgh_event_model, f"{link.field}_id", link.noun))
    return found


def _entries(keys: list[tuple[Any, int, int]], streams: Sequence[_Stream]) -> list[Entry]:
    loaded, before = [], []
    for stream in streams:
        loaded.append(stream.load([number for _, number, at in keys if at == stream.position]))
        earlier = [event.before for event in loaded[-1].values() if event.before]
        before.append(stream.event_model.objects.in_bulk(earlier))
    events = [event for kind in loaded for event in kind.values()]
    earlier_events = [event for kind in before for event in kind.values()]
    names, people = Names([*events, *earlier_events]), people_of(events)
    return [
        _entry(streams[at], loaded[at][number], before[at], names, people) for _, number, at in keys
    ]


def _entry(
    stream: _Stream, event: Any, before: dict[int, Any], names: Names, people: dict[int, str]
) -> Entry:
    own = stream.position == 0
    done = (_DONE if own else _DONE_TO_LINK)[event.pgh_label]
    earlier = before.get(event.before) if event.pgh_label == "update" else None
    old, new = (event, None) if event.pgh_label == "delete" else (earlier, event)
    return Entry(
        when=event.pgh_created_at,
        who=who(event, people),
        done=done.capitalize() if own else f"{stream.noun} {done}",
        changes=changes(old, new, stream.fields, names),
        version=event.pgh_id if own else None,
    )


def in_london(moment: datetime.datetime) -> str:
    """A moment as London's clocks showed it."""
    return in_format(timezone.localtime(moment), "j F Y, H:i")


def people_of(events: Sequence[Any]) -> dict[int, str]:
    """Names of the accounts that wrote the events, by number: one query."""
    contexts = [event.pgh_context for event in events if event.pgh_context_id]
    numbers = {context.metadata.get("user") for context in contexts if context}
    accounts = get_user_model().objects.filter(pk__in=numbers - {None})
    return {user.pk: user.get_full_name() or user.get_username() for user in accounts}


def who(event: Any, people: dict[int, str]) -> str:
    """Who or what wrote an event; nothing personal beyond the account is kept."""
    if not event.pgh_context:
        return "Directly in the database"
    metadata = event.pgh_context.metadata
    if metadata.get("user"):
        name = people.get(metadata["user"], f"An account since deleted ({metadata['user']})")
        return f"{name}: {metadata['batch']}" if metadata.get("batch") else name
    if metadata.get("command"):
        # One run of a command is one context: its number tells two loads apart
        return f"The command “{metadata['command']}” ({str(event.pgh_context_id)[:8]})"
    return "Not known"
