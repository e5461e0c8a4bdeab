"""Pictures of windows, and of the contracts of one window."""

import datetime
from collections.abc import Sequence

from citytools.charts import Chart
from citytools.spans import Stretch, spans
from contracts.joint_procurement.presentation import Shown
from contracts.joint_procurement.windows import Joint

MOST = 15
"""Windows drawn at the most."""
MOST_MEMBERS = 60
"""Contracts of one window drawn at the most."""


def windows(found: Sequence[Joint], today: datetime.date, csv: str) -> Chart:
    """The first windows to close, each from its opening, or from today, to its close."""
    drawn = found[:MOST]
    stretches = [
        Stretch(f"{one.key.name} ({len(one.leads)})", max(one.opens_on, today), one.closes_on)
        for one in drawn
    ]
    return Chart(
        key="windows",
        title=_title(found),
        sentence=_sentence(found, len(drawn)),
        figure=spans(stretches, today),
        head=("Window", "Opens", "Closes", "Boroughs"),
        rows=[
            (one.key.name, _day(one.opens_on), _day(one.closes_on), len(one.leads)) for one in drawn
        ],
        source=f"Contracts that run, with an act-by date, as at {_day(today)}. The dashed line is "
        "today.",
        csv=csv,
        height="tall" if len(drawn) > 8 else "medium",
    )


def _title(found: Sequence[Joint]) -> str:
    if not found:
        return "No window to show"
    most = max(found, key=lambda one: len(one.window.leads))
    return f"{most.key.name} could bring {len(most.leads)} boroughs together, the most of any"


def _sentence(found: Sequence[Joint], drawn: int) -> str:
    if not found:
        return "No two boroughs can choose together under these filters."
    cut = f" The {drawn} that close first are drawn." if len(found) > drawn else ""
    first = found[0]
    return (
        f"{first.key.name} closes first, on {_day(first.closes_on)}; in brackets, how many "
        f"boroughs.{cut}"
    )


def members(shown: Shown, today: datetime.date) -> Chart:
    """From must-start to act-by for each contract that is shown of a window; the window shaded."""
    joint = shown.joint
    drawn = [(one, one.span) for one, _ in shown.rows[:MOST_MEMBERS] if one.span]
    cut = f" The {len(drawn)} to act on first are drawn." if shown.contracts > len(drawn) else ""
    return Chart(
        key="window",
        title=f"{len(joint.leads):,} boroughs share the days from {_day(joint.opens_on)} to "
        f"{_day(joint.closes_on)}",
        sentence="Each bar runs from the day on which work on a successor must start to the day by "
        f"which to act; the shaded band is the window.{cut}",
        figure=spans(
            [Stretch(one.lead.name, span.must_start, span.act_by) for one, span in drawn],
            today,
            (joint.opens_on, joint.closes_on),
        ),
        head=("Contract", "Work must start", "Act by"),
        rows=[
            (
                f"{one.lead.name}: {one.contract.title}",
                _day(span.must_start),
                _day(span.act_by) + (" (notice assumed)" if span.assumed else ""),
            )
            for one, span in drawn
        ],
        source=f"As at {_day(today)}, the dashed line.",
        height="medium",
    )


def _day(day: datetime.date) -> str:
    return f"{day:%-d %B %Y}"
