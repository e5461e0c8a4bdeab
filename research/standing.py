"""Where a research record stands, in words."""

import datetime

from django.utils.dateformat import format as in_format

from research.models import Publication, State


def in_words(record: Publication, on: datetime.date) -> str:
    """'Draft', 'Public from 3 March 2027 on', 'Public since …' or 'Withdrawn on … because: …'."""
    state = record.state(on)
    if state == State.WITHDRAWN:
        return f"Withdrawn on {_day(record.withdrawn_on)} because: {record.withdrawal_reason}"
    if state == State.DRAFT:
        return "Draft"
    if state == State.SCHEDULED:
        return f"Public from {_day(record.published_on)} on; until then a draft"
    since = f"Public since {_day(record.published_on)}"
    return f"{since}, until {_day(record.withdrawn_on)}" if record.withdrawn_on else since


def _day(day: datetime.date | None) -> str:
    return in_format(day, "j F Y") if day else "a day not known"
