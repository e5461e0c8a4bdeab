"""What a calendar of joint-procurement windows holds: when each opens, and when it closes."""

from collections.abc import Iterator, Sequence
from dataclasses import replace

from citytools.plain_text import one_line
from contracts.feeds.entries import INVENTED, Address, Entry, counted_contracts, moment
from contracts.joint_procurement.presentation import Told
from contracts.models import Contract
from contracts.together.words import listed, worth


def of_windows(windows: Sequence[Told], address: Address) -> list[Entry]:
    """The days of the windows; one query for what became of their contracts."""
    keys = {one.held.pk for window in windows for one in window.joint.members}
    known = counted_contracts(Contract.objects.filter(pk__in=keys)).order_by()
    histories = {one.pk: one for one in known}
    return [
        entry
        for window in windows
        for entry in _of_window(
            window, [histories[one.held.pk] for one in window.joint.members], address
        )
    ]


def _of_window(window: Told, histories: Sequence[Contract], address: Address) -> Iterator[Entry]:
    joint, mark = window.joint, INVENTED if window.illustrative else ""
    names = listed([lead.name for lead in window.leads])
    days = f"from {joint.opens_on:%-d %B %Y} to {joint.closes_on:%-d %B %Y}"
    stamps = [moment(one.changed_at, one.as_of) for one in histories]  # type: ignore[attr-defined]
    closing = Entry(
        key=f"window-{joint.id}-closes",
        day=joint.closes_on,
        summary=one_line(f"{mark}Last day to buy together: {window.name} ({len(window.leads)})"),
        lines=[
            f"{names} can choose together {days}; {worth(joint.members)}.",
            *(["Some notice is assumed."] if window.assumed else []),
            *(["Some records are invented for demonstration."] if mark else []),
        ],
        address=address(window.address),
        changes=sum(one.changes for one in histories),  # type: ignore[attr-defined]
        changed_at=max(stamps),
    )
    opens = f"{mark}First day to buy together: {window.name} ({len(window.leads)})"
    yield replace(
        closing, key=f"window-{joint.id}-opens", day=joint.opens_on, summary=one_line(opens)
    )
    yield closing
