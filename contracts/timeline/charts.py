"""The picture of the timeline: bars of days in groups, one row for each contract."""

import datetime
from collections.abc import Callable, Iterator, Sequence
from html import escape
from typing import Any

import plotly.graph_objects as go

from citytools.charts import PALETTE, laid_out, plain
from citytools.facts.dates import in_words
from contracts.models import Contract
from contracts.timeline.bars import Bar, Kind
from contracts.timeline.layout import band, heading, sizes

Group = tuple[str, list[Bar]]
_MILLISECONDS = 24 * 60 * 60 * 1000
_LOOKS: dict[Kind, tuple[str, str]] = {
    Kind.RUNS: (PALETTE[0], ""),
    Kind.EXTENSION: ("#d6e6f5", "/"),
    Kind.IN_DOUBT: ("#ffffff", "x"),
}
"""Colour and pattern of each kind of stretch."""
_PATTERN = {"fillmode": "replace", "fgcolor": "#2f77b5", "size": 6, "solidity": 0.3}


def grouped(bars: Sequence[Bar], name: Callable[[Contract], str]) -> list[Group]:
    """The bars by a name of their contracts, groups by name, a group without one last."""
    groups: dict[str, list[Bar]] = {}
    for bar in bars:
        groups.setdefault(name(bar.contract), []).append(bar)
    return sorted(groups.items(), key=lambda group: (not group[0], group[0]))


def figure(
    groups: Sequence[Group], edge: datetime.date, today: datetime.date, nameless: str
) -> dict[str, Any]:
    """A heading row for each group, then a row for each bar; days from left to right."""
    rows: list[str | Bar] = []
    for name, bars in groups:
        rows += [name or nameless, *bars]
    placed = [(row, bar) for row, bar in enumerate(rows) if isinstance(bar, Bar)]
    headings = [(row, name) for row, name in enumerate(rows) if isinstance(name, str)]
    traces = [*_stretches(placed), *_marks(placed, edge), _line(today, len(rows))]
    words = [heading(row, name) for row, name in headings]
    drawn = laid_out(traces, several=True)
    drawn.update_layout(
        barmode="overlay",
        hovermode="closest",
        annotations=words,
        shapes=[band(row) for row, _ in headings],
        **sizes(placed, words, [edge, _right(placed, today)], len(traces)),
    )
    return plain(drawn)


def _stretches(placed: Sequence[tuple[int, Bar]]) -> Iterator[go.Bar]:
    for kind, (colour, pattern) in _LOOKS.items():
        parts = [
            (row, bar, part) for row, bar in placed for part in bar.stretches if part.kind is kind
        ]
        if parts:
            yield go.Bar(
                name=str(kind),
                orientation="h",
                y=[row for row, _, _ in parts],
                base=[part.first.isoformat() for _, _, part in parts],
                x=[(part.after - part.first).days * _MILLISECONDS for _, _, part in parts],
                width=0.5,
                hovertext=[_said(bar.contract) for _, bar, _ in parts],
                hovertemplate="%{hovertext}<extra></extra>",
                marker={
                    "color": colour,
                    "line": {"color": "#0b2e4f", "width": 0.8},
                    "pattern": _PATTERN | {"shape": pattern},
                },
            )


def _said(contract: Contract) -> str:
    end = f"ends {_when(contract.ends_on)}"
    if contract.extension_until:
        end += f", or {_when(contract.extension_until)} if extended"
    begin = f"begins {_when(contract.starts_on)}" if contract.starts_on else "start not known"
    return f"{escape(str(contract), quote=False)}<br>{begin}<br>{end}"


def _when(partial: str) -> str:
    """'30 June 2026', but 'during 2026': what is known as a month or a year is no day."""
    words = in_words(partial)
    return words if len(partial) == len("2026-11-30") else f"during {words}"


def _marks(placed: Sequence[tuple[int, Bar]], edge: datetime.date) -> Iterator[go.Scatter]:
    acts = [(row, bar.contract) for row, bar in placed if bar.contract.act_by]
    unknown = [(row, bar.contract) for row, bar in placed if not bar.start_known]
    decided = [
        f"{escape(str(one), quote=False)}<br>act by {one.act_by:%-d %B %Y}: "
        f"end less {one.notice_months} month{'' if one.notice_months == 1 else 's'}"
        for _, one in acts
    ]
    days = [one.act_by.isoformat() for _, one in acts]
    if acts:
        yield _points("Act by", days, [row for row, _ in acts], decided, "diamond")
    if unknown:
        said = [f"{escape(str(one), quote=False)}<br>start not known" for _, one in unknown]
        edges = [edge.isoformat()] * len(unknown)
        yield _points(
            "Start not known", edges, [row for row, _ in unknown], said, "triangle-left-open"
        )


def _points(name: str, x: list[str], y: list[int], said: list[str], symbol: str) -> go.Scatter:
    return go.Scatter(
        name=name,
        mode="markers",
        x=x,
        y=y,
        hovertext=said,
        hovertemplate="%{hovertext}<extra></extra>",
        cliponaxis=False,
        marker={
            "symbol": symbol,
            "size": 11,
            "color": PALETTE[1] if symbol == "diamond" else "#0b0c0c",
            "line": {"color": "#0b0c0c", "width": 1},
        },
    )


def _line(today: datetime.date, rows: int) -> go.Scatter:
    """Today; on the lower axis, which so has its labels too."""
    return go.Scatter(
        name=f"Today, {today:%-d %b %Y}",
        mode="lines",
        xaxis="x2",
        x=[today.isoformat()] * 2,
        y=[-0.5, rows - 0.5],
        hoverinfo="skip",
        line={"color": "#0b0c0c", "width": 2, "dash": "dash"},
    )


def _right(placed: Sequence[tuple[int, Bar]], today: datetime.date) -> datetime.date:
    """Where the picture ends: the January after all that is drawn, and after today."""
    days = [part.after for _, bar in placed for part in bar.stretches]
    last = max([today, *days])
    return last if (last.month, last.day) == (1, 1) else datetime.date(last.year + 1, 1, 1)
