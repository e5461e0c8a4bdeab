"""Pictures of contracts in time."""

import datetime
from collections import Counter

from citytools.charts import Chart, upright_bars
from contracts.models import ContractQuerySet

Quarter = tuple[int, int]


def quarter_of(day: datetime.date) -> Quarter:
    """(year, 1 to 4) of a day, by calendar quarters."""
    return day.year, (day.month - 1) // 3 + 1


def quarters_from(day: datetime.date, count: int) -> list[Quarter]:
    """Consecutive calendar quarters, the first the one that holds the day."""
    year, quarter = quarter_of(day)
    first = year * 4 + quarter - 1
    return [(number // 4, number % 4 + 1) for number in range(first, first + count)]


def decisions_ahead(
    contracts: ContractQuerySet, today: datetime.date, csv: str, quarters: int = 8
) -> Chart:
    """Contracts by the quarter of their act-by date, from this quarter on."""
    ahead = quarters_from(today, quarters)
    last = _last_day(ahead[-1])
    days = contracts.acting_between(today, last).values_list("act_by", flat=True).order_by()
    counts = Counter(quarter_of(day) for day in days)
    labels = [quarter_words(quarter) for quarter in ahead]
    values = [counts[quarter] for quarter in ahead]
    return Chart(
        key="decisions-ahead",
        title=_finding(labels, values),
        sentence=_sentence(labels, values),
        figure=upright_bars(labels, {"Contracts to decide on": values}),
        head=("Quarter", "Contracts to decide on"),
        rows=list(zip(labels, values, strict=True)) if any(values) else [],
        source=f"Contracts whose end and notice are both known, as at {today:%-d %B %Y}.",
        csv=csv,
    )


def quarter_words(quarter: Quarter) -> str:
    """'Jan–Mar 2027'."""
    return f"{_MONTHS[quarter[1]]} {quarter[0]}"


_MONTHS = {1: "Jan–Mar", 2: "Apr–Jun", 3: "Jul–Sep", 4: "Oct–Dec"}


def _last_day(quarter: Quarter) -> datetime.date:
    year, number = quarter
    after = datetime.date(year + number // 4, number % 4 * 3 + 1, 1)
    return after - datetime.timedelta(days=1)


def _finding(labels: list[str], values: list[int]) -> str:
    if not any(values):
        return "No decision is due in the quarters ahead"
    most = max(values)
    if values.count(most) > 1:
        return f"No quarter has the most decisions: up to {most:,} of {sum(values):,} each"
    return f"{labels[values.index(most)]} has the most decisions: {most:,} of {sum(values):,}"


def _sentence(labels: list[str], values: list[int]) -> str:
    if not any(values):
        return f"No contract has an act-by date from {labels[0]} to {labels[-1]}."
    return (
        f"Act-by dates known from {labels[0]} to {labels[-1]}: {sum(values):,}, "
        f"of them {sum(values[:4]):,} in the first four quarters."
    )
