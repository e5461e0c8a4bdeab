"""Form fields of the query string, each with what it says to a wrong value.

Filters take them for their inputs, and a page's form takes them as they are.
"""

from collections.abc import Callable, Sequence
from typing import Any

from django import forms
from django.db.models import QuerySet

Choices = Sequence[tuple[Any, Any]]


def _unknown_record(label: str) -> dict[str, str]:
    words = f"“%(value)s” is not a {label.lower()} known here."
    return {"invalid_choice": f"{words} Check the spelling or choose from the list."}


class RecordField(forms.ModelChoiceField):
    """The slug of a record."""

    def __init__(self, label: str, queryset: QuerySet[Any]) -> None:
        super().__init__(
            queryset,
            label=label,
            required=False,
            to_field_name="slug",
            error_messages=_unknown_record(label),
        )


class RecordsField(forms.ModelMultipleChoiceField):
    """Slugs of any number of records."""

    def __init__(self, label: str, queryset: QuerySet[Any]) -> None:
        super().__init__(
            queryset,
            label=label,
            required=False,
            to_field_name="slug",
            widget=forms.CheckboxSelectMultiple,
            error_messages=_unknown_record(label),
        )


class OptionField(forms.ChoiceField):
    """A value of a closed list; `wrong` says what to write, with {known} for the values."""

    def __init__(
        self,
        label: str,
        choices: Choices,
        wrong: str = "“%(value)s” is not known here. Write one of: {known}.",
        **options: Any,
    ) -> None:
        known = ", ".join(str(value) for value, _ in choices if value)
        messages = {"invalid_choice": wrong.format(known=known)}
        super().__init__(
            label=label, choices=choices, required=False, error_messages=messages, **options
        )


class YesNoField(OptionField):
    """Yes, no, or neither of them."""

    def __init__(self, label: str) -> None:
        choices = [("", "Both"), ("yes", "Yes"), ("no", "No")]
        super().__init__(label, choices, "“%(value)s”: write yes or no.")


class OptionsField(forms.MultipleChoiceField):
    """Values of a closed list; one that is stored is a function, called once for each form."""

    _choices: list[tuple[Any, Any]]

    def __init__(self, label: str, choices: Choices | Callable[[], Choices]) -> None:
        self.source = choices
        super().__init__(label=label, required=False, widget=forms.CheckboxSelectMultiple)

    # Django would call the function again for each value that it checks
    @property
    def choices(self) -> Any:
        """The choices as they are now."""
        if not self._choices:
            self._choices = list(self.source() if callable(self.source) else self.source)
        return self._choices

    @choices.setter
    def choices(self, value: Any) -> None:
        self._choices = []

    def validate(self, value: Any) -> None:
        """ValidationError that names the values there are."""
        known = ", ".join(str(value) for value, _ in self.choices) or "none yet"
        wrong = f"“%(value)s” is not a {str(self.label).lower()}. Write one of: {known}."
        self.error_messages["invalid_choice"] = wrong
        super().validate(value)


class DayField(forms.DateField):
    """An ISO date."""

    def __init__(self, label: str) -> None:
        super().__init__(
            label=label,
            required=False,
            input_formats=["%Y-%m-%d"],
            widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
            error_messages={"invalid": "Write a date as 2026-11-30."},
        )


class MonthsField(forms.IntegerField):
    """A whole number of months."""

    def __init__(self, label: str, max_months: int) -> None:
        wrong = f"Write whole months, 0 to {max_months}."
        super().__init__(
            label=label,
            required=False,
            min_value=0,
            max_value=max_months,
            error_messages=dict.fromkeys(("invalid", "min_value", "max_value"), wrong),
        )
