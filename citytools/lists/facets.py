"""How a filter set stands on a page: one group of inputs per filter, usable without JavaScript."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django import forms
from django.db.models import F, Value

from citytools import facet_counts
from citytools.lists.filterset import FactFilter

_Choice = tuple[str, str, bool]
SHORT = 60
"""Options up to which a list is boxes to tick; a longer one is a drop-down."""
MOST = 400
"""Options up to which a list is offered at all: beyond, a name is written as in its address."""


@dataclass(frozen=True)
class Option:
    """One choice of a group."""

    value: str
    label: str
    chosen: bool
    rows: int | None = None
    """How many rows it would leave, where they are counted."""
    aside: bool = False
    """Whether it is offered, but no part of "n of 33"."""


@dataclass(frozen=True)
class Facet:
    """One filter as inputs.

    `kind` is boxes, drop-down, slug, date, pounds or words. `any` says that it takes any number of
    values: those chosen of a drop-down or slug are `held` as boxes, and one more can be added.
    """

    name: str
    label: str
    kind: str
    value: str
    options: Sequence[Option]
    open: bool
    held: Sequence[Option]
    any: bool
    present: int | None = None
    """How many of its values have rows, where they are counted."""
    distinct: int = 0
    """How many values there are for that."""

    @property
    def chosen(self) -> int:
        """How many of its values are active."""
        return sum(option.chosen for option in self.options) or len(self.held) or bool(self.value)


def of(chosen: FactFilter, *, counted: bool = False) -> list[Facet]:
    """The filters in their order, without what is shown apart; with how many rows, if counted.

    Values that are too many to list are not counted either.
    """
    fields = {name: chosen.form.fields[name] for name in chosen.filters if name not in chosen.apart}
    choices = {name: _choices(field) for name, field in fields.items()}
    listed = {name for name, found in choices.items() if len(found) <= MOST}
    counts = facet_counts.of(chosen, listed) if counted else {}
    return [_facet(chosen, name, choices[name], counts.get(name)) for name in fields]


def _facet(
    chosen: FactFilter,
    name: str,
    choices: Sequence[_Choice],
    rows: Mapping[str, int] | None,
) -> Facet:
    field = chosen.form.fields[name]
    given = chosen.data.getlist(name)
    options = [
        Option(key, label, key in given, _of(rows, key), aside) for key, label, aside in choices
    ]
    counted = [one for one in options if not one.aside]
    kind = _kind(field, len(options))
    several = isinstance(field, forms.MultipleChoiceField | forms.ModelMultipleChoiceField)
    known = {one.value: one for one in options}
    held = [known.get(value, Option(value, value, chosen=True)) for value in given]
    return Facet(
        name=name,
        label=str(chosen.filters[name].label),
        kind=kind,
        value=given[0] if given and not several else str(field.initial or ""),
        options=[] if kind == "slug" else options,
        open=name in chosen.shown_first or bool(given),
        held=held if several and kind != "boxes" else [],
        any=several,
        present=None if rows is None else sum(bool(one.rows) for one in counted),
        distinct=len(counted),
    )


def _kind(field: forms.Field, options: int) -> str:
    if isinstance(field, forms.DateField):
        return "date"
    if isinstance(field, forms.DecimalField):
        return "pounds"
    if isinstance(field, forms.ModelMultipleChoiceField | forms.MultipleChoiceField):
        if options > MOST:
            return "slug"
        return "boxes" if options <= SHORT else "drop-down"
    return "drop-down" if isinstance(field, forms.ChoiceField) else "words"


def _choices(field: forms.Field) -> list[_Choice]:
    """Each choice, what it is called, and whether it stands aside; of very many one too many.

    A queryset may annotate `label`, where a record is not called by its name alone, and `aside`.
    """
    if isinstance(field, forms.ModelMultipleChoiceField):
        records: Any = field.queryset
        # Words alone: to build some hundred records takes longer than to ask for them
        told = records.query.annotations
        label = "label" if "label" in told else "name"
        aside = F("aside") if "aside" in told else Value(False)
        return list(records.values_list("slug", label, aside)[: MOST + 1])
    if isinstance(field, forms.ChoiceField):
        return [(str(value), str(label), False) for value, label in field.choices]  # type: ignore[misc, union-attr]
    return []


def _of(rows: Mapping[str, int] | None, value: str) -> int | None:
    """None where nothing is counted; the empty value of a drop-down is no value."""
    return rows.get(value, 0) if rows is not None and value else None
