"""Which confirmation a record has once a file has been written into it.

A file's day confirms what stands in the file's row; a day that a person entered confirms what
stood in the record. Neither may end up beside something else.
"""

import datetime
from dataclasses import dataclass


@dataclass(frozen=True)
class Confirmation:
    """The day after the write. `waits`: the file says a day that a person's word keeps out.

    `lapsed`: the day that stood there no longer holds, since the load changes what it confirmed.
    """

    day: datetime.date | None
    waits: bool = False
    lapsed: bool = False


@dataclass(frozen=True)
class RecordState:
    """What decides about a confirmation: the day now, and who said it.

    `entered`: a person wrote the day. `ended`: the latest day that a change has ended.
    `changes`: the load changes the fact. `fields_differ`: people's values stay in it against the
    file. `links_differ`: people changed its links.
    """

    present: datetime.date | None
    entered: bool
    ended: datetime.date | None
    changes: bool
    fields_differ: bool
    links_differ: bool


def next_confirmation(stated: datetime.date | None, state: RecordState) -> Confirmation:
    """The confirmation of a record after a file's row that states this day, or none."""
    disputed = state.fields_differ or state.links_differ
    present = state.present
    if state.entered:
        newer = stated is not None and (present is None or stated > present)
        if present and state.changes:
            return Confirmation(stated if newer and not disputed else None, lapsed=True)
        # That a person's value stays says already why the file's row is not confirmed
        return Confirmation(present, waits=newer and not state.fields_differ)
    outlived = stated is not None and state.ended is not None and stated <= state.ended
    news = stated != present and not outlived
    if not disputed:
        return Confirmation(stated if news else present)
    waits = news and stated is not None and not state.fields_differ
    if present and state.changes:
        return Confirmation(None, waits=waits, lapsed=True)
    return Confirmation(present, waits=waits)
