"""The question beside a field that two people changed: what it was, theirs and mine.

It works without JavaScript: two buttons, of which neither is pressed, and the field itself, where
a third value can be written.
"""

import datetime
from collections.abc import Iterable, Mapping
from typing import Any

from django import forms
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.dateformat import format as in_format
from django.utils.safestring import SafeString, mark_safe

from citytools.facts import dates
from citytools.history import page
from citytools.history.record_version import last_change, record_as_of
from citytools.staff.form_merge import ANSWER, MARK, MINE, REMOVED, THEIRS, FormConflict
from citytools.staff.three_way_merge import UNKNOWN, WHOLE
from citytools.staff.typed_values import filled_in, record_fields, value_in_words


def time_in_words(moment: datetime.datetime) -> str:
    """“at 10:32”, with the day if it is not today."""
    local = timezone.localtime(moment)
    day = "" if local.date() == dates.today() else in_format(local, "\\o\\n j F Y ")
    return f"{day}at {local:%H:%M}"


def as_subject(author: str) -> str:
    """Who wrote an event, to begin a sentence with."""
    name, _, batch = author.partition(": ")
    subjects = {
        "Directly in the database": "Somebody, directly in the database,",
        "Not known": "Somebody",
    }
    return f"{subjects.get(name, name)} ({batch})" if batch else subjects.get(name, name)


class Question:
    """The words of a conflict in the form with a prefix.

    `choice` is the name of its buttons, `full_text` is theirs where a button cannot hold it.
    """

    was = full_text = ""

    def __init__(self, prefix: str, conflict: FormConflict) -> None:
        self.conflict, self._sides = conflict, conflict.sides
        self._row = f"{prefix}-" if prefix else ""
        self.choice = f"{self._row}{conflict.name}-{ANSWER}"
        self._model = conflict.sides.form._meta.model
        self.who, self.when = self._last_change()
        if conflict.name == WHOLE:
            self._ask_about_row()
        else:
            self._ask_about_field()
        removed = conflict.name == WHOLE and conflict.sides.theirs is None
        verb = "removed" if removed else "changed"
        self.error = f"{as_subject(self.who)} {verb} this {self.when}. Choose what is saved."

    def _last_change(self) -> tuple[str, str]:
        """Who wrote what is saved now, and when."""
        name = self.conflict.name
        field = None if name == WHOLE else self._model._meta.get_field(name)
        event = None
        # The events of links are those of their own rows
        if field is None or not field.many_to_many:
            event = last_change(self._model, self._sides.key, field.attname if field else "")
        if event is None:
            return "Somebody", "meanwhile"
        who = page.author_name(event, page.account_names([event]))
        return who, time_in_words(event.pgh_created_at)

    @property
    def hidden(self) -> dict[str, int]:
        """The hidden fields that say what was asked."""
        hidden = {f"{self._row}{self.conflict.name}-{MARK}": self.conflict.event}
        if self.conflict.name == WHOLE and self._sides.theirs is None:
            hidden[f"{self._row}{REMOVED}"] = self._sides.key
        return hidden

    @property
    def field(self) -> str:
        """The field that shows the question: that of a whole row is at its first, if it has any."""
        if self.conflict.name == WHOLE and self._sides.editable:
            return record_fields(self._sides.form)[0]
        return self.conflict.name

    def _ask_about_field(self) -> None:
        form, name = self._sides.form, self.conflict.name
        theirs = value_in_words(form, name, filled_in(self._sides.theirs)[name])
        mine = value_in_words(form, name, (self._sides.mine() or {})[name])
        was = self._was()
        self.label = str(form[name].label)
        self.legend = f"{self.label}: which one is saved?"
        self.was = f"When you opened this form, it was {_quote(was)}." if was is not None else ""
        short, own = page.excerpts(theirs, mine)
        self.theirs = f"Theirs: {_quote(short)} ({self.who}, {self.when})"
        self.mine = f"Mine, as the field says now: {_quote(own)}, or what you write there"
        self.full_text = theirs if theirs != short else ""

    def _was(self) -> str | None:
        """The field when the question was first asked; None if nobody knows."""
        events, name = self._model.pgh_event_model.objects, self.conflict.name
        event = events.filter(pgh_id=self.conflict.event, pgh_obj_id=self._sides.key).first()
        if event is None or self._model._meta.get_field(name).many_to_many:
            return None
        form = type(self._sides.form)(instance=record_as_of(self._model(), event))
        return value_in_words(form, name, filled_in(form)[name])

    def _ask_about_row(self) -> None:
        sides, noun = self._sides, str(self._model._meta.verbose_name)
        if sides.theirs is None:
            name = record_fields(sides.form)[0]
            row = value_in_words(sides.form, name, (sides.mine() or {})[name])
            self.label = f"{noun} {_quote(row)}"
            self.theirs = f"Leave it removed, as {as_subject(self.who)} left it {self.when}"
            self.mine = "Add it again, as the row says now"
        else:
            self.label = f"{noun} {_quote(str(sides.theirs.instance))}"
            changes = self._changes_of_row()
            self.theirs = f"Keep it, as {as_subject(self.who)} changed it {self.when}{changes}"
            self.mine = "Delete it all the same"
        self.label = self.label[:1].upper() + self.label[1:]
        self.legend = f"{self.label}: keep it?"

    def _changes_of_row(self) -> str:
        if self._sides.was in (None, UNKNOWN):
            return ""
        form, was = self._sides.form, filled_in(self._sides.was)
        changes = [
            f"{form[name].label} {_quote(value_in_words(form, name, value))}"
            for name, value in filled_in(self._sides.theirs).items()
            if was[name] != value
        ]
        return f": {', '.join(changes)}" if changes else ""


def _quote(words: str) -> str:
    return words if words == page.EMPTY else f"“{words}”"


class QuestionWidget(forms.Widget):
    """A field's own boxes, and the question below them."""

    def __init__(self, widget: forms.Widget, question: Question) -> None:
        super().__init__(widget.attrs)
        self.widget, self.question = widget, question
        self.use_fieldset = widget.use_fieldset

    @property
    def media(self) -> forms.Media:
        return self.widget.media

    def render(self, name: str, value: Any, attrs: Any = None, renderer: Any = None) -> SafeString:
        """The boxes, the hidden fields and the buttons."""
        context = {
            "question": self.question,
            "buttons": ((THEIRS, self.question.theirs), (MINE, self.question.mine)),
            "field": self.widget.render(name, value, attrs, renderer),
        }
        return mark_safe(render_to_string("admin/_conflict_question.html", context))  # noqa: S308

    def value_from_datadict(self, data: Mapping[str, Any], files: Any, name: str) -> Any:
        return self.widget.value_from_datadict(data, files, name)

    def value_omitted_from_data(self, data: Mapping[str, Any], files: Any, name: str) -> bool:
        return self.widget.value_omitted_from_data(data, files, name)

    def id_for_label(self, id_: str) -> str:
        return self.widget.id_for_label(id_)

    def use_required_attribute(self, initial: Any) -> bool:
        return self.widget.use_required_attribute(initial)


def show_questions(form: Any, questions: Iterable[Question]) -> None:
    """Put each question into its form, and an error that it is to be answered."""
    for question in questions:
        field = form.fields[question.field]
        field.widget = QuestionWidget(field.widget, question)
        if not question.conflict.answer:
            form.add_error(question.field, question.error)
