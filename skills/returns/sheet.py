"""The form of a return: every skill with what is recorded now, and the problems of the answers."""

import datetime
import hashlib
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import groupby
from typing import Any

from django import forms
from django.forms import Form
from django.forms.boundfield import BoundField

from boroughs.models import Borough, Return, Subject
from citytools.facts import dates
from citytools.facts.provenance import Confidence
from citytools.history.page import account_names, author_name
from citytools.history.record_version import last_change
from citytools.staff import confirmation_form
from citytools.staff.confirmation_form import ConfirmationForm, ConfirmationQuestion
from citytools.staff.conflict_question import as_subject, time_in_words
from citytools.staff.form_merge import MINE, THEIRS
from citytools.staff.value_fields import DateTextField
from skills.models import Headcount, Level, Skill, SkillLevel

_YES_NO = [("", "not asked"), ("yes", "yes"), ("no", "no")]


class HeadForm(ConfirmationForm):
    """What holds for the whole return."""

    field_order = ("received_on", "confidence", "complete", *confirmation_form.FIELDS)
    received_on = DateTextField(
        label="Received on",
        widget=forms.DateInput(format="%Y-%m-%d"),
        error_messages={"required": "Say on which day the return was received."},
        help_text="A day, such as 2026-11-30 or 30/11/2026.",
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
        if day > dates.today():
            raise forms.ValidationError("The day lies ahead: write the day it was received.")
        if day.year < 1990:
            raise forms.ValidationError("The day is too long ago: look at the year.")
        return day


class RowForm(forms.Form):
    """The answers on one skill; without a level the skill is not answered."""

    level = forms.TypedChoiceField(
        choices=[
            ("", "not answered"),
            *((level.value, f"{level.value} {level.label}") for level in Level),
        ],
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
            and any(value not in (None, "") for value in others)
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


def initial_answers(level: SkillLevel | None) -> dict[str, Any]:
    """The recorded answers; none from an illustrative level."""
    if level is None or level.illustrative:
        return {}
    words = {True: "yes", False: "no", None: ""}
    return {
        "level": level.level,
        "headcount": level.headcount,
        "can_teach": words[level.can_teach],
        "wants_help": words[level.wants_help],
    }


_ROW = re.compile(r"skill-([^-]+)-", re.ASCII)
_TOKEN_FIELDS = ("level", "headcount", "can_teach", "wants_help", "source_kind", "as_of")
# What a return replaces without showing it: in the token as a hash, for notes are long
_HASHED_FIELDS = ("source_url", "confidence", "confirmed_on", "note")
_RETURN_FIELDS = ("received_on", "complete", "source_kind", "as_of", *_HASHED_FIELDS)
RETURN_TOKEN = "seen-return"  # noqa: S105 (the name of a field)


@dataclass(frozen=True)
class SheetRow:
    """One skill: its form, and the level recorded now, if any.

    Of a sheet that came back: the token that it had `seen`, and, where it asked whether theirs or
    mine is saved, the `level_before` and the `choice`.
    """

    skill: Skill
    present: SkillLevel | None
    form: RowForm
    seen: str | None = None
    level_before: str = ""
    choice: str = ""

    @property
    def contested(self) -> bool:
        """Whether an answer meets what somebody else has recorded since the page was opened."""
        changed = self.seen is not None and self.seen != self.token
        return bool(self.form["level"].value()) and (changed or bool(self.level_before))

    @property
    def decision(self) -> str:
        """Which of the two is saved, if it was chosen about what is recorded now."""
        counts = (
            bool(self.level_before) and self.seen == self.token and self.choice in (THEIRS, MINE)
        )
        return self.choice if counts else ""

    @property
    def before(self) -> str:
        """The level that was recorded when the page was opened: the question remembers it."""
        return (self.level_before or (self.seen or "").partition("|")[0])[:9] or "nothing"

    @property
    def before_in_words(self) -> str:
        return next(
            (str(level.label).lower() for level in Level if self.before == str(level)), "nothing"
        )

    def who_changed_it(self) -> str:
        """“Ada Obi changed this at 10:32”."""
        event = last_change(SkillLevel, self.present.pk) if self.present else None
        if event is None:
            return "Somebody removed this after you opened the page"
        who = as_subject(author_name(event, account_names([event])))
        return f"{who} changed this {time_in_words(event.pgh_created_at)}"

    @property
    def token(self) -> str:
        """What is recorded now, to be compared with what is recorded when the form comes back."""
        if self.present is None:
            return "nothing"
        values = [str(getattr(self.present, name)) for name in _TOKEN_FIELDS]
        return "|".join([*values, _hash(self.present, _HASHED_FIELDS)])

    @property
    def present_in_words(self) -> str:
        if self.present is None:
            return "nothing"
        words = [
            str(self.present.get_level_display()).lower(),
            f"{self.present.headcount} people" if self.present.headcount else "",
            "would teach" if self.present.can_teach else "",
            "wants help" if self.present.wants_help else "",
        ]
        when = dates.partial_date_in_words(self.present.as_of, short=True)
        kind = "invented, " if self.present.illustrative else ""
        return f"{', '.join(filter(None, words))} ({kind}as of {when})"


# The question before a return of a day is complete, with a level of each of so many skills
SheetQuestion = Callable[[datetime.date, int], ConfirmationQuestion | None]


class Sheet:
    """An empty form, or one that came back with `data`: then within the transaction that saves."""

    def __init__(
        self,
        borough: Borough,
        data: Mapping[str, Any] | None = None,
        ask: SheetQuestion | None = None,
    ) -> None:
        self.borough, self.data, self._ask = borough, data, ask
        start = {"received_on": dates.today(), "confidence": Confidence.HIGH}
        self.head = HeadForm(data, initial=start)
        present = {level.skill_id: level for level in _levels(borough, locked=data is not None)}
        self.rows = [
            self._row(skill, present.get(skill.pk)) for skill in Skill.objects.in_page_order()
        ]

    def _row(self, skill: Skill, present: SkillLevel | None) -> SheetRow:
        form = RowForm(self.data, prefix=f"skill-{skill.pk}", initial=initial_answers(present))
        if self.data is None:
            return SheetRow(skill, present, form)
        names = ("seen", "before", "choice")
        seen, before, choice = (self.data.get(f"{name}-{skill.pk}", "") for name in names)
        return SheetRow(skill, present, form, seen, before, choice)

    @cached_property
    def latest(self) -> Return | None:
        """The borough's latest real return on skills."""
        returns = Return.objects.real().filter(borough=self.borough, subject=Subject.SKILLS)
        if self.data is not None:
            returns = returns.select_for_update()  # its own form locks no borough
        return returns.order_by("-received_on", "-pk").first()

    @cached_property
    def return_token(self) -> str:
        """The latest return as it is now, to be compared when the form comes back."""
        return f"{self.latest.pk}|{_hash(self.latest, _RETURN_FIELDS)}" if self.latest else "none"

    @property
    def groups(self) -> list[tuple[str, list[SheetRow]]]:
        grouped = groupby(self.rows, lambda row: row.skill.group.name)
        return [(name, list(rows)) for name, rows in grouped]

    @property
    def illustrative(self) -> int:
        """How many of the recorded levels are illustrative, and so not filled in."""
        return sum(row.present is not None and row.present.illustrative for row in self.rows)

    @property
    def answered(self) -> list[SheetRow]:
        """The rows whose level is saved; of a sheet that came back."""
        return [row for row in self.rows if row.form.answered and row.decision != THEIRS]

    def is_valid(self) -> bool:
        """Whether all of it can be saved; if not, `problems` and the forms say why."""
        self.head.is_valid()
        for row in self.rows:
            row.form.is_valid()
        self._check_dates()
        self._check_completeness()
        for row in self.answered:
            self._check_unchanged(row)
        self._check_return()
        return not self.problems

    def _check_dates(self) -> None:
        day = self.head.cleaned_data.get("received_on")
        if day is None:
            return
        if self.latest and day < self.latest.received_on:
            last = f"{self.latest.received_on:%-d %B %Y}"
            self.head.add_error(
                "received_on",
                f"A later return, of {last}, is recorded. Past levels are edited one by one.",
            )
        for row in self.answered:
            level = row.present
            if level and not level.illustrative and dates.first_day(level.as_of) > day:
                reason = f"What is recorded is later than this return: {row.present_in_words}."
                row.form.add_error("level", reason)

    def _check_completeness(self) -> None:
        missing = [row.skill.name for row in self.rows if row.form.left_out]
        if not self.answered and not any(row.form.errors for row in self.rows):
            self.head.add_error(None, "No skill is answered, so there is nothing to save.")
        elif self.head.cleaned_data.get("complete") and missing:
            self.head.add_error(
                "complete",
                f"Not complete: {len(missing)} not answered ({_name_skills(missing)}). "
                "Answer them, or take the tick away.",
            )
        elif self._becomes_complete() and self._ask:
            question = self._ask(self.head.cleaned_data["received_on"], len(self.rows))
            if question:
                self.head.ask(question)
        unknown = self._unknown_skills()
        if unknown:
            self.head.add_error(
                None,
                f"Answers on skills that are not recorded (number {', '.join(unknown)}). Nothing "
                "was saved: open the page again.",
            )

    def _becomes_complete(self) -> bool:
        """Whether it will be complete, and was not so already for that day."""
        day = self.head.cleaned_data.get("received_on")
        if not self.head.cleaned_data.get("complete") or day is None:
            return False
        saved = Return.objects.real().filter(borough=self.borough, subject=Subject.SKILLS)
        return not saved.filter(received_on=day, complete=True).exists()

    def _unknown_skills(self) -> list[str]:
        """Keys in the data that no skill has, such as of one deleted meanwhile; shortened."""
        known = {str(row.skill.pk) for row in self.rows}
        keys = {match[1] for key in self.data or () if (match := _ROW.match(key))}
        return sorted(key[:20] for key in keys - known)[:10]

    def _check_unchanged(self, row: SheetRow) -> None:
        """What was recorded when the page was opened still is, or a person chose between both."""
        if row.contested and not row.decision:
            row.form.add_error(
                "level",
                f"{row.who_changed_it()}; recorded now: {row.present_in_words}. Choose below "
                "whether that stays or your answer is saved.",
            )

    def _check_return(self) -> None:
        """The latest return must be as it was when the page was opened."""
        if (self.data or {}).get(RETURN_TOKEN) == self.return_token:
            return
        now = "there is none now"
        if self.latest:
            complete = "complete" if self.latest.complete else "not complete"
            now = f"it is of {self.latest.received_on:%-d %B %Y}, {complete}"
        self.head.add_error(
            None,
            f"Somebody changed the latest return on skills after you opened this page: {now}. Your "
            "answers are kept: save again to go on.",
        )

    @property
    def problems(self) -> Sequence[tuple[str, str]]:
        """(id of the field, what is wrong), from top to bottom."""
        problems = [("", str(message)) for message in self.head.non_field_errors()]
        problems += [
            (field.id_for_label, f"{field.label}: {message}")
            for field, message in _field_errors(self.head)
        ]
        return problems + [
            (field.id_for_label, f"{row.skill}, {field.label.lower()}: {message}")
            for row in self.rows
            for field, message in _field_errors(row.form)
        ]


def _hash(record: Any, fields: Iterable[str]) -> str:
    text = "|".join(str(getattr(record, name)) for name in fields)
    return hashlib.blake2b(text.encode(), digest_size=8).hexdigest()


def _name_skills(skills: Sequence[str]) -> str:
    """The first five, and how many more."""
    more = f" and {len(skills) - 5} more" if len(skills) > 5 else ""
    return ", ".join(skills[:5]) + more


def _field_errors(form: Form) -> Iterator[tuple[BoundField, str]]:
    for field in form:
        for message in field.errors:
            yield field, str(message)


def _levels(borough: Borough, *, locked: bool) -> list[SkillLevel]:
    """The recorded levels; locked with their borough, so that two returns come one by one."""
    levels = SkillLevel.objects.filter(borough=borough)
    if not locked:
        return list(levels)
    Borough.objects.select_for_update().get(pk=borough.pk)
    return list(levels.select_for_update())
