"""Pictures of contracts in time."""

import datetime
from collections import Counter

from citytools.charts import Chart, upright_bars
from citytools.facts.dates import last_day_of, quarter_of, quarter_words, quarters_from
from contracts.models import ContractQuerySet

# Quarters ahead, this one included.
QUARTERS = 8


def decisions_ahead(
    contracts: ContractQuerySet, today: datetime.date, csv: str, quarters: int = QUARTERS
) -> Chart:
    """Contracts by the quarter of their act-by date, from this quarter on."""
    ahead = quarters_from(today, quarters)
    last = last_day_of(ahead[-1])
    days = contracts.acting_between(today, last).values_list("act_by", flat=True).order_by()
    counts = Counter(quarter_of(day) for day in days)
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
