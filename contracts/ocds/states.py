"""What a contract says after each of its notices; what a later one leaves out stays as it was."""

from collections.abc import Mapping
from typing import Any

from django.core.exceptions import ValidationError

from citytools.facts.dates import first_day, last_day
from citytools.facts.provenance import Confidence, SourceKind
from contracts.models import Contract
from contracts.ocds import fields
from contracts.ocds.drafts import Draft, Key
from contracts.ocds.matching import Companies, Frameworks

NO_TITLE = "nothing in it has a title"
BACKWARDS = "it ends before it starts"
SAME_TITLE = "a contract of this lead, title and start is recorded by hand"
REFUSED = "the record would break a rule"

_OURS = "From the OCDS notice "
_CALLED_OFF = "Called off from a framework; which one is not settled."
_COMPETITION = "Whether the call-off was with competition is not said."
_LINKS = ("supplier", "framework")
FIELDS = (
    "title", "reference", "starts_on", "ends_on", "extension_until", "total_value", "vat",
    "route", "source_url", "as_of", "confidence", "note", *_LINKS,
)  # fmt: skip
"""What notices say of a contract; nothing else of a record is ever touched."""

State = dict[str, Any]
Titles = Mapping[tuple[int, str, str], Key | int]
"""Who has a title: the key of an award, or the number of a contract recorded by hand."""


def of(record: Contract) -> State:
    """What a record says now."""
    return {name: getattr(record, name) for name in FIELDS}


def identity(draft: Draft) -> dict[str, Any]:
    """The fields that tell a contract from any other."""
    return {"ocid": draft.notice.ocid, "award_id": draft.notice.award_id, "lead": draft.lead}


def title_of(draft: Draft, state: State) -> tuple[int, str, str]:
    """What no two contracts have in common."""
    return draft.lead.pk, state["title"], state["starts_on"]


class States:
    """Makes one state of another and a notice."""

    def __init__(self, titles: Titles) -> None:
        self._companies, self._frameworks = Companies(), Frameworks()
        self._titles = titles

    def after(self, now: State, draft: Draft) -> State:
        """The state that a notice makes of the one before it, which is empty for a new contract."""
        notice = draft.notice
        said = dict(notice.values)
        supplier, doubt = self._companies.paid(notice.suppliers, said.get("title", ""))
        framework = self._frameworks.named_in(notice.framework_words)
        doubts = [*notice.doubts, *([doubt] if doubt else [])]
        if notice.framework_words:
            doubts += [] if framework else [_CALLED_OFF]
            doubts += [] if "route" in said else [_COMPETITION]
        said |= {"supplier": supplier} if supplier else {}
        said |= {"framework": framework} if framework else {}
        said["confidence"] = Confidence.MEDIUM.value if doubts else Confidence.HIGH.value
        if now.get("note", _OURS).startswith(_OURS):
            said["note"] = " ".join([f"{_OURS}{notice.ocid}, award {notice.award_id}.", *doubts])
        return self._merged(now, said, draft)

    def _merged(self, now: State, said: State, draft: Draft) -> State:
        if "total_value" in said and said["total_value"] != now.get("total_value"):
            said.setdefault("vat", "")  # the basis of another figure says nothing of this one
        if not said["source_url"]:
            del said["source_url"]
        known = {"supplier": None, "framework": None, "total_value": None} | now | said
        after = {name: known.get(name, "") for name in FIELDS}
        extended, end = after["extension_until"], after["ends_on"]
        if extended and end and last_day(extended) < last_day(end):
            after["extension_until"] = ""
        return after | {"title": self._free_title(now, after, draft)}

    def _free_title(self, now: State, after: State, draft: Draft) -> str:
        """The title, told apart by the award's number where another award has it already."""
        title: str = after["title"]
        number = draft.notice.award_id.removeprefix(draft.notice.ocid).strip("-") or "1"
        ending = f" (award {fields.shortened(number, 40)})"
        apart = fields.shortened(title, 200 - len(ending)) + ending
        if now.get("title") in {title, apart}:
            return str(now["title"])
        holder = self._titles.get((draft.lead.pk, title, after["starts_on"]))
        return apart if isinstance(holder, tuple) and holder != draft.key else title

    def refused(self, after: State, draft: Draft) -> tuple[str, str] | None:
        """Why a state cannot be recorded, and what about it; None where it can."""
        start, end = after["starts_on"], after["ends_on"]
        if not after["title"]:
            return NO_TITLE, f"award {draft.notice.award_id}"
        if start and end and last_day(end) < first_day(start):
            return BACKWARDS, f"award {draft.notice.award_id}, {start} to {end}"
        holder = self._titles.get(title_of(draft, after))
        if holder is not None and holder != draft.key:
            return SAME_TITLE, f"contract {holder}" if isinstance(holder, int) else after["title"]
        values = {name: value for name, value in after.items() if name not in _LINKS}
        record = Contract(source_kind=SourceKind.NOTICE, **identity(draft), **values)
        try:
            record.clean_fields(exclude=["lead", *_LINKS])
        except ValidationError as error:
            faults = error.message_dict.items()
            return REFUSED, "; ".join(f"{name}: {' '.join(why)}" for name, why in faults)
        return None
