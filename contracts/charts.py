"""Pictures of contracts in time."""

import datetime
from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any

from django.db.models import QuerySet

from citytools.charts import Chart, upright_bars
from citytools.facts.dates import last_day_of, quarter_words, quarters_from
from contracts.models import ContractQuerySet

# Quarters ahead, this one included.
QUARTERS = 8


def decisions_by_quarter(contracts: ContractQuerySet, today: datetime.date) -> QuerySet[Any]:
    """How many act-by dates fall within each of the quarters ahead; see `decisions_chart`."""
    return contracts.decisions_by_quarter(today, last_day_of(quarters_from(today, QUARTERS)[-1]))


def decisions_ahead(contracts: ContractQuerySet, today: datetime.date, csv: str) -> Chart:
    """Contracts by the quarter of their act-by date, from this quarter on; one query."""
    return decisions_chart(decisions_by_quarter(contracts, today), today, csv)


def decisions_chart(
    decisions: Iterable[Mapping[str, Any]], today: datetime.date, csv: str
) -> Chart:
    """The same from the rows of `decisions_by_quarter`."""
    ahead = quarters_from(today, QUARTERS)
    counts = Counter({(row["year"], row["quarter"]): row["decisions"] for row in decisions})
    labels = [quarter_words(quarter) for quarter in ahead]
    values = [counts[quarter] for quarter in ahead]
    return Chart(
        key="decisions-ahead",
        title=_title(labels, values),
        sentence=_sentence(labels, values),
        figure=upright_bars(labels, {"Contracts to decide on": values}),
        head=("Quarter", "Contracts to decide on"),
        rows=list(zip(labels, values, strict=True)) if any(values) else [],
        source=f"Contracts whose end and notice are both known, as at {today:%-d %B %Y}.",
        csv=csv,
    )


def _title(labels: list[str], values: list[int]) -> str:
    if not any(values):
        return "No act-by date is known in the quarters ahead"
    highest = max(values)
    if values.count(highest) > 1:
        return f"No quarter has the most decisions: up to {highest:,} of {sum(values):,} each"
    return f"{labels[values.index(highest)]} has the most decisions: {highest:,} of {sum(values):,}"


def _sentence(labels: list[str], values: list[int]) -> str:
    if not any(values):
        return f"No contract has an act-by date from {labels[0]} to {labels[-1]}."
    return (
        f"Act-by dates known from {labels[0]} to {labels[-1]}: {sum(values):,}, "
        f"of them {sum(values[:4]):,} in the first four quarters."
    )
