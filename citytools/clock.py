"""The one place from which every page takes its date."""

import datetime

from django.utils import timezone


def today() -> datetime.date:
    """The date in London (the project's time zone). Tests replace this function's answer."""
    return timezone.localdate()


def now() -> datetime.datetime:
    """The time in London on that date."""
    return datetime.datetime.combine(today(), timezone.localtime().timetz())
