"""The timeline's picture with its finding, and the sentence that says what is not in it."""

import datetime
from collections import Counter
from collections.abc import Sequence
from functools import partial

from dateutil.relativedelta import relativedelta

from citytools.charts import Chart
from citytools.facts.dates import first_day, last_day
from contracts.models import Contract
from contracts.timeline import charts
from contracts.timeline.bars import Bar, bars_of, edge_of, why_not_drawn
from contracts.timeline.choice import BOROUGH, TimelineFilter
from systems.models import Function


def picture_of(
    contracts: Sequence[Contract], chosen: TimelineFilter, today: datetime.date
) -> Chart:
    """The bars of one page of contracts, grouped as asked."""
    edge = edge_of(contracts, today)
    bars = bars_of(contracts, edge)
    led = chosen.grouping == BOROUGH
    asked = set(chosen.named.get("function") or ())
    name = _lead if led else partial(_function, asked=asked)
    return Chart(
        key="timeline",
        title=_finding(bars, today),
        sentence=_sentence(contracts, len(bars)),
        figure=charts.figure(charts.grouped(bars, name), edge, today, "Function not known"),
        head=("Contract", "Starts", "Ends", "If extended", "Act by"),
        rows=[_row(bar.contract) for bar in bars],
        source=_source(bars, edge, today, led=led),
    )


def _lead(contract: Contract) -> str:
    return contract.lead.name


def _function(contract: Contract, asked: set[Function]) -> str:
    """The first of its functions, one that was asked for if any was; empty where none is known."""
    functions = list(contract.functions.all())
    wanted = [one for one in functions if one in asked] or functions
    return wanted[0].name if wanted else ""


def _finding(bars: Sequence[Bar], today: datetime.date) -> str:
    if not bars:
        return "No contract here has an end that can be drawn"
    year = today + relativedelta(months=12)
    ends = [bar.contract.ends_on for bar in bars]
    soon = sum(first_day(end) >= today and last_day(end) <= year for end in ends)
    if len(bars) == 1:
        return f"The contract drawn {'ends' if soon else 'does not end'} within 12 months"
    return f"{soon:,} of the {len(bars):,} contracts drawn end within 12 months"


def _sentence(contracts: Sequence[Contract], drawn: int) -> str:
    """'Drawn: 62 of the 100 contracts in the table. Listed only: 30 no end known.'"""
    reasons = Counter(why for one in contracts if (why := why_not_drawn(one.term)))
    words = f"Drawn: {drawn:,} of the {len(contracts):,} contracts in the table below."
    if reasons:
        listed = "; ".join(f"{why}, {count:,}" for why, count in sorted(reasons.items()))
        words += f" Listed only: {listed}."
    return words


def _source(bars: Sequence[Bar], edge: datetime.date, today: datetime.date, *, led: bool) -> str:
    once = (
        "A shared contract stands once, under the borough that leads it."
        if led
        else "A contract for several functions stands once, under the first of them."
    )
    invented = any(bar.contract.illustrative for bar in bars)
    return (
        f"As at {today:%-d %B %Y}. {once} The picture begins in {edge:%B %Y}; what began before "
        "is cut there. A date known only as a month or a year is drawn as that whole stretch, "
        "crossed." + (" * Invented for demonstration." if invented else "")
    )


def _row(contract: Contract) -> tuple[str, ...]:
    act_by = contract.act_by.isoformat() if contract.act_by else ""
    return (
        str(contract),
        contract.starts_on,
        contract.ends_on,
        contract.extension_until,
        act_by,
    )
