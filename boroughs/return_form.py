"""The forms of returns: before one is saved as complete, the form asks staff to confirm what public
pages will then say.

The code of the comparison page counts it, as if the return were complete already.
"""

import datetime
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from typing import Any, NamedTuple

from django import forms

from boroughs.compare import answers
from boroughs.compare.answers import NONE_RECORDED, NOT_KNOWN
from boroughs.compare.contract_answers import contracts_ending_section, contracts_involving
from boroughs.models import Borough, Return, Subject
from citytools.facts import dates
from citytools.facts.provenance import SourceKind
from citytools.staff import confirmation_form
from citytools.staff.confirmation_form import ConfirmationForm, ConfirmationQuestion
from citytools.worlds import World, use_world


class Received(NamedTuple):
    """The day on which a return was received, and whether it is illustrative."""

    on: datetime.date
    illustrative: bool


class Statement(NamedTuple):
    """What pages will say; `recorded` counts the facts, `items` names what has none."""

    sentence: str
    recorded: int
    summary: str = ""
    items: tuple[str, ...] = ()


class _Words(NamedTuple):
    """A subject's noun, the words of the tick box for having nothing, and what to do instead."""

    noun: str
    nothing: str
    remedy: str


_WORDS = {
    Subject.SYSTEMS: _Words("system", "{} runs none of these", "record its systems"),
    Subject.CONTRACTS: _Words("contract", "{} leads or shares no contract", "record its contracts"),
    Subject.SKILLS: _Words("skill level", "{} has none of these skills", "record its levels"),
}


def other_returns(borough: Borough, subject: str, but: Return | None = None) -> list[Received]:
    """The borough's saved returns on a subject, but for one."""
    returns = Return.objects.filter(borough=borough, subject=subject)
    returns = returns.exclude(pk=but.pk) if but else returns
    return [Received(record.received_on, record.illustrative) for record in returns]


def completeness_question(
    borough: Borough, subject: Subject, received: Received, others: Iterable[Received]
) -> ConfirmationQuestion | None:
    """What to ask before a return is saved as complete; None where later ones count instead."""
    if not _is_latest(received, others):
        return None
    statement = _STATEMENTS[subject] if borough.kind != Borough.Kind.REGIONAL else _regional
    with use_world(World.DEMONSTRATION if received.illustrative else World.EVIDENCE):
        return _question(borough, subject, statement(borough, subject))


def question_on_whole_skills(
    borough: Borough, skills: int, received: Received, others: Iterable[Received]
) -> ConfirmationQuestion | None:
    """The same of a return on skills that gives a level of each skill there is."""
    saved = _skills(borough, skills, ())
    statement = saved._replace(sentence=f"With this return {saved.sentence}")
    is_latest = _is_latest(received, others)
    return _question(borough, Subject.SKILLS, statement) if is_latest else None


def _is_latest(received: Received, others: Iterable[Received]) -> bool:
    """Whether no later one counts instead: among the evidence, only a real one does."""
    later = [other for other in others if other.on > received.on]
    return not later or (not received.illustrative and all(other.illustrative for other in later))


def _question(borough: Borough, subject: Subject, statement: Statement) -> ConfirmationQuestion:
    agreement = f"Yes, say this of {borough} in public"
    sentences, items = (statement.sentence,), statement.items
    question = ConfirmationQuestion(sentences, agreement, statement.summary, items)
    if statement.recorded:
        return question
    nothing = _WORDS[subject].nothing.format(borough)
    remedy = f"Tick “{nothing}” if that is so; otherwise {_WORDS[subject].remedy} first."
    return replace(question, nothing=nothing, remedy=remedy)


def _stored_borough(borough: Borough) -> list[Borough]:
    """The borough for queries; one that is just being added cannot be in any."""
    return [] if borough.pk is None else [borough]


def _on_systems(borough: Borough, subject: Subject) -> Statement:
    systems = answers.systems_in_use(_stored_borough(borough))
    functions = answers.functions_section([borough], systems, {borough.pk}).items
    without = tuple(item.name for item in functions if item.answers[0] == NONE_RECORDED)
    known = f"{len(functions) - len(without):,} of {_count(len(functions), 'function')}"
    effect = "public pages will say that it runs nothing else"
    if without:
        effect = f"the other {_count(len(without), 'function')} will be shown as “none recorded”"
    return Statement(
        f"{borough} has {_count(len(systems), 'system')} in use recorded, for {known}. "
        f"Saved as complete, {effect}.",
        len(systems),
        f"Shown as “none recorded”: {_count(len(without), 'function')}",
        without,
    )


def _on_contracts(borough: Borough, subject: Subject) -> Statement:
    today = dates.today()
    contracts = contracts_involving(_stored_borough(borough), today)
    section = contracts_ending_section([borough], contracts, {borough.pk}, today)
    quarters = section.items
    without = tuple(item.name for item in quarters if item.answers[0].value == 0)
    zero = f", and 0 as those that end in {len(without)} of the next {len(quarters)} quarters"
    count = len(contracts)
    return Statement(
        f"{borough} leads or shares {_count(count, 'contract')} on record. Saved as complete, "
        f"public pages will give {count:,} as all its contracts instead of “{_lower_bound(count)}”"
        f"{zero if without else ''}.",
        count,
        f"Shown with 0 contracts ending: {_count(len(without), 'quarter')}",
        without,
    )


def _on_skills(borough: Borough, subject: Subject) -> Statement:
    levels = answers.known_levels(_stored_borough(borough))
    skills = answers.skills_section([borough], levels).items
    without = tuple(item.name for item in skills if item.answers[0] == NOT_KNOWN)
    return _skills(borough, len(skills), without)


def _skills(borough: Borough, skills: int, without: tuple[str, ...]) -> Statement:
    count = skills - len(without)
    rest = f" The level of the other {len(without):,} stays “not known”." if without else ""
    return Statement(
        f"{borough} has a level recorded on {count:,} of {_count(skills, 'skill')}. Saved as "
        f"complete, public pages will give {count:,} as all its skills instead of "
        f"“{_lower_bound(count)}”, and how many are at each level, 0 included, as exact.{rest}",
        count,
        f"Without a level: {_count(len(without), 'skill')}",
        without,
    )


def _regional(borough: Borough, subject: Subject) -> Statement:
    """A regional body is never compared: its profile alone says that its return is complete."""
    statement = _STATEMENTS[subject](borough, subject)
    return Statement(
        f"{borough} has {_count(statement.recorded, _WORDS[subject].noun)} on record. Saved as "
        "complete, its profile will say that what is not listed, it does not have.",
        statement.recorded,
    )


_STATEMENTS: dict[Subject, Callable[[Borough, Subject], Statement]] = {
    Subject.SYSTEMS: _on_systems,
    Subject.CONTRACTS: _on_contracts,
    Subject.SKILLS: _on_skills,
}


def _lower_bound(count: int) -> str:
    return f"at least {count:,}" if count else "not known"


def _count(count: int, noun: str) -> str:
    return f"{count:,} {noun}{'' if count == 1 else 's'}"


FIELDS = (("subject", "received_on"), "complete", *confirmation_form.FIELDS)
# A change of any of these changes what a complete return says in public
_FIELDS_OF_STATEMENT = {"complete", "subject", "borough", "received_on"}


class ReturnForm(forms.ModelForm, ConfirmationForm):  # type: ignore[type-arg]  # generic in the stubs alone
    """A return among the others of its borough."""

    @property
    def received(self) -> Received | None:
        """When it was received; None without a valid day."""
        day = self.cleaned_data.get("received_on")
        illustrative = self.cleaned_data.get("source_kind") == SourceKind.ILLUSTRATIVE
        return Received(day, illustrative) if day else None

    def check_completeness(self, borough: Borough, others: Sequence[Received]) -> None:
        """Ask where the return becomes complete, or complete for something else."""
        subject = self.cleaned_data.get("subject")
        if not (self.cleaned_data.get("complete") and subject and self.received):
            return
        if not self.instance._state.adding and not self._changes_statement():
            return
        question = completeness_question(borough, Subject(subject), self.received, others)
        if question:
            self.ask(question)

    def _changes_statement(self) -> bool:
        kinds = (self.initial.get("source_kind"), self.cleaned_data.get("source_kind"))
        becomes_real = "source_kind" in self.changed_data and SourceKind.ILLUSTRATIVE in kinds
        return becomes_real or not _FIELDS_OF_STATEMENT.isdisjoint(self.changed_data)


class SingleReturnForm(ReturnForm):
    """A return on a page of its own."""

    def clean(self) -> dict[str, Any] | None:
        """Ask with the other returns as they are saved."""
        cleaned = super().clean()
        borough, subject = self.cleaned_data.get("borough"), self.cleaned_data.get("subject")
        if borough and subject:
            others = other_returns(borough, subject, self.instance)
            self.check_completeness(borough, others)
        return cleaned


class ReturnFormSet(forms.BaseInlineFormSet):  # type: ignore[type-arg]  # generic in the stubs alone
    """All returns of a borough on one page."""

    def clean(self) -> None:
        """Ask for each with the others as they will be."""
        super().clean()
        # An empty extra form has no cleaned_data, an invalid one only its valid fields
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
