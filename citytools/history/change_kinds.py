"""The kinds of record whose changes are told, as each app registers them for its own models."""

import datetime
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import models

from citytools.history.page import HistoryLink, tracked_fields


def _own_address(record: Any) -> str:
    return str(record.get_absolute_url()) if hasattr(record, "get_absolute_url") else ""


@dataclass(frozen=True)
class Membership:
    """A column of an event table that says what a record belongs to, such as its borough.

    `owner` is the column of the record itself. `by_slug` says that the column holds a slug.
    """

    event_model: Any
    owner: str
    column: str
    by_slug: bool = False


@dataclass(frozen=True)
class ChangeKind:
    """One kind of record.

    `links` are told at the record that they belong to. A change of `ignored_fields` alone is told
    to nobody. `slugs` are columns that name a record of another kind by its slug. Of a publication
    the public hears only while its dates make it public. `address` is where the public reads such a
    record; `for_staff` says that it never does.
    """

    model: Any
    links: Sequence[HistoryLink] = ()
    ignored_fields: frozenset[str] = frozenset()
    slugs: Sequence[tuple[type[models.Model], str]] = ()
    is_publication: bool = False
    for_staff: bool = False
    address: Callable[[Any], str] = _own_address

    @property
    def singular(self) -> str:
        """'skill level'."""
        return str(self.model._meta.verbose_name)

    @property
    def plural(self) -> str:
        """'skill levels'."""
        return str(self.model._meta.verbose_name_plural)

    @property
    def name(self) -> str:
        """'skill_level', as it stands in an address and a file."""
        return self.singular.replace(" ", "_")

    @property
    def label(self) -> str:
        """'Skill level'."""
        return self.singular[:1].upper() + self.singular[1:]

    @property
    def events(self) -> Any:
        """The model of its events."""
        return self.model.pgh_event_model

    @property
    def event_models(self) -> list[Any]:
        """The models of the record's own events and of its links'."""
        links: list[Any] = [link.model for link in self.links]
        return [self.events, *(model.pgh_event_model for model in links)]

    def memberships(self, subject: type[models.Model]) -> Iterator[Membership]:
        """Where it is written which record of `subject` a record belongs to."""
        yield from _memberships(self.events, "pgh_obj_id", subject)
        for link in self.links:
            linked: Any = link.model
            yield from _memberships(linked.pgh_event_model, link.column, subject)
        for model, column in self.slugs:
            if model is subject:
                yield Membership(self.events, "pgh_obj_id", column, by_slug=True)


def _memberships(event_model: Any, owner: str, subject: type[models.Model]) -> Iterator[Membership]:
    for field in tracked_fields(event_model):
        if field.related_model is subject and field.attname != owner:
            yield Membership(event_model, owner, field.attname)


_kinds: dict[str, ChangeKind] = {}


def register(*kinds: ChangeKind) -> None:
    """Add kinds of an app; they are told in the order in which they are registered."""
    _kinds.update({kind.name: kind for kind in kinds})


def change_kinds(*, staff: bool = False) -> list[ChangeKind]:
    """Every kind that the public hears of, or that staff do."""
    return [kind for kind in _kinds.values() if staff or not kind.for_staff]


def is_publication(model: type[models.Model]) -> bool:
    """Whether only its dates make a record of the model public."""
    return any(kind.is_publication and kind.model is model for kind in _kinds.values())


def is_public(record: Any, on: datetime.date) -> bool:
    """Whether a publication is public on a day."""
    published = record.published_on is not None and record.published_on <= on
    return published and (record.withdrawn_on is None or record.withdrawn_on > on)
