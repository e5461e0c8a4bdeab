"""The picture of the timeline: bars of days in groups, one row for each contract."""

import datetime
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from html import escape
from typing import Any

from dateutil.relativedelta import relativedelta

from citytools.charts import PALETTE, Chart, Trace, build_figure
from citytools.facts.dates import first_day, last_day, partial_date_in_words
from contracts.models import Contract
from contracts.models.term import ASSUMED_MONTHS
from contracts.timeline.bars import (
    BOROUGH,
    ContractBar,
    StretchKind,
    TimelineFilter,
    contract_bars,
    left_edge,
    why_not_drawn,
)
from systems.models import Function

# Pixels for a row; a phone has the name above its bar.
_ROW, _PHONE_ROW = 24, 36
_WASH = "#e9eef3"


_LEFT = {"xref": "paper", "x": 0, "xanchor": "left"}


def _heading(row: int, name: str) -> dict[str, Any]:
    text = {"text": escape(name, quote=False), "font": {"weight": 700}, "bgcolor": _WASH}
    return {**text, **_LEFT, "y": row, "showarrow": False, "align": "left"}


def _name_above(row: int, bar: ContractBar) -> dict[str, Any]:
    place = {**_LEFT, "y": row - 0.25, "yanchor": "bottom"}
    return {**place, "text": _name(bar, 38), "showarrow": False, "borderpad": 0}


def heading_band(row: int) -> dict[str, Any]:
    """The wash behind a heading."""
    place = {"xref": "paper", "x0": 0, "x1": 1, "y0": row - 0.45, "y1": row + 0.45}
    look = {"layer": "below", "fillcolor": _WASH, "line": {"width": 0}}
    return {"type": "rect", **place, **look}


def figure_sizes(
    placed: Sequence[tuple[int, ContractBar]],
    headings: Sequence[dict[str, Any]],
    days: Sequence[datetime.date],
    traces: int,
) -> dict[str, Any]:
    """Axes, margins and height; under `meta` those of a phone, which the page's script takes."""
    rows = len(placed) + len(headings)
    ticks = [row for row, _ in placed]
    beside = {
        "tickvals": ticks,
        "ticktext": [_name(bar, 44) for _, bar in placed],
        "ticks": "outside",
        "ticklen": 6,
        "tickcolor": "rgba(0,0,0,0)",
    }
    down = {"range": [rows - 0.5, -0.5], "tickmode": "array", "fixedrange": True, "zeroline": False}
    legend = {"orientation": "h", "yref": "container", "y": 1, "yanchor": "top", "x": 0}
    phone = {
        "yaxis": down | {"showticklabels": False},
        # Names stand on their bars; as tick labels inside the picture they would hide the years
        "annotations": [*headings, *(_name_above(row, bar) for row, bar in placed)],
        "height": max(320, rows * _PHONE_ROW + 180),
        "margin": {"l": 4, "r": 8, "t": 40 + 18 * traces, "b": 30},
    }
    return {
        "yaxis": down | beside,
        "height": max(320, rows * _ROW + 110),
        "margin": {"l": 8, "r": 16, "t": 68, "b": 30},
        "legend": legend,
        "meta": {"phone": _days_axes(days, max_labels=5) | phone},
    } | _days_axes(days, max_labels=9)


def _days_axes(days: Sequence[datetime.date], max_labels: int) -> dict[str, Any]:
    """The same days above and below the bars, with a label for at most so many years."""
    first, last = days
    across = {
        "type": "date",
        "range": [first.isoformat(), last.isoformat()],
        "tick0": first.isoformat(),
        "dtick": f"M{12 * -(-(last.year - first.year) // max_labels)}",
        "tickformat": "%Y",
        "tickangle": 0,
        "showgrid": True,
        "automargin": False,
        "fixedrange": True,
    }
    below = {"overlaying": "x", "side": "bottom", "anchor": "y"}
    return {"xaxis": across | {"side": "top"}, "xaxis2": across | below}


def _name(bar: ContractBar, max_length: int) -> str:
    """Who and what, cut to a length."""
    contract = bar.contract
    words = f"{contract.lead.name}: {contract.title}"
    short = words if len(words) <= max_length else f"{words[: max_length - 1].rstrip()}…"
    return escape(short, quote=False)


Group = tuple[str, list[ContractBar]]
# Plotly measures the length of a bar along an axis of dates in milliseconds
_MILLISECONDS = 24 * 60 * 60 * 1000
# Colour and pattern of each kind of stretch.
_LOOKS: dict[StretchKind, tuple[str, str]] = {
    StretchKind.RUNS: (PALETTE[0], ""),
    StretchKind.EXTENSION: ("#d6e6f5", "/"),
    StretchKind.IN_DOUBT: ("#ffffff", "x"),
}
_PATTERN = {"fillmode": "replace", "fgcolor": "#2f77b5", "size": 6, "solidity": 0.3}


def group_bars(bars: Sequence[ContractBar], name: Callable[[Contract], str]) -> list[Group]:
    """The bars by a name of their contracts, groups by name, a group without one last."""
    groups: dict[str, list[ContractBar]] = {}
    for bar in bars:
        groups.setdefault(name(bar.contract), []).append(bar)
    return sorted(groups.items(), key=lambda group: (not group[0], group[0]))


def timeline_figure(
    groups: Sequence[Group], edge: datetime.date, today: datetime.date, nameless: str
) -> dict[str, Any]:
    """A heading row for each group, then a row for each bar; days from left to right."""
    rows: list[str | ContractBar] = []
    for name, bars in groups:
        rows += [name or nameless, *bars]
    placed = [(row, bar) for row, bar in enumerate(rows) if isinstance(bar, ContractBar)]
    headings = [(row, name) for row, name in enumerate(rows) if isinstance(name, str)]
    traces = [*_stretches(placed), *_marks(placed, edge, today), _line(today, len(rows))]
    words = [_heading(row, name) for row, name in headings]
    return build_figure(
        traces,
        several=True,
        barmode="overlay",
        hovermode="closest",
        annotations=words,
        shapes=[heading_band(row) for row, _ in headings],
        **figure_sizes(placed, words, [edge, _right(placed, today)], len(traces)),
    )


def _stretches(placed: Sequence[tuple[int, ContractBar]]) -> Iterator[Trace]:
    for kind, (colour, pattern) in _LOOKS.items():
        parts = [
            (row, bar, part) for row, bar in placed for part in bar.stretches if part.kind is kind
        ]
        if parts:
            yield {
                "type": "bar",
                "name": str(kind),
                "orientation": "h",
                "y": [row for row, _, _ in parts],
                "base": [part.first.isoformat() for _, _, part in parts],
                "x": [(part.after - part.first).days * _MILLISECONDS for _, _, part in parts],
                "width": 0.5,
                "hovertext": [_hover_text(bar.contract) for _, bar, _ in parts],
                "hovertemplate": "%{hovertext}<extra></extra>",
                "marker": {
                    "color": colour,
                    "line": {"color": "#0b2e4f", "width": 0.8},
                    "pattern": _PATTERN | {"shape": pattern},
                },
            }


def _hover_text(contract: Contract) -> str:
    end = f"ends {_when(contract.ends_on)}"
    if contract.extension_until:
        end += f", or {_when(contract.extension_until)} if extended"
    begin = f"begins {_when(contract.starts_on)}" if contract.starts_on else "start not known"
    return f"{escape(str(contract), quote=False)}<br>{begin}<br>{end}"


def _when(partial: str) -> str:
    """'30 June 2026', but 'during 2026': what is known as a month or a year is no day."""
    words = partial_date_in_words(partial)
    return words if len(partial) == len("2026-11-30") else f"during {words}"


def _marks(
    placed: Sequence[tuple[int, ContractBar]], edge: datetime.date, today: datetime.date
) -> Iterator[Trace]:
    """Where to act: a diamond at a day that is stated, a dotted line over days that are not."""
    stated: list[tuple[int, str | None, str]] = []
    perhaps: list[tuple[int, str | None, str]] = []
    unknown = []
    for row, bar in placed:
        contract, act_by = bar.contract, bar.contract.term.act_by
        name = escape(str(contract), quote=False)
        words = f"{name}<br>{contract.term.act_by_words(today).sentence}"
        if act_by and act_by.is_stated:
            stated.append((row, act_by.earliest.isoformat(), words))
        elif act_by:
            days = (act_by.earliest.isoformat(), act_by.latest.isoformat(), None)
            perhaps += [(row, day, words) for day in days]  # nothing breaks the line
        if not contract.starts_on:
            unknown.append((row, edge.isoformat(), f"{name}<br>start not known"))
    if stated:
        yield _points("Act by", stated, "diamond")
    if perhaps:
        line = {"mode": "lines+markers", "line": {"color": "#0b0c0c", "width": 2, "dash": "dot"}}
        yield _points("May have to act", perhaps, "diamond-open") | line
    if unknown:
        yield _points("Start not known", unknown, "triangle-left-open")


def _points(name: str, points: Sequence[tuple[int, str | None, str]], symbol: str) -> Trace:
    """Marks of one kind: row, day and words of each."""
    return {
        "type": "scatter",
        "name": name,
        "mode": "markers",
        "x": [day for _, day, _ in points],
        "y": [row for row, _, _ in points],
        "hovertext": [words for _, _, words in points],
        "hovertemplate": "%{hovertext}<extra></extra>",
        "cliponaxis": False,
        "marker": {
            "symbol": symbol,
            "size": 11,
            "color": PALETTE[1] if symbol == "diamond" else "#0b0c0c",
            "line": {"color": "#0b0c0c", "width": 1},
        },
    }


def _line(today: datetime.date, rows: int) -> Trace:
    """Today; on the lower axis, which so has its labels too."""
    return {
        "type": "scatter",
        "name": f"Today, {today:%-d %b %Y}",
        "mode": "lines",
        "xaxis": "x2",
        "x": [today.isoformat()] * 2,
        "y": [-0.5, rows - 0.5],
        "hoverinfo": "skip",
        "line": {"color": "#0b0c0c", "width": 2, "dash": "dash"},
    }


def _right(placed: Sequence[tuple[int, ContractBar]], today: datetime.date) -> datetime.date:
    """Where the picture ends: the January after all that is drawn, and after today."""
    days = [part.after for _, bar in placed for part in bar.stretches]
    last = max([today, *days])
    return last if (last.month, last.day) == (1, 1) else datetime.date(last.year + 1, 1, 1)


def timeline_chart(
    contracts: Sequence[Contract], chosen: TimelineFilter, today: datetime.date
) -> Chart:
    """The bars of one page of contracts, grouped as the query says."""
    edge = left_edge(contracts, today)
    bars = contract_bars(contracts, edge)
    led = chosen.grouping == BOROUGH
    functions = set(chosen.values.get("function") or ())
    name = _lead if led else partial(_function, filtered=functions)
    return Chart(
        key="timeline",
        title=_title(bars, today),
        sentence=_sentence(contracts, len(bars)),
        figure=timeline_figure(group_bars(bars, name), edge, today, "Function not known"),
        head=("Contract", "Starts", "Ends", "If extended", "Act by"),
        rows=[_row(bar.contract, today) for bar in bars],
        source=_source(bars, edge, today, led=led),
    )


def _lead(contract: Contract) -> str:
    return contract.lead.name


def _function(contract: Contract, filtered: set[Function]) -> str:
    """The first of its functions, one of the filter's if any is; empty where none is known."""
    functions = list(contract.functions.all())
    preferred = [function for function in functions if function in filtered] or functions
    return preferred[0].name if preferred else ""


def _title(bars: Sequence[ContractBar], today: datetime.date) -> str:
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
    reasons = Counter(why for contract in contracts if (why := why_not_drawn(contract.term)))
    words = f"Drawn: {drawn:,} of the {len(contracts):,} contracts in the table below."
    if reasons:
        listed = "; ".join(f"{why}, {count:,}" for why, count in sorted(reasons.items()))
        words += f" Listed only: {listed}."
    return words


def _source(
    bars: Sequence[ContractBar], edge: datetime.date, today: datetime.date, *, led: bool
) -> str:
    once = (
        "A shared contract stands once, under the borough that leads it."
        if led
        else "A contract for several functions stands once, under the first of them."
    )
    return (
        f"As at {today:%-d %B %Y}. {once} The picture begins in {edge:%B %Y}; what began before "
        "is cut there. A date known only as a month or a year is drawn as that whole stretch, "
        f"crossed. Where the notice is not known, {ASSUMED_MONTHS} are assumed."
    )


def _row(contract: Contract, today: datetime.date) -> tuple[str, ...]:
    return (
        str(contract),
        contract.starts_on,
        contract.ends_on,
        contract.extension_until,
        contract.term.act_by_words(today).days,
    )
