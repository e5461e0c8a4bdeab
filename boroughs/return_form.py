"""The forms of returns: one saved as complete first shows what it will say in public."""

from collections.abc import Sequence
from typing import Any

from django import forms

from boroughs import completeness
from boroughs.completeness import Received
from boroughs.models import Borough, Subject
from citytools.facts.provenance import SourceKind
from citytools.staff import confirmation_form
from citytools.staff.confirmation_form import ConfirmationForm

FIELDS = (("subject", "received_on"), "complete", *confirmation_form.FIELDS)
_ASKING = {"complete", "subject", "borough", "received_on"}


class ReturnForm(forms.ModelForm, ConfirmationForm):
    """A return among the others of its borough."""

    @property
    def received(self) -> Received | None:
        """When it was received; None while that is not settled."""
        day = self.cleaned_data.get("received_on")
        invented = self.cleaned_data.get("source_kind") == SourceKind.ILLUSTRATIVE
        return Received(day, invented) if day else None

    def check_completeness(self, borough: Borough, others: Sequence[Received]) -> None:
        """Ask where the return becomes complete, or complete for something else."""
        subject = self.cleaned_data.get("subject")
        if not (self.cleaned_data.get("complete") and subject and self.received):
            return
        if not self.instance._state.adding and not self._says_something_new():
            return
        question = completeness.question(borough, Subject(subject), self.received, others)
        if question:
            self.ask(question)

    def _says_something_new(self) -> bool:
        real_now = "source_kind" in self.changed_data and SourceKind.ILLUSTRATIVE in (
            self.initial.get("source_kind"),
            self.cleaned_data.get("source_kind"),
        )
        return real_now or not _ASKING.isdisjoint(self.changed_data)


class SingleReturnForm(ReturnForm):
    """A return on a page of its own."""

    def clean(self) -> dict[str, Any] | None:
        """Ask with the other returns as they are saved."""
        cleaned = super().clean()
        borough, subject = self.cleaned_data.get("borough"), self.cleaned_data.get("subject")
        if borough and subject:
            others = completeness.other_returns(borough, subject, self.instance)
            self.check_completeness(borough, others)
        return cleaned


class ReturnFormSet(forms.BaseInlineFormSet):
    """All returns of a borough on one page."""

    def clean(self) -> None:
        """Ask for each with the others as they will be."""
        super().clean()
        # An empty extra form has no words at all, an invalid one those that are understood
        forms: list[Any] = self.forms
        filled = [form for form in forms if getattr(form, "cleaned_data", None)]
        filled = [form for form in filled if not form.cleaned_data.get("DELETE")]
        for form in filled:
            subject = form.cleaned_data.get("subject")
            others = [
                other.received
                for other in filled
                if other is not form
                and other.cleaned_data.get("subject") == subject
                and other.received
            ]
            form.check_completeness(self.instance, others)
