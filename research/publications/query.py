"""The query string of research: as at which day."""

import datetime
from collections.abc import Mapping
from contextlib import AbstractContextManager, nullcontext
from functools import cached_property
from types import MappingProxyType
from typing import Any, TypeVar

from citytools.facts import dates
from citytools.history import as_of_views
from citytools.lists.fields import DayField
from citytools.lists.query_form import QueryForm
from research.metrics.base import Scope, day_in_words
from research.models import CaseStudy, Finding, Publication, Recommendation

P = TypeVar("P", bound=Publication)
PUBLISHED: tuple[type[Publication], ...] = (Finding, CaseStudy, Recommendation)
"""Kinds of record that are published."""


class DayQueryForm(QueryForm):
    """`as_at=` a day answers with texts and numbers of that day."""

    _withdrawn: Mapping[type[Publication], list[int]] = MappingProxyType({})
    """Keys of what is withdrawn today, while the tables are those of an earlier day."""

    as_at = DayField("As at")

    @cached_property
    def problems(self) -> list[tuple[str, str]]:
        """Those of every query, or a day of which nothing is recorded."""
        problems: list[tuple[str, str]] = super().problems
        day = self.values.get("as_at")
        if day and not problems and (problem := _out_of_record(day)):
            return [("as_at", problem)]
        return problems

    @property
    def day(self) -> datetime.date:
        day: datetime.date | None = None if self.problems else self.values.get("as_at")
        return day or dates.today()

    @property
    def is_past(self) -> bool:
        return self.day < dates.today()

    @property
    def scope(self) -> Scope:
        return Scope(self.day)

    @property
    def now_query(self) -> str:
        """The query string of the same with the numbers of today."""
        return self.query_string(as_at=[])

    def moment(self) -> AbstractContextManager[None]:
        """Within it, the tables are those of the day."""
        if not self.is_past:
            return nullcontext()
        today = dates.today()
        self._withdrawn = {
            model: list(model._default_manager.withdrawn(today).values_list("pk", flat=True))
            for model in PUBLISHED
        }
        return as_of_views.read_as_at(self.day)

    def public(self, model: type[P]) -> Any:
        """What was public on the day; call it within the moment.

        What has been withdrawn since is left out of the past too: it was taken back for a reason.
        """
        return model.objects.published(self.day).exclude(pk__in=self._withdrawn.get(model, []))


def _out_of_record(day: datetime.date) -> str:
    """What is wrong with a day, and the remedy; empty for a day on record."""
    began, today = as_of_views.history_start_date(), dates.today()
    if day > today:
        return f"{day_in_words(day)} has not come yet: write {today.isoformat()} or earlier."
    if began is None or day < began:
        first = began or today
        return f"The record begins on {day_in_words(first)}: write {first.isoformat()} or later."
    return ""
