"""A form that asks before it saves: it comes back with what saving will say, and a box to tick.

It works without JavaScript. The box's value is a hash of the question, so that a tick holds for
what was read and for nothing else: change the form or the facts meanwhile, and it asks again.
"""

import hashlib
import operator
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property, partial
from typing import Any

from django import forms
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

FIELDS = ("confirm", "confirm_nothing")
_TICK = "Nothing was saved yet. Read what this will say, then tick the box."


@dataclass(frozen=True)
class ConfirmationQuestion:
    """What saving will say in public, and a list of what it is about, to be unfolded.

    `nothing` is set where nothing is recorded: what the second box then says, and `remedy` what
    else to do.
    """

    sentences: tuple[str, ...]
    agreement: str
    summary: str = ""
    items: tuple[str, ...] = ()
    nothing: str = ""
    remedy: str = ""

    @property
    def token(self) -> str:
        return hashlib.sha256(repr(self).encode()).hexdigest()[:32]

    def html(self, sentence_id: str) -> SafeString:
        text = format_html('<span id="{}">{}</span>', sentence_id, " ".join(self.sentences))
        if not self.items:
            return text
        items = format_html_join("", "<li>{}</li>", ((item,) for item in self.items))
        details = '{}<details class="confirmation"><summary>{}</summary><ul>{}</ul></details>'
        return format_html(details, text, self.summary, items)


class TokenCheckbox(forms.CheckboxInput):
    """A box that is ticked by exactly one value."""

    def __init__(self, token: str, attrs: dict[str, Any]) -> None:
        super().__init__(attrs, check_test=partial(operator.eq, token))
        self.token = token

    def format_value(self, value: Any) -> str:
        return self.token  # ticked or not

    def value_from_datadict(self, data: Mapping[str, Any], files: Any, name: str) -> Any:
        return data.get(name)  # not whether it was sent: it is compared with the token


class ConfirmationForm(forms.Form):
    """Two fields that stay hidden until `ask` finds that they are needed."""

    confirm = forms.CharField(required=False, widget=forms.HiddenInput)
    confirm_nothing = forms.CharField(required=False, widget=forms.HiddenInput)

    @cached_property
    def changed_data(self) -> list[str]:
        """Without the boxes: they are no part of the record, nor of its history."""
        return [name for name in super().changed_data if name not in FIELDS]

    def ask(self, question: ConfirmationQuestion) -> None:
        """Show the question; an error on each of its boxes that is not ticked."""
        self._show("confirm", question.token, question.agreement, question)
        errors = {"confirm": _TICK}
        if question.nothing:
            self._show("confirm_nothing", question.token, question.nothing)
            errors = {"confirm_nothing": f"Nothing is recorded. {question.remedy}", **errors}
        for name, error in errors.items():
            if self.cleaned_data.get(name) != question.token:
                self.add_error(name, error)

    def _show(
        self, name: str, token: str, label: str, question: ConfirmationQuestion | None = None
    ) -> None:
        field = self[name]
        describing_ids = [f"{field.auto_id}_error"]
        if question:
            # The sentence alone describes the box: nobody wants to hear the whole list each time
            describing_ids.insert(0, f"{field.auto_id}_says")
            field.help_text = question.html(describing_ids[0])
        field.label = label
        field.field.widget = TokenCheckbox(token, {"aria-describedby": " ".join(describing_ids)})
