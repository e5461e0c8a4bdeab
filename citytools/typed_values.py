"""What somebody typed into a form of the admin: kept when it cannot be saved as it is."""

import copy
import re
from collections.abc import Iterator
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db import models
from django.forms import BaseInlineFormSet
from django.http import HttpRequest, QueryDict

from citytools.history_words import tracked_fields

Row = dict[str, list[str]]
_MAX_ROWS = 1000
_NUMBER = re.compile(r"\d{1,18}", re.ASCII)


def rebased(model_admin: Any, request: HttpRequest, record: models.Model) -> QueryDict:
    """What was posted, with the rows that there are now.

    A form knows its rows by their number and order. Rows that somebody else added are put between,
    and those that somebody else removed become new ones, so that the form can be saved again.
    """
    posted = request.POST.copy()
    opened_now = copy.copy(request)
    opened_now.method = "GET"
    formsets, _ = model_admin._create_formsets(opened_now, record, change=True)
    for formset in formsets:
        _rebase(formset, posted)
    return posted


def _rebase(formset: Any, posted: QueryDict) -> None:
    prefix, key = formset.prefix, formset.model._meta.pk.name
    typed = [_row(posted, f"{prefix}-{number}-") for number in range(_total(posted, prefix))]
    # A number that no row can have is none: the row is taken for a new one
    by_key = {row[key][0]: row for row in typed if _NUMBER.fullmatch(row.get(key, [""])[0])}
    present = [
        by_key.pop(str(form.instance.pk), {}) or _values(form) for form in formset.initial_forms
    ]
    new = [
        {name: values for name, values in row.items() if name != key}
        for row in typed
        if row and not _NUMBER.fullmatch(row.get(key, [""])[0])
    ]
    removed = [_as_new(formset, row, key) for row in by_key.values() if "DELETE" not in row]
    for name in [name for name in posted if name.startswith(f"{prefix}-")]:
        del posted[name]
    rows = [*present, *new, *removed]
    for number, row in enumerate(rows):
        for name, values in row.items():
            posted.setlist(f"{prefix}-{number}-{name}", values)
    counts = {"TOTAL": len(rows), "INITIAL": len(present), "MIN_NUM": 0, "MAX_NUM": _MAX_ROWS}
    for name, count in counts.items():
        posted[f"{prefix}-{name}_FORMS"] = str(count)


def _total(posted: QueryDict, prefix: str) -> int:
    total = posted.get(f"{prefix}-TOTAL_FORMS", "")
    # Python reads no number of more than 4,300 digits
    return min(int(total[:9]), _MAX_ROWS) if total.isascii() and total.isdigit() else 0


def _row(posted: QueryDict, beginning: str) -> Row:
    names = [name for name in posted if name.startswith(beginning)]
    return {name.removeprefix(beginning): posted.getlist(name) for name in names}


def _values(form: Any) -> Row:
    """What a browser would post of a form as it is filled in."""
    values: Row = {}
    for bound in form:
        value, widget = bound.value(), bound.field.widget
        if isinstance(widget, forms.CheckboxInput):
            values |= {bound.name: ["on"]} if value else {}
            continue
        shown = widget.format_value(value)
        several = shown if isinstance(shown, list | tuple) else [shown]
        values[bound.name] = ["" if one is None else str(one) for one in several]
    return values


def _as_new(formset: BaseInlineFormSet, typed: Row, key: str) -> Row:
    """A row that is gone, to be made again: as it was last, with what was typed into it."""
    model: Any = formset.model
    last = model.pgh_event_model.objects.filter(pgh_obj_id=typed[key][0]).order_by("-pgh_id")
    row = model()
    if (event := last.first()) is not None:
        for field in tracked_fields(type(event)):
            setattr(row, field.attname, getattr(event, field.attname))
    values = _values(formset.form(instance=row)) | typed
    return {name: value for name, value in values.items() if name != key}


def listed(model_admin: Any, request: HttpRequest) -> list[tuple[str, str]]:
    """(label, words) of all that was typed into the form of a record that is gone."""
    fields = [name for _, options in model_admin.get_fieldsets(request) for name in _flat(options)]
    form = model_admin.get_form(request, None, change=False, fields=fields)(request.POST)
    formsets, _ = model_admin._create_formsets(request, form.instance, change=False)
    found = list(_words_of(form))
    for formset in formsets:
        noun = str(formset.model._meta.verbose_name)
        for number, row in enumerate(formset.forms, start=1):
            skipped = {formset.fk.name, formset.model._meta.pk.name, "DELETE"}
            found += _words_of(row, f"{noun} {number}: ".capitalize(), skipped)
    return found


def _flat(options: Any) -> Iterator[str]:
    for name in options["fields"]:
        yield from [name] if isinstance(name, str) else name


def _words_of(
    form: Any, beginning: str = "", skipped: set[str] | None = None
) -> Iterator[tuple[str, str]]:
    for bound in form.visible_fields():
        words = _words(bound) if bound.name not in (skipped or ()) else ""
        if words:
            yield f"{beginning}{bound.label}", words


def _words(bound: Any) -> str:
    """One value as a person would say it; as it was typed where it is not sound."""
    try:
        value = bound.field.clean(bound.data)
    except ValidationError:
        value = bound.data
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, models.QuerySet | list):
        return ", ".join(str(one) for one in value)
    if isinstance(bound.field, forms.TypedChoiceField) and value not in (None, ""):
        choices: Any = bound.field.choices
        value = next((label for choice, label in choices if choice == value), value)
    return "" if value is None else str(value)
