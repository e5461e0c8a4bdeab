"""Publishing and withdrawing research: what a record keeps of it, and when it may be done."""

import datetime

import pghistory
from django.core.exceptions import ValidationError
from django.db import models, transaction

from citytools import restoring
from research import quoting
from research.models import Publication, State


class Refused(Exception):  # noqa: N818 (it reads as what it says)
    """Why a record can not be published or withdrawn, a sentence each with its remedy."""

    def __init__(self, *reasons: str) -> None:
        super().__init__(" ".join(reasons))
        self.reasons = reasons


def publish(record: Publication, on: datetime.date) -> None:
    """Make it public from a day on, also again after a withdrawal, with its numbers of that day.

    Refused where it is public already, or not sound.
    """
    with transaction.atomic(), pghistory.context(batch="published"):
        _lock(record)
        if record.state(on) == State.PUBLISHED:
            raise Refused("It is public already.")
        try:
            check(record)
        except ValidationError as error:
            raise Refused(*restoring.problems(record, error)) from error
        record.published_on, record.withdrawn_on, record.withdrawal_reason = on, None, ""
        record.published_values = quoting.values(record, on, anew=True)
        record.save()


def withdraw(record: Publication, on: datetime.date, reason: str) -> None:
    """Take it back from a day on, for a reason that is shown in public."""
    with transaction.atomic(), pghistory.context(batch="withdrawn"):
        _lock(record)
        if record.state(on) != State.PUBLISHED:
            raise Refused("Only what is public can be withdrawn.")
        if not reason.strip():
            raise Refused("Say why it is withdrawn.")
        record.withdrawn_on, record.withdrawal_reason = on, reason.strip()
        record.save()


def _lock(record: Publication) -> None:
    """Wait for whoever writes to the record, and read what they wrote."""
    record.refresh_from_db(from_queryset=type(record)._default_manager.select_for_update())


def check(record: models.Model) -> None:
    """ValidationError unless the record and its tokens are sound."""
    record.full_clean()
    if isinstance(record, Publication) and (wrong := quoting.faults(record)):
        raise ValidationError(wrong)
