"""How old facts are, who confirmed them lately, and where they come from."""

import datetime
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from dateutil.relativedelta import relativedelta

from citytools.facts.provenance import SourcedQuerySet, SourceKind

MOST = 5000
"""More facts than one body can have; a query is never without bound."""
LATELY = 12
"""Months up to today within which a confirmation counts as recent."""


@dataclass(frozen=True)
class Age:
    """Facts of one kind: how many, as of when (partial dates), and by what kind of source.

    Half of them are as old as `median` or older. `confirmed` counts those that the borough
    confirmed within the last 12 months; `invented` those made up for demonstration.
    """

    count: int
    oldest: str
    median: str
    newest: str
    confirmed: int
    invented: int
    sources: Sequence[tuple[str, int]]


def of(rows: SourcedQuerySet, today: datetime.date) -> Age:
    """The age of some facts; one query. A partial date stands for its beginning."""
    fields = ("as_of", "source_kind", "confirmed_on")
    facts = list(rows.order_by("as_of", "pk").values_list(*fields)[:MOST])
    days = [as_of for as_of, _, _ in facts]
    kinds = Counter(kind for _, kind, _ in facts)
    lately = today - relativedelta(months=LATELY)
    middle = (len(days) - 1) // 2
    oldest, median, newest = (days[0], days[middle], days[-1]) if days else ("", "", "")
    return Age(
        len(facts),
        oldest,
        median,
        newest,
        sum(day is not None and lately <= day <= today for _, _, day in facts),
        kinds[SourceKind.ILLUSTRATIVE],
        [(SourceKind(kind).label, count) for kind, count in kinds.most_common()],
    )
