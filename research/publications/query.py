"""What is asked of a page of research: as at which day, and whether invented records count."""

import datetime
from collections.abc import Mapping
from contextlib import AbstractContextManager, nullcontext
from functools import cached_property
from types import MappingProxyType
from typing import Any, TypeVar

from django.utils.dateformat import format as in_format

from citytools.facts import dates
from citytools.history import as_of_views
from citytools.lists.fields import DayField, YesNoField
from citytools.lists.query_form import QueryForm
from research.metrics.base import Scope
from research.models import CaseStudy, Finding, Publication, Recommendation, State

P = TypeVar("P", bound=Publication)
PUBLISHED: tuple[type[Publication], ...] = (Finding, CaseStudy, Recommendation)
"""Kinds of record that are published."""


class DayQueryForm(QueryForm):
    """`as_at=` a day answers with texts and numbers of that day."""

    _withdrawn: Mapping[type[Publication], list[int]] = MappingProxyType({})

    as_at = DayField("As at")

    @cached_property
    def problems(self) -> list[tuple[str, str]]:
        """The same, and a day of which nothing is recorded."""
        problems = super().problems
        day = self.values.get("as_at")
        if day and not problems and (wrong := _out_of_record(day)):
            return [("as_at", wrong)]
        return problems

    @property
    def includes_illustrative(self) -> bool:
        """Whether what is invented may be among what is counted: only if it is asked for."""
        return not self.problems and self.data.get("illustrative") == "yes"

    @property
    def day(self) -> datetime.date:
        """The day of the numbers."""
        asked = None if self.problems else self.values.get("as_at")
        return asked or dates.today()

    @property
    def of_the_past(self) -> bool:
        """Whether a day before today is asked for."""
        return self.day < dates.today()

    @property
    def scope(self) -> Scope:
        """Over what to measure."""
        return Scope(self.day, illustrative=self.includes_illustrative)

    @property
    def now_query(self) -> str:
        """The query string of the same with the numbers of today."""
        return self.query_string(as_at=[])

    @property
    def real_query(self) -> str:
        """The query string of the same, real records alone."""
        return self.query_string(illustrative=[])

    @property
    def invented_query(self) -> str:
        """The query string of the same, with what is invented counted in."""
        return self.query_string(illustrative=["yes"])

    def moment(self) -> AbstractContextManager[None]:
        """Within it, the tables are those of the day."""
        if not self.of_the_past:
            return nullcontext()
        self._withdrawn = {model: _withdrawn(model) for model in PUBLISHED}
        return as_of_views.read_as_at(self.day)

    def public(self, model: type[P]) -> Any:
        """What was public on the day; to be asked within the moment.

        What has been withdrawn since is left out of the past too: it was taken back for a reason.
        """
        return model.objects.published(self.day).exclude(pk__in=self._withdrawn.get(model, []))


class ResearchQueryForm(DayQueryForm):
    """The same, and `illustrative=yes` counts in what is invented, otherwise left out."""

    illustrative = YesNoField("Invented for demonstration counted in")


def _withdrawn(model: type[Publication]) -> list[int]:
    """What is withdrawn today, by number."""
    withdrawn = model._default_manager.withdrawn(dates.today())
    return list(withdrawn.order_by("pk").values_list("pk", flat=True))


def _out_of_record(day: datetime.date) -> str:
    """What is wrong with a day, and the remedy; empty where it is one on record."""
    began, today = as_of_views.history_start_date(), dates.today()
    if day > today:
        return f"{_words(day)} has not come yet: write {today.isoformat()} or earlier."
    if began is None or day < began:
        first = began or today
        return f"The record begins on {_words(first)}: write {first.isoformat()} or later."
    return ""


def _words(day: datetime.date) -> str:
    return in_format(day, "j F Y")


def publication_state(record: Publication, on: datetime.date) -> str:
    """'Draft', 'Public from 3 March 2027 on', 'Public since …' or 'Withdrawn on … because: …'."""
    state = record.state(on)
    if state == State.WITHDRAWN:
        return f"Withdrawn on {_day(record.withdrawn_on)} because: {record.withdrawal_reason}"
    if state == State.DRAFT:
        return "Draft"
    if state == State.SCHEDULED:
        return f"Public from {_day(record.published_on)} on; until then a draft"
    since = f"Public since {_day(record.published_on)}"
    return f"{since}, until {_day(record.withdrawn_on)}" if record.withdrawn_on else since


def _day(day: datetime.date | None) -> str:
    return in_format(day, "j F Y") if day else "a day not known"
