"""Calendar files (RFC 5545) of whole days, written by the icalendar library."""

import datetime
from collections.abc import Iterable

from icalendar import Calendar, Event

from citytools.plain_text import one_line
from contracts.feeds.entries import Entry

CONTENT_TYPE = "text/calendar; charset=utf-8"
_DAY = datetime.timedelta(days=1)


def calendar(entries: Iterable[Entry], name: str) -> bytes:
    """The file: the same entries give the same bytes."""
    whole = Calendar()
    whole.add("prodid", "-//LOTI//City Tools: London//EN")
    whole.add("version", "2.0")
    whole.add("calscale", "GREGORIAN")
    whole.add("method", "PUBLISH")
    whole.add("x-wr-calname", _text(one_line(name)))
    whole.add("x-wr-timezone", "Europe/London")
    whole.add("x-published-ttl", "P1D")
    for entry in entries:
        whole.add_component(_event(entry))
    return whole.to_ical()


def _event(entry: Entry) -> Event:
    """A whole day, which ends as the next begins; it leaves its reader free."""
    event = Event()
    event.add("uid", f"{entry.key}@city-tools")
    event.add("dtstamp", entry.changed_at)
    event.add("last-modified", entry.changed_at)
    event.add("sequence", entry.changes)
    event.add("dtstart", entry.day)
    event.add("dtend", entry.day + _DAY)
    event.add("summary", _text(entry.summary))
    event.add("description", _text(entry.description))
    event.add("url", entry.address)
    event.add("transp", "TRANSPARENT")
    event.add("x-microsoft-cdo-busystatus", "FREE")
    return event


def _text(text: str) -> str:
    """The library takes a backslash before N for a new line, so a space goes between the two."""
    return text.replace("\\N", "\\ N")
