"""Pictures of contracts in time."""

import datetime
from collections.abc import Mapping

from django.db.models import Case, Count

from citytools.charts import Chart, upright_bars
from citytools.facts.dates import last_day_of, quarter_words, quarters_from
from contracts.models import ContractQuerySet
from contracts.models.dates import act_by_quarter

# Quarters ahead, this one included.
QUARTERS = 8


def decision_quarter(today: datetime.date) -> Case:
    """SQL: the quarter ahead in which an act-by date falls, for `decisions_chart`; else null."""
    return act_by_quarter(today, last_day_of(quarters_from(today, QUARTERS)[-1]))


def decisions_ahead(contracts: ContractQuerySet, today: datetime.date, csv: str) -> Chart:
    """Contracts by the quarter of their act-by date, from this quarter on; one query."""
    quarters = contracts.order_by().annotate(quarter=decision_quarter(today)).values("quarter")
    counts = quarters.annotate(decisions=Count("*")).values_list("quarter", "decisions")
    return decisions_chart({str(quarter): count for quarter, count in counts}, today, csv)


def decisions_chart(decisions: Mapping[str, int], today: datetime.date, csv: str) -> Chart:
    """The same from how many contracts are in each `decision_quarter`."""
    ahead = quarters_from(today, QUARTERS)
    counts = {quarter: decisions.get(f"{quarter[0]}{quarter[1]}", 0) for quarter in ahead}
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
