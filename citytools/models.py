"""The count of changes to the data, from which pages and files know their version."""

from django.db import models


class DataChange(models.Model):
    """Writing statements, by the trigger that `citytools.history.data_version` puts on each table.

    Their sum moves when, and only when, a transaction that wrote is committed, in whatever order
    that happens. Rows are only added, so that writers never wait for each other; now and then a
    writer replaces several by one of the same weight.
    """

    weight = models.BigIntegerField(default=1)
    at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.weight} at {self.at}"
