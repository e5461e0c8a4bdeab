"""What a form of the admin says: as a browser posts it, and in words."""

import datetime
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from django import forms
from django.contrib.admin.utils import flatten_fieldsets
from django.core.exceptions import ValidationError
from django.db import models
from django.forms.boundfield import BoundField
from django.http import HttpRequest, QueryDict
from django.utils.datastructures import MultiValueDict
from django.utils.dateformat import format as in_format

from citytools.history import page
from citytools.staff.three_way_merge import Value

MAX_ROWS = 1000

# Generic for the type checker alone
if TYPE_CHECKING:
    Row = MultiValueDict[str, str]
else:
    Row = MultiValueDict


def record_fields(form: Any) -> list[str]:
    """The fields that are the record's own: no box to tick, not its key, nor what it is a row of.

    The forms of a row also have its key, its record and a box to delete it.
    """
    fields = form._meta.model._meta
    own = {field.name for field in [*fields.fields, *fields.many_to_many]} - {fields.pk.name}
    return [
        name
        for name, field in form.fields.items()
        if name in own and not isinstance(field, forms.models.InlineForeignKeyField)
    ]


def filled_in(form: Any) -> dict[str, Value]:
    """What a browser would post of a record's form as it is opened."""
    return {name: _filled_in(form[name]) for name in record_fields(form)}


def _filled_in(bound: BoundField) -> Value:
    value: Any = bound.value()
    # Django wraps the boxes of links, and the wrapper does not know how they write a value
    widget: Any = getattr(bound.field.widget, "widget", bound.field.widget)
    if isinstance(widget, forms.CheckboxInput):
        return ("on",) if value else ()
    text: Any = widget.format_value(value)
    texts = text if isinstance(text, list | tuple) else [text]
    values = ["" if text is None else str(text) for text in texts]
    return frozenset(values) if _is_set(bound) else tuple(values)


def _is_set(bound: BoundField) -> bool:
    return isinstance(bound.field, forms.ModelMultipleChoiceField)


def typed_values(form: Any, typed: Row, sides: list[Any]) -> dict[str, Value]:
    """What was posted of a form's fields, each as the first of its sides that says the same.

    So “1000” is no other amount than “1000.00”. A field that was not posted is left out.
    """
    values: dict[str, Value] = {}
    for name in record_fields(form):
        widget = form.fields[name].widget
        if widget.value_omitted_from_data(typed, {}, name):
            continue
        data = widget.value_from_datadict(typed, {}, name)
        same = next((side[name] for side in sides if _is_same(side[name], data)), None)
        posted = typed.getlist(name)
        raw = frozenset(posted) if _is_set(form[name]) else tuple(posted)
        values[name] = raw if same is None else _filled_in(same)
    return values


def _is_same(bound: BoundField, data: Any) -> bool:
    return not bound.field.has_changed(_plain_lines(bound.initial), _plain_lines(data))


def _plain_lines(value: Any) -> Any:
    """Browsers post the end of a line as two characters."""
    return value.replace("\r\n", "\n") if isinstance(value, str) else value


def posted_rows(posted: QueryDict, prefix: str) -> list[Row]:
    """The rows of an inline, however many its form says that there are."""
    total = posted.get(f"{prefix}-TOTAL_FORMS", "")
    # Python reads no number of more than 4,300 digits
    count = min(int(total[:9]), MAX_ROWS) if total.isascii() and total.isdigit() else 0
    rows: list[Row] = [MultiValueDict() for _ in range(count)]
    for name in posted:
        number, _, field = name.removeprefix(f"{prefix}-").partition("-")
        if name.startswith(f"{prefix}-") and number.isascii() and number.isdigit() and field:
            position = int(number[:9])
            if position < count:
                rows[position].setlist(field, posted.getlist(name))
    return rows


def value_in_words(form: Any, name: str, value: Value) -> str:
    """A value as a person would say it; as it was typed where it is not valid."""
    widget, data = form.fields[name].widget, MultiValueDict({name: list(value)})
    return _words(form[name], widget.value_from_datadict(data, {}, name)) or page.EMPTY


def describe_typed_values(model_admin: Any, request: HttpRequest) -> list[tuple[str, str]]:
    """(label, words) of all that was typed into the form of a deleted record."""
    fields = flatten_fieldsets(model_admin.get_fieldsets(request))
    form = model_admin.get_form(request, None, change=False, fields=fields)(request.POST)
    formsets, _ = model_admin._create_formsets(request, form.instance, change=False)
    values = list(_form_in_words(form))
    for formset in formsets:
        noun = str(formset.model._meta.verbose_name)
        for number, row in enumerate(formset.forms, start=1):
            skipped = {formset.fk.name, formset.model._meta.pk.name, "DELETE"}
            values += _form_in_words(row, f"{noun} {number}: ".capitalize(), skipped)
    return values


def _form_in_words(
    form: Any, beginning: str = "", skipped: set[str] | None = None
) -> Iterator[tuple[str, str]]:
    for bound in form.visible_fields():
        words = _words(bound, bound.data) if bound.name not in (skipped or ()) else ""
        if words:
            yield f"{beginning}{bound.label}", words


def _words(bound: Any, data: Any) -> str:
    try:
        value = bound.field.clean(data)
    except ValidationError:
        value = data
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, datetime.date):
        return in_format(value, "j F Y")
    if isinstance(value, models.QuerySet | list):
        return ", ".join(map(str, value))
    if isinstance(bound.field, forms.TypedChoiceField) and value not in (None, ""):
        choices: Any = bound.field.choices
        value = next((label for choice, label in choices if choice == value), value)
    return "" if value is None else str(value)


def set_values(posted: Any, prefix: str, values: Mapping[str, Value]) -> None:
    """Write values into what was posted, as if they had been typed."""
    for name, value in values.items():
        posted.setlist(f"{prefix}{name}", sorted(value) if isinstance(value, frozenset) else value)
        if not value:
            del posted[f"{prefix}{name}"]
