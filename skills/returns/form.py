"""The fields of a return: its date and completeness, and four answers for each skill."""

import datetime
from typing import Any

from django import forms

from citytools import clock
from citytools.facts.provenance import Confidence
from citytools.staff import confirmation_form
from citytools.staff.confirmation_form import ConfirmationForm
from skills.models import Headcount, Level, SkillLevel

_YES_NO = [("", "not asked"), ("yes", "yes"), ("no", "no")]


class HeadForm(ConfirmationForm):
    """What holds for the whole return."""

    field_order = ("received_on", "confidence", "complete", *confirmation_form.FIELDS)
    received_on = forms.DateField(
        label="Received on",
        input_formats=["%Y-%m-%d", "%d/%m/%Y"],
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        error_messages={
            "required": "Say on which day the return was received.",
            "invalid": "Write a day as 2026-11-30.",
        },
    )
    confidence = forms.ChoiceField(
        choices=Confidence.choices, error_messages={"required": "Choose a confidence."}
    )
    complete = forms.BooleanField(
        required=False,
        label="Complete: all skills are answered",
        help_text="Ticked, every skill needs a level. Otherwise leave the level of a skill empty "
        "where the borough did not answer.",
    )

    def clean_received_on(self) -> datetime.date:
        """A day that has come."""
        day: datetime.date = self.cleaned_data["received_on"]
        if day > clock.today():
            raise forms.ValidationError("The day lies ahead: write the day it was received.")
        if day.year < 1990:
            raise forms.ValidationError("The day is too long ago: look at the year.")
        return day


class RowForm(forms.Form):
    """The answers on one skill; without a level the skill is not answered."""

    level = forms.TypedChoiceField(
        choices=[("", "not answered"), *((one.value, f"{one.value} {one.label}") for one in Level)],
        coerce=int,
        empty_value=None,
        required=False,
    )
    headcount = forms.ChoiceField(
        label="People", choices=[("", "not known"), *Headcount.choices], required=False
    )
    can_teach = forms.TypedChoiceField(
        choices=_YES_NO, coerce="yes".__eq__, empty_value=None, required=False
    )
    wants_help = forms.TypedChoiceField(
        choices=_YES_NO, coerce="yes".__eq__, empty_value=None, required=False
    )

    def clean(self) -> dict[str, Any]:
        """Other answers need a level."""
        cleaned: dict[str, Any] = super().clean() or {}
        others = [cleaned.get(name) for name in ("headcount", "can_teach", "wants_help")]
        if (
            "level" in cleaned
            and cleaned["level"] is None
            and any(o not in (None, "") for o in others)
        ):
            self.add_error("level", "Choose a level, or take the other answers on this skill out.")
        return cleaned

    @property
    def answered(self) -> bool:
        """Whether the skill has a level."""
        return self.is_valid() and self.cleaned_data["level"] is not None

    @property
    def left_out(self) -> bool:
        """Whether it was left without a level, and without a mistake."""
        return self.is_valid() and self.cleaned_data["level"] is None


def prefilled(level: SkillLevel | None) -> dict[str, Any]:
    """The answers of last time; none from what is invented."""
    if level is None or level.illustrative:
        return {}
    words = {True: "yes", False: "no", None: ""}
    return {
        "level": level.level,
        "headcount": level.headcount,
        "can_teach": words[level.can_teach],
        "wants_help": words[level.wants_help],
    }
