"""The recorded past of each metric."""

from django.db import models

from citytools.history import as_of_views


class MetricValue(models.Model):
    """A metric's value on a day, real records only.

    Derived from the facts, so that it has no history of its own: it can be rebuilt from theirs.
    """

    metric = models.SlugField(max_length=80)
    on = models.DateField()
    value = models.DecimalField(
        max_digits=20, decimal_places=6, null=True, help_text="Empty: could not be measured."
    )
    part = models.DecimalField(max_digits=20, decimal_places=6, null=True)
    whole = models.DecimalField(max_digits=20, decimal_places=6, null=True)
    counted = models.PositiveIntegerField()
    boroughs = models.PositiveIntegerField()
    left_out = models.PositiveIntegerField()
    recorded_at = models.DateTimeField()

    class Meta:
        ordering = ["metric", "on", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["metric", "on"], name="one_value_a_metric_and_day")
        ]

    def __str__(self) -> str:
        return f"{self.metric}, {self.on}: {self.value}"

    @property
    def settled(self) -> bool:
        """Whether the day was over when it was recorded, so that its value can change no more."""
        return self.recorded_at >= as_of_views.end_of(self.on)
