"""The forms of research: what is wrong with a token is said before anything is saved."""

from typing import Any

from django import forms

from research import quoting
from research.metrics.definitions import METRICS
from research.models import Publication
from research.publications import text

NO_METRIC = ("", "None: the claim is not tested")


class MetricField(forms.ChoiceField):
    """One of the registered metrics, or none."""

    def validate(self, value: str) -> None:
        """The nearest is named where there is no such metric."""
        if value and (wrong := text.fault_of_key(value)):
            raise forms.ValidationError(wrong)


class PublicationForm(forms.ModelForm):
    """Texts whose tokens are checked."""

    def clean(self) -> dict[str, Any]:
        """Name what is wrong with the tokens of each text."""
        cleaned = super().clean() or {}
        for name in quoting.TEXTS:
            for wrong in text.faults(cleaned.get(name) or ""):
                self.add_error(name, wrong)
        return cleaned


class FindingForm(PublicationForm):
    """The metric that tests the claim is chosen by its title."""

    metric = MetricField(required=False, help_text="The number that tests the claim today.")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields.get("metric")
        # Missing where the form is only looked at
        if isinstance(field, MetricField):
            field.choices = [NO_METRIC, *_metrics(self.instance)]


def _metrics(record: Publication) -> list[tuple[str, str]]:
    """(key, title); with the record's own, should it no longer be registered."""
    choices = [(metric.key, metric.title) for metric in METRICS.values()]
    now = getattr(record, "metric", "")
    if now and now not in METRICS:
        choices.append((now, f"{now} (no longer registered)"))
    return choices


class ReasonForm(forms.Form):
    """Why something is withdrawn."""

    reason = forms.CharField(
        max_length=300,
        label="Reason",
        help_text="Shown in public in place of the text. One or two sentences.",
        error_messages={"required": "Say why it is withdrawn."},
        widget=forms.Textarea(attrs={"rows": 3}),
    )
