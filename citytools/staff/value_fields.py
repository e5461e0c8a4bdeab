"""Form fields that read what people write (£12,500, Mar 2027), and say how they read it."""

import datetime
import re
from collections.abc import Iterable, Iterator
from decimal import Decimal
from typing import Any

from django import forms
from django.contrib.admin.widgets import AdminTextInputWidget
from django.core.exceptions import ValidationError
from django.db import models
from django.forms.boundfield import BoundField
from django.utils.html import format_html
from django.utils.text import capfirst

from citytools.facts import values
from citytools.facts.dates import PartialDateField, partial_date_in_words
from citytools.facts.values import UnreadableValueError, quoted, trim

_PLAIN_NUMBER = re.compile(r"-?\d+(\.\d+)?", re.ASCII)


class ReadValueBoundField(BoundField):
    """A field of a form: shown again after a mistake elsewhere, its help says how it was read."""

    def __init__(self, form: Any, field: Any, name: str) -> None:
        super().__init__(form, field, name)
        note = field.reading_note(self.data) if form.is_bound else ""
        if note:
            # Escaped here: the admin takes help for HTML, and this quotes what was typed
            self.help_text = format_html("{} <strong>{}</strong>", self.help_text, note)


class ReadValueField(forms.Field):
    """A field whose text is read by `read`, and kept in the box as it was typed."""

    bound_field_class = ReadValueBoundField

    def read(self, text: str) -> Any:
        """The value of a text; UnreadableValueError where it is none."""
        raise NotImplementedError

    def to_python(self, value: Any) -> Any:
        """What the text says, or an error that names it and the remedy."""
        if isinstance(value, str):
            value = trim(value)
            try:
                value = values.read_value(self.read, value) if value else value
            except UnreadableValueError as error:
                raise ValidationError(str(error), code="invalid") from None
        return super().to_python(value)

    def reading_note(self, typed: Any) -> str:
        """“£12,500” was read as 12,500.00. Empty where that is what was typed, or it is wrong."""
        try:
            text = trim(typed or "")
            value = self.clean(text)
        except ValidationError:
            return ""
        if not text or (isinstance(value, int | Decimal) and _PLAIN_NUMBER.fullmatch(text)):
            return ""
        words = self.in_words(value)
        same = {str(value), self.widget.format_value(value), words.partition(" (")[0]}
        return "" if text in same else f"{quoted(text)} was read as {words}."

    def in_words(self, value: Any) -> str:
        """A value as the note gives it."""
        return f"{value:,}" if isinstance(value, int | Decimal) else str(value)


class DecimalTextField(ReadValueField, forms.DecimalField):
    """Pounds, or another number: a box for text, since one for numbers swallows a pound sign."""

    def read(self, text: str) -> Decimal:
        number: Decimal = values.decimal_reader(self.decimal_places)(text)
        return number

    def widget_attrs(self, widget: forms.Widget) -> dict[str, Any]:
        """A keypad of digits on a phone for pounds; other numbers may need the sign it lacks."""
        keypad = {"inputmode": "decimal"} if self.decimal_places == 2 else {}
        return super().widget_attrs(widget) | keypad


class IntegerTextField(ReadValueField, forms.IntegerField):
    def read(self, text: str) -> int:
        return values.read_whole_number(text)


class DateTextField(ReadValueField, forms.DateField):
    def read(self, text: str) -> datetime.date:
        return values.read_day(text)

    def in_words(self, value: datetime.date) -> str:
        return f"{partial_date_in_words(value.isoformat())} ({value.isoformat()})"


class PartialDateTextField(ReadValueField, forms.CharField):
    def read(self, text: str) -> str:
        return values.read_partial_date(text)

    def in_words(self, value: str) -> str:
        return f"{partial_date_in_words(value)} ({value})"


class UrlTextField(ReadValueField, forms.URLField):
    def read(self, text: str) -> str:
        return values.read_web_address(text)


def reading_notes(form: forms.BaseForm, noun: str = "") -> Iterator[str]:
    """A sentence for each field that was read as something else than it was typed."""
    for bound in form:
        if isinstance(bound.field, ReadValueField):
            note = bound.field.reading_note(bound.data)
            label = f"{noun}, {bound.label.lower()}" if noun else bound.label
            if note:
                yield f"{capfirst(label)}: {note}"


def reading_notes_of_rows(formsets: Iterable[Any]) -> Iterator[str]:
    """The same of the rows of inlines, without those that are deleted."""
    for formset in formsets:
        for form in formset.forms:
            if form not in formset.deleted_forms:
                yield from reading_notes(form, str(formset.model._meta.verbose_name))


FIELDS: dict[type["models.Field[Any, Any]"], Any] = {
    PartialDateField: {"form_class": PartialDateTextField, "widget": AdminTextInputWidget},
    models.DateField: {"form_class": DateTextField},
    models.DecimalField: {"form_class": DecimalTextField, "widget": AdminTextInputWidget},
    models.IntegerField: {
        "form_class": IntegerTextField,
        "widget": forms.TextInput(attrs={"class": "vIntegerField", "inputmode": "numeric"}),
    },
    models.URLField: {"form_class": UrlTextField, "assume_scheme": "https"},
}
"""For `formfield_overrides`: the field of each kind of value."""
