"""Pictures of contracts in time."""

import datetime
from collections import Counter
from collections.abc import Mapping

from citytools.charts import Chart, upright_bars
from citytools.facts.dates import Quarter, quarter_words, quarters_from
from contracts.models.term import ASSUMED_MONTHS, QUARTERS, UNDATED


def decisions_chart(decisions: Mapping[str, int], today: datetime.date, csv: str) -> Chart:
    """Contracts by the quarters in which a decision falls or may fall.

    `decisions`: how many are under each key of `decision_quarters`.
    """
    ahead = quarters_from(today, QUARTERS)
    due: Counter[Quarter] = Counter()
    may: Counter[Quarter] = Counter()
    may_in_all = 0
    for key, count in decisions.items():
        first, _, rest = key.partition(" ")
        last, _, basis = rest.partition(" ")
        if not basis:
            continue
        if first == last and basis == "stated":
            due[_read_quarter(first)] += count
            continue
        may_in_all += count
        for quarter in ahead:
            if _read_quarter(first) <= quarter <= _read_quarter(last):
                may[quarter] += count
    labels = [quarter_words(quarter) for quarter in ahead]
    sure, perhaps = ([counts[quarter] for quarter in ahead] for counts in (due, may))
    undated = decisions.get(UNDATED, 0)
    series = {"Due": sure} if any(sure) or not may_in_all else {}
    series |= {"May be due": perhaps} if may_in_all else {}
    return Chart(
        key="decisions-ahead",
        title=_title(labels, sure, may_in_all),
        sentence=_sentence(labels, sure, may_in_all, undated),
        figure=upright_bars(labels, series, hatched="May be due"),
        head=("Quarter", *(f"Contracts: {name.lower()}" for name in series)),
        rows=list(zip(labels, *series.values(), strict=True)) if any(sure) or may_in_all else [],
        source=_source(today, may_in_all),
        csv=csv,
    )


def _read_quarter(key: str) -> Quarter:
    return int(key[:4]), int(key[4:])


def _title(labels: list[str], sure: list[int], may: int) -> str:
    if not any(sure):
        if may:
            return (
                f"{may:,} contract{'' if may == 1 else 's'} may need a decision by {_end(labels)}"
            )
        # Never that none is: of a list nobody can say that it holds every contract
        return "No decision is known to be due"
    highest, more = max(sure), f", and {may:,} more may be due" if may else ""
    if sure.count(highest) > 1:
        return f"No quarter has the most decisions: up to {highest:,} of {sum(sure):,} each{more}"
    quarter = labels[sure.index(highest)]
    return f"{quarter} has the most decisions: {highest:,} of {sum(sure):,}{more}"


def _end(labels: list[str]) -> str:
    """'Sep 2028' of 'Jul–Sep 2028'."""
    return labels[-1].partition("–")[2]


def _sentence(labels: list[str], sure: list[int], may: int, undated: int) -> str:
    span = f"from {labels[0]} to {labels[-1]}"
    words = []
    if any(sure):
        words.append(
            f"Decisions due {span}: {sum(sure):,}, of them {sum(sure[:4]):,} in the first four "
            "quarters."
        )
    if may:
        words.append(
            f"{'More that may be' if any(sure) else 'Decisions that may be'} due {span}: {may:,}, "
            "each drawn, hatched, in every quarter in which it may fall."
        )
    if not words:
        words.append(f"No contract is known to need a decision {span}.")
    if undated:
        words.append(f"Of {undated:,} contract{'' if undated == 1 else 's'} the end is not known.")
    return " ".join(words)


def _source(today: datetime.date, may: int) -> str:
    assumed = f" Where the notice is not known, {ASSUMED_MONTHS} are assumed." if may else ""
    return f"By the end of each contract less its notice, as at {today:%-d %B %Y}.{assumed}"
