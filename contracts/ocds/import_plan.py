"""What a file of notices would change: for each contract the states that its notices give it.

An award, then its update, are one contract in two states. What staff or a borough have said since
stays.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field

from boroughs.models import Borough
from citytools.facts.provenance import SourceKind
from citytools.imports.authorship import last_by_people
from citytools.imports.record_finder import DeletedByPerson, RecordFinder
from contracts.models import Contract, ContractPartner
from contracts.ocds import fields, states
from contracts.ocds.drafts import Draft, Key
from contracts.ocds.notices import Skipped
from contracts.ocds.states import State, States

NOT_IN_FORCE = "the award or contract is not in force"
BY_HAND = "a contract of this OCID is recorded by hand; give it the award number to update it"
OTHER_SOURCE = "it is recorded from another source since"
CONFIRMED = "the borough has confirmed the record since"
OLDER = "a later notice is recorded already"
BY_STAFF = "a person has changed the record since"
DELETED = "a person has deleted the record"


@dataclass
class Change:
    """One contract, perhaps new, and the states it goes through; none where all is as it was."""

    draft: Draft
    record: Contract | None
    states: list[State] = field(default_factory=list)
    partners: dict[Borough, None] = field(default_factory=dict)


@dataclass
class Plan:
    """All that a file would change, and all that it leaves out."""

    changes: list[Change] = field(default_factory=list)
    skipped: list[Skipped] = field(default_factory=list)

    @property
    def new(self) -> list[Change]:
        """Contracts to be made."""
        return [one for one in self.changes if one.record is None]

    @property
    def changed(self) -> list[Change]:
        """Contracts on record that say something else now."""
        touched = (one for one in self.changes if one.states or one.partners)
        return [one for one in touched if one.record is not None]

    @property
    def unchanged(self) -> list[Change]:
        """Contracts on record that say what their notices say."""
        kept = (one for one in self.changes if not one.states and not one.partners)
        return [one for one in kept if one.record is not None]


def plan(drafted: Iterable[Draft | Skipped]) -> Plan:
    """What the drafts change, compared with what is on record; a handful of queries."""
    return _Planner().plan(drafted)


class _Planner:
    def __init__(self) -> None:
        recorded = list(Contract.objects.select_related("supplier", "framework").order_by("pk"))
        self._by_people = last_by_people(Contract)
        awarded = [one for one in recorded if one.award_id]
        self._finder = RecordFinder(Contract, _KEY, self._by_people, awarded)
        self._by_hand = {
            (one.ocid, one.lead_id): one for one in recorded if one.ocid and not one.award_id
        }
        self._titles: dict[tuple[int, str, str], Key | int] = {
            (one.lead_id, one.title, one.starts_on): _key(one) if one.award_id else one.pk
            for one in recorded
        }
        self._states = States(self._titles)
        self._partners = set(ContractPartner.objects.values_list("contract", "borough"))
        # Whoever staff took off a contract is not put on it again
        events = last_by_people(ContractPartner).values()
        self._partners |= {(one.contract_id, one.borough_id) for one in events}
        self._found = Plan()

    def plan(self, drafted: Iterable[Draft | Skipped]) -> Plan:
        groups: dict[Key, list[Draft]] = {}
        for draft in drafted:
            if isinstance(draft, Skipped):
                self._found.skipped.append(draft)
            else:
                groups.setdefault(draft.key, []).append(draft)
        for key, group in groups.items():
            try:
                record = self._finder.find(key)
            except DeletedByPerson:
                self._found.skipped += [one.skipped(DELETED, one.notice.place) for one in group]
                continue
            told = [one for one in group if not self._left_out(one, record)]
            if told:
                told.sort(key=lambda one: fields.instant(one.notice.moment))
                self._follow(Change(told[0], record), told)
        return self._found

    def _left_out(self, draft: Draft, record: Contract | None) -> bool:
        by_hand = self._by_hand.get((draft.notice.ocid, draft.lead.pk))
        detail = f"contract {record.pk}" if record else ""
        if status := draft.notice.not_in_force:
            ended = record and status != "pending"
            look = f"; {detail} records it: decide about it by hand" if ended else ""
            reason, detail = NOT_IN_FORCE, f"{status}: award {draft.notice.award_id}{look}"
        elif record:
            reason = _kept(record, draft.notice.values["as_of"])
            reason = reason or (BY_STAFF if record.pk in self._by_people else "")
        else:
            reason, detail = (BY_HAND, f"contract {by_hand.pk}") if by_hand else ("", "")
        if reason:
            self._found.skipped.append(draft.skipped(reason, detail))
        return bool(reason)

    def _follow(self, change: Change, told: list[Draft]) -> None:
        """Add the states of one contract; none if the last is what is on record."""
        before = states.of(change.record) if change.record else {}
        now = before
        for draft in told:
            after = self._states.after(now, draft)
            if refused := self._states.refused(after, draft):
                self._found.skipped.append(draft.skipped(*refused))
                continue
            change.partners.update(dict.fromkeys(self._new_partners(draft, change.record)))
            if after != now:
                change.states.append(after)
                now = after
        if now == before:
            change.states.clear()
        if change.states:
            self._titles[states.title_of(change.draft, now)] = change.draft.key
        if change.states or change.record:
            self._found.changes.append(change)

    def _new_partners(self, draft: Draft, record: Contract | None) -> list[Borough]:
        if record is None:
            return list(draft.partners)
        return [one for one in draft.partners if (record.pk, one.pk) not in self._partners]


_KEY = ("ocid", "lead_id", "award_id")


def _key(record: Contract) -> Key:
    return record.ocid, record.lead_id, record.award_id


def _kept(record: Contract, as_of: str) -> str:
    """Why a record stays as it is whatever a notice of that day says; empty where it does not."""
    if record.source_kind != SourceKind.NOTICE:
        return OTHER_SOURCE
    if record.confirmed_on and record.confirmed_on.isoformat() >= as_of:
        return CONFIRMED
    return OLDER if as_of < record.as_of else ""
