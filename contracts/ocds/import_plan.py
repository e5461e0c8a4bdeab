"""What a file of notices would change: for each contract the states that its notices give it.

An award, then its update, are one contract in two states. What staff or a borough have recorded
since stays, field by field.
"""

import copy
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.core.exceptions import ValidationError

from boroughs.models import Borough
from citytools.facts.dates import first_day, last_day
from citytools.facts.provenance import Confidence, SourceKind
from citytools.imports.authorship import Authorship, PersonEvent
from citytools.imports.conflicts import FIELD, ImportConflict
from citytools.imports.csv_reader import CsvRow
from citytools.imports.record_finder import DeletedByPersonError, RecordFinder
from citytools.imports.table_writer import attribute_name
from contracts.models import Contract, ContractPartner
from contracts.ocds import fields
from contracts.ocds.matching import Companies, ContractDraft, Frameworks, Key
from contracts.ocds.notices import Skipped
from systems.models import Supplier

NO_TITLE = "nothing in it has a title"
BACKWARDS = "it ends before it starts"
SAME_TITLE = "a contract of this lead, title and start is recorded by hand"
REFUSED = "the record would break a rule"

_OURS = "From the OCDS notice "
_CALLED_OFF = "Called off from a framework; which one is not settled."
_COMPETITION = "Whether the call-off was with competition is not said."
_LINKS = ("supplier", "framework")
# What notices state of a contract; no other field of a record is ever touched.
FIELDS = (
    "title", "reference", "starts_on", "ends_on", "extension_until", "total_value",
    "tender_value", "vat", "stage", "route", "source_url", "as_of", "confidence", "note", *_LINKS,
)  # fmt: skip

State = dict[str, Any]
# Who has a title: the key of an award, or the number of a contract recorded by hand.
Titles = Mapping[tuple[int, str, str], Key | int]


def _identity(draft: ContractDraft) -> dict[str, Any]:
    return {"ocid": draft.notice.ocid, "award_id": draft.notice.award_id, "lead": draft.lead}


class States:
    """Derives each state of a contract from the one before it and a notice."""

    def __init__(self, titles: Titles) -> None:
        self._companies, self._frameworks = Companies(), Frameworks()
        self._titles = titles

    def after(
        self, now: State, draft: ContractDraft, by_people: Collection[str]
    ) -> tuple[State, State]:
        """The state after a notice, and what else it says of the fields that people wrote.

        `now` is empty for a new contract.
        """
        notice = draft.notice
        stated = dict(notice.values)
        supplier, doubt = self._companies.match(notice.suppliers, stated.get("title", ""))
        framework = self._frameworks.match(notice.framework_words)
        doubts = [*notice.doubts, *([doubt] if doubt else [])]
        if notice.framework_words:
            doubts += [] if framework else [_CALLED_OFF]
            doubts += [] if "route" in stated else [_COMPETITION]
        stated |= {"supplier": supplier} if supplier else {}
        stated |= {"framework": framework} if framework else {}
        stated["confidence"] = Confidence.MEDIUM.value if doubts else Confidence.HIGH.value
        if now.get("note", _OURS).startswith(_OURS):
            note = f"{_OURS}{notice.ocid}, award {notice.award_id}."
            stated["note"] = " ".join([note, *doubts])
        if not stated["source_url"]:
            del stated["source_url"]
        kept_out = {name: stated.pop(name) for name in by_people if name in stated}
        differing = {name: value for name, value in kept_out.items() if value != now[name]}
        return self._merged(now, stated, draft, by_people), differing

    def _merged(
        self, now: State, stated: State, draft: ContractDraft, by_people: Collection[str]
    ) -> State:
        value = stated.get("total_value", now.get("total_value"))
        if value != now.get("total_value") and "vat" not in by_people:
            stated.setdefault("vat", "")  # the VAT basis of another figure says nothing of this one
        unknown = dict.fromkeys(("supplier", "framework", "total_value", "tender_value"))
        known: State = unknown | now | stated
        after = {name: known.get(name, "") for name in FIELDS}
        extended, end = after["extension_until"], after["ends_on"]
        passed = extended and end and last_day(extended) < last_day(end)
        if passed and "extension_until" not in by_people:
            after["extension_until"] = ""
        return after | {"title": self._free_title(now, after, draft)}

    def _free_title(self, now: State, after: State, draft: ContractDraft) -> str:
        """The title, with the award's number where another award has it already."""
        title: str = after["title"]
        number = draft.notice.award_id.removeprefix(draft.notice.ocid).strip("-") or "1"
        ending = f" (award {fields.shorten(number, 40)})"
        numbered = fields.shorten(title, 200 - len(ending)) + ending
        if now.get("title") in {title, numbered}:
            return str(now["title"])
        holder = self._titles.get((draft.lead.pk, title, after["starts_on"]))
        return numbered if isinstance(holder, tuple) and holder != draft.key else title

    def refused(
        self, after: State, draft: ContractDraft, present: Contract | None
    ) -> tuple[str, str] | None:
        """Why a state cannot be recorded, and what about it; None where it can."""
        start, end = after["starts_on"], after["ends_on"]
        if not after["title"]:
            return NO_TITLE, f"award {draft.notice.award_id}"
        if start and end and last_day(end) < first_day(start):
            return BACKWARDS, f"award {draft.notice.award_id}, {start} to {end}"
        lead = present.lead_id if present else draft.lead.pk
        holder = self._titles.get((lead, after["title"], after["starts_on"]))
        if holder is not None and holder != (_key(present) if present else draft.key):
            return SAME_TITLE, f"contract {holder}" if isinstance(holder, int) else after["title"]
        new = Contract(source_kind=SourceKind.NOTICE, **_identity(draft))
        record = copy.copy(present) if present else new
        for name in after.keys() - _LINKS:
            setattr(record, name, after[name])
        try:
            record.clean_fields(exclude=["lead", *_LINKS])
            record.clean()
        except ValidationError as error:
            faults = error.message_dict.items()
            return REFUSED, "; ".join(f"{name}: {' '.join(why)}" for name, why in faults)
        return None


NOT_IN_FORCE = "the award or contract is not in force"
BY_HAND = "a contract of this OCID is recorded by hand; give it the award number to update it"
OTHER_SOURCE = "it is recorded from another source since"
CONFIRMED = "the borough has confirmed the record since"
OLDER = "a later notice is recorded already"
DELETED = "a person has deleted the record"


@dataclass
class ContractChange:
    """One contract, perhaps new, and the states it goes through; none where all is as it was."""

    draft: ContractDraft
    record: Contract | None
    states: list[State] = field(default_factory=list)
    partners: dict[Borough, None] = field(default_factory=dict)

    @property
    def differs(self) -> bool:
        """Whether the notices say something else than the record."""
        return bool(self.states or self.partners)


@dataclass
class ImportPlan:
    """All that a file would change, and all that it leaves out."""

    changes: list[ContractChange] = field(default_factory=list)
    skipped: list[Skipped] = field(default_factory=list)
    left_to_staff: list[ImportConflict] = field(default_factory=list)

    @property
    def new(self) -> list[ContractChange]:
        return [change for change in self.changes if change.record is None]

    @property
    def changed(self) -> list[ContractChange]:
        return [change for change in self.changes if change.record and change.differs]

    @property
    def unchanged(self) -> list[ContractChange]:
        return [change for change in self.changes if change.record and not change.differs]


def plan_import(drafts: Iterable[ContractDraft | Skipped]) -> ImportPlan:
    """What the drafts change, compared with what is on record; a handful of queries."""
    return _Planner().plan(drafts)


class _Planner:
    def __init__(self) -> None:
        records = list(Contract.objects.select_related("supplier", "framework").order_by("pk"))
        self._authorship = Authorship(Contract)
        awarded = [record for record in records if record.award_id]
        self._finder = RecordFinder(self._authorship, _KEY, awarded)
        self._by_hand = {
            (record.ocid, record.lead_id): record
            for record in records
            if record.ocid and not record.award_id
        }
        self._titles: dict[tuple[int, str, str], Key | int] = {
            (record.lead_id, record.title, record.starts_on): (
                _key(record) if record.award_id else record.pk
            )
            for record in records
        }
        self._states = States(self._titles)
        self._partners: set[tuple[object, ...]] = set(
            ContractPartner.objects.values_list("contract", "borough")
        )
        # A borough that staff took off a contract is not put on it again
        partners = Authorship(ContractPartner)
        self._partners |= partners.deleted_values("contract_id", "borough_id")
        self._plan = ImportPlan()

    def plan(self, drafts: Iterable[ContractDraft | Skipped]) -> ImportPlan:
        groups: dict[Key, list[ContractDraft]] = {}
        for draft in drafts:
            if isinstance(draft, Skipped):
                self._plan.skipped.append(draft)
            else:
                groups.setdefault(draft.key, []).append(draft)
        for key, group in groups.items():
            try:
                record = self._finder.find(key)
            except DeletedByPersonError:
                self._plan.skipped += [
                    draft.skipped(DELETED, draft.notice.place) for draft in group
                ]
                continue
            remaining = [draft for draft in group if not self._left_out(draft, record)]
            remaining.sort(key=lambda draft: fields.parse_instant(draft.notice.moment))
            if remaining:
                self._add_states(ContractChange(remaining[0], record), remaining)
        return self._plan

    def _left_out(self, draft: ContractDraft, record: Contract | None) -> bool:
        by_hand = self._by_hand.get((draft.notice.ocid, draft.lead.pk))
        detail = f"contract {record.pk}" if record else ""
        if status := draft.notice.not_in_force:
            ended = record and status != "pending"
            advice = f"; {detail} records it: decide about it by hand" if ended else ""
            reason, detail = NOT_IN_FORCE, f"{status}: award {draft.notice.award_id}{advice}"
        elif record:
            reason = _reason_to_keep(record, draft.notice.values["as_of"])
        else:
            reason, detail = (BY_HAND, f"contract {by_hand.pk}") if by_hand else ("", "")
        if reason:
            self._plan.skipped.append(draft.skipped(reason, detail))
        return bool(reason)

    def _add_states(self, change: ContractChange, drafts: list[ContractDraft]) -> None:
        """Add the states of one contract; none if the last is what is on record."""
        record = change.record
        before = {name: getattr(record, name) for name in FIELDS} if record else {}
        by_people = self._fields_by_people(record)
        now, latest = before, drafts[0]
        left: State = {}
        for draft in drafts:
            after, kept_out = self._states.after(now, draft, by_people)
            if refused := self._states.refused(after, draft, record):
                self._plan.skipped.append(draft.skipped(*refused))
                continue
            left, latest = left | kept_out, draft
            change.partners.update(dict.fromkeys(self._new_partners(draft, change.record)))
            if after != now:
                change.states.append(after)
                now = after
        if now == before:
            change.states.clear()
        if change.states:
            lead = record.lead_id if record else change.draft.lead.pk
            holder = _key(record) if record else change.draft.key
            self._titles[lead, now["title"], now["starts_on"]] = holder
        if record:
            self._plan.left_to_staff += [
                _conflict(record, latest, name, by_people[name], value)
                for name, value in left.items()
                if value != before[name]
            ]
        if change.states or change.record:
            self._plan.changes.append(change)

    def _fields_by_people(self, record: Contract | None) -> dict[str, PersonEvent]:
        """The fields of a contract whose value a person wrote, each with the event."""
        events = {
            name: self._authorship.edit(record.pk, attribute_name(Contract, name))
            if record
            else None
            for name in FIELDS
        }
        return {name: event for name, event in events.items() if event}

    def _new_partners(self, draft: ContractDraft, record: Contract | None) -> list[Borough]:
        return [
            borough
            for borough in draft.partners
            if record is None or (record.pk, borough.pk) not in self._partners
        ]


_KEY = ("ocid", "lead_id", "award_id")


def _key(record: Contract) -> Key:
    return record.ocid, record.lead_id, record.award_id


def _conflict(
    record: Contract, draft: ContractDraft, name: str, event: PersonEvent, value: Any
) -> ImportConflict:
    own: Any = Contract._meta.get_field(name)
    line = CsvRow("", draft.notice.place, {})
    present = getattr(record, attribute_name(Contract, name))
    return ImportConflict(FIELD, line, event, record.title, name, own, present, value)


def _reason_to_keep(record: Contract, as_of: str) -> str:
    """Why a record stays as it is whatever a notice of that day says; empty where it does not."""
    if record.source_kind != SourceKind.NOTICE:
        return OTHER_SOURCE
    if record.confirmed_on and record.confirmed_on.isoformat() >= as_of:
        return CONFIRMED
    return OLDER if as_of < record.as_of else ""


_BATCH_SIZE = 1000


def write_plan(plan: ImportPlan) -> None:
    """Everything, each state of a contract as a change of its own, so that history keeps all.

    The caller opens the transaction and names the batch in the history.
    """
    suppliers = (state["supplier"] for change in plan.changes for state in change.states)
    unsaved = {id(supplier): supplier for supplier in suppliers if supplier and not supplier.pk}
    Supplier.objects.bulk_create(unsaved.values(), batch_size=_BATCH_SIZE)
    created = [
        Contract(source_kind=SourceKind.NOTICE, **_identity(change.draft), **change.states[0])
        for change in plan.new
    ]
    Contract.objects.bulk_create(created, batch_size=_BATCH_SIZE)
    later = [
        (record, change.states[1:]) for record, change in zip(created, plan.new, strict=True)
    ] + [(change.record, change.states) for change in plan.changed if change.record]
    for number in range(max((len(states) for _, states in later), default=0)):
        _write_wave([(record, states[number]) for record, states in later if number < len(states)])
    ContractPartner.objects.bulk_create(
        ContractPartner(contract=record, borough=borough)
        for (record, _), change in zip(later, [*plan.new, *plan.changed], strict=True)
        for borough in change.partners
    )


def _write_wave(wave: list[tuple[Contract, State]]) -> None:
    for record, state in wave:
        for name, value in state.items():
            setattr(record, name, value)
    Contract.objects.bulk_update([record for record, _ in wave], FIELDS, batch_size=_BATCH_SIZE)
