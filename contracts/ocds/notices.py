"""What a release tells about contracts: one notice for each award, or why it is left out.

Nothing here knows a record. A notice holds only what City Tools keeps: descriptions, addresses and
contact persons are never taken over, and its note is made of our own sentences.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from typing import Any

from contracts.ocds import fields, parties
from contracts.ocds.fields import Shape
from contracts.ocds.parties import Parties, Party, contact_details

CEILING = Decimal(1_000_000_000)
"""Pounds from which the value of one call-off is taken for its framework's ceiling: all councils
together spend about two billion a year on IT."""
_MAX_POUNDS = Decimal(10) ** 11
"""What the column of values holds."""

_OURS = {"starts_on": "startsOn", "ends_on": "endsOn", "extension_until": "extensionUntil"}
"""Where `releases` puts dates that are no whole day."""

ZERO = "The notice gives no value above nought."
A_CEILING = "The notice repeats the framework's ceiling, which is not the contract's value."
FOREIGN = "The notice gives the value in another currency than pounds."
UNLIKELY = "The notice gives a value that no contract can have."
SEVERAL_CONTRACTS = (
    "Several contracts stand under this award, and no value or date that all share is taken."
)
UNREADABLE = "A date in the notice cannot be read."


def award_value(
    award: Shape, contracts: Sequence[Shape], tender: Shape
) -> tuple[dict[str, Any], str]:
    """`total_value` and `vat` as far as known, and what is doubtful about them."""
    shape = _given(award, contracts)
    if shape is None:
        return {}, SEVERAL_CONTRACTS if len(contracts) > 1 else ZERO
    net, gross = shape.number("amount"), shape.number("amountGross")
    amount = net if net is not None else gross
    if amount is None or amount == 0:
        return {}, ZERO
    if shape.text("currency").upper() not in {"", "GBP"}:
        return {}, FOREIGN
    if amount < 0 or not amount.is_finite() or amount >= _MAX_POUNDS:
        return {}, UNLIKELY
    if _is_ceiling(amount, tender):
        return {}, A_CEILING
    pounds = amount.quantize(Decimal("0.01"))
    return {"total_value": pounds} | _vat(shape, net, gross), ""


def _given(award: Shape, contracts: Sequence[Shape]) -> Shape | None:
    """Where the value stands: the one contract's, or else the award's; never the tender's."""
    signed = [shape.part("value") for shape in contracts]
    if len(signed) == 1 and signed[0].fields:
        return signed[0]
    of_award = award.part("value")
    return of_award if of_award.fields else None


def _vat(given: Shape, net: Decimal | None, gross: Decimal | None) -> dict[str, str]:
    """Known only where the notice states both amounts, the gross one alone, or says it."""
    included = given.flag("valueAddedTaxIncluded")
    if included is not None:
        return {"vat": "including" if included else "excluding"}
    if gross is not None:
        return {"vat": "including" if net is None else "excluding"}
    return {}


def _is_ceiling(amount: Decimal, tender: Shape) -> bool:
    techniques = tender.part("techniques")
    agreement = techniques.part("frameworkAgreement")
    if techniques.flag("hasFrameworkAgreement") or agreement.fields:
        stated = [
            agreement.part("value").number("amount"),
            tender.part("value").number("amount"),
            tender.part("value").number("amountGross"),
        ]
        return any(ceiling and amount >= ceiling for ceiling in stated)
    return parties.calls_off(tender) and amount >= CEILING


def award_period(award: Shape, contracts: Sequence[Shape]) -> tuple[dict[str, str], str]:
    """`starts_on`, `ends_on`, `extension_until` as far as known, and what is doubtful.

    A signed contract knows better than its award; our own export keeps months and years apart.
    Where several contracts stand under one award, only the award's own dates are taken.
    """
    periods = [award.part("contractPeriod")]
    if len(contracts) == 1:
        periods.insert(0, contracts[0].part("period"))
    found: dict[str, str] = {}
    doubt = SEVERAL_CONTRACTS if len(contracts) > 1 and not periods[0].fields else ""
    names = {"starts_on": "startDate", "ends_on": "endDate", "extension_until": "maxExtentDate"}
    for field, name in names.items():
        text = next((text for shape in periods if (text := shape.text(name))), "")
        text = text or next((shape.part("cityTools").text(_OURS[field]) for shape in contracts), "")
        day = fields.parse_day(text) if text else None
        if day:
            found[field] = day
        elif text:
            doubt = UNREADABLE
    if found.get("extension_until") == found.get("ends_on"):
        found.pop("extension_until", None)  # no extension is foreseen
    return found, doubt


NO_AWARD = "no award or contract in it yet"
NO_BUYER = "it names no buyer"
INVENTED = "invented for demonstration"
NO_CPV = "no CPV code, so that nobody knows whether it is technology (--all takes it)"
NO_TECHNOLOGY = "its CPV codes are not technology (--all takes it)"
NO_ID = "the award has no id, so that an update could not be told from another award"

TECHNOLOGY = ("48", "72", "302", "32", "642", "98351110")
"""How CPV codes of technology begin: software, IT services, hardware, network, telecoms; parking
enforcement."""
_NOT_IN_FORCE = {"pending", "cancelled", "unsuccessful"}
_ADDRESS = re.compile(r"https?://[^\s@<>\"']{4,490}")
_TITLE, _REFERENCE, _ID = 200, 80, 120


@dataclass(frozen=True)
class Skipped:
    """Something that is left out: why, and what to add to the reason."""

    reason: str
    place: str
    ocid: str
    detail: str = ""
    buyer: str = ""


@dataclass(frozen=True)
class AwardNotice:
    """One award in one release. `values` holds what it states, by field of the contract.

    `not_in_force` is pending, cancelled or unsuccessful where the award or contract is so.
    """

    place: str
    ocid: str
    award_id: str
    moment: str
    buyers: tuple[Party, ...]
    suppliers: tuple[Party, ...]
    values: dict[str, Any]
    framework_words: str = ""
    doubts: tuple[str, ...] = ()
    not_in_force: str = ""

    def skipped(self, reason: str, detail: str = "", buyer: str = "") -> Skipped:
        """The same, left out after all."""
        return Skipped(reason, self.place, self.ocid, detail, buyer)


class Release:
    """One release with what all its awards share."""

    def __init__(self, shape: Shape) -> None:
        self.shape = shape
        self.ocid = _required_text(shape, "ocid", 80)
        self.moment = _required_text(shape, "date", 40)
        self.day = self._as_of()
        self.tender = shape.part("tender")
        self.parties = Parties(shape)
        self.buyers = self.parties.buyers()
        self.people = frozenset(contact_details(shape))

    def _as_of(self) -> str:
        """The day of the release; a month or a year where our own export says no more."""
        day = fields.parse_day(self.moment)
        if day is None:
            reason = f"“{self.moment}” is no date."
            raise self.shape.wrong("date", reason, "Write it as 2026-11-30T12:00:00Z.")
        vague = self.shape.part("cityTools").text("asOf")
        return vague if vague and fields.parse_day(vague) and day.startswith(vague) else day

    @cached_property
    def codes(self) -> frozenset[str]:
        """Every CPV code of the tender, its items, and the items of awards and contracts."""
        bought = [self.tender, *self.shape.parts("awards"), *self.shape.parts("contracts")]
        classified = [*bought, *(item for shape in bought for item in shape.parts("items"))]
        shapes = (
            shape
            for thing in classified
            for shape in (thing.part("classification"), *thing.parts("additionalClassifications"))
        )
        codes = (
            fields.cpv_code(shape.text("id"))
            for shape in shapes
            if shape.text("scheme") in {"", "CPV"}
        )
        return frozenset(code for code in codes if code)

    def empty(self) -> Skipped | None:
        """Why there is no contract in it; None where there is."""
        if not self.shape.parts("awards") and not self.shape.parts("contracts"):
            return self.skipped(NO_AWARD, ", ".join(self.shape.texts("tag")))
        if not self.buyers:
            return self.skipped(NO_BUYER)
        if self.shape.part("cityTools").flag("invented"):
            return self.skipped(INVENTED)
        return None

    def not_technology(self) -> Skipped | None:
        """Why it is not known to be technology; None where it is."""
        if any(code.startswith(TECHNOLOGY) for code in self.codes):
            return None
        if not self.codes:
            return self.skipped(NO_CPV)
        return self.skipped(NO_TECHNOLOGY, ", ".join(sorted(self.codes)[:5]))

    def notices(self) -> Iterator[AwardNotice | Skipped]:
        """One for each award."""
        for award, contracts in self._awards():
            yield self._notice(award, contracts)

    def _awards(self) -> Iterator[tuple[Shape, list[Shape]]]:
        """Each award with its contracts; contracts whose award is not in the release make one."""
        signed: dict[str, list[Shape]] = {}
        for contract in self.shape.parts("contracts"):
            signed.setdefault(contract.text("awardID") or contract.text("id"), []).append(contract)
        for award in self.shape.parts("awards"):
            yield award, signed.pop(award.text("id"), [])
        for award_id, contracts in signed.items():
            yield Shape(self.shape.file, self.shape.place, "", {"id": award_id}), contracts

    def _notice(self, award: Shape, contracts: list[Shape]) -> AwardNotice | Skipped:
        """What the release tells of one award."""
        award_id = fields.shorten(fields.clean_text(award.text("id")), _ID)
        statuses = [shape.text("status").lower() for shape in (award, *contracts)]
        status = next((statuse for statuse in statuses if statuse in _NOT_IN_FORCE), "")
        if not award_id or "@" in award_id:
            return self.skipped(NO_ID)
        values, doubts = self._values(award, contracts)
        return AwardNotice(
            place=self.shape.place,
            ocid=self.ocid,
            award_id=award_id,
            moment=self.moment,
            buyers=tuple(self.buyers),
            suppliers=tuple(self.parties.suppliers(award)),
            values=values,
            framework_words=self._framework_words(award, contracts),
            doubts=doubts,
            not_in_force=status,
        )

    def skipped(self, reason: str, detail: str = "") -> Skipped:
        """The release, or one of its awards, left out."""
        buyer = self.buyers[0].name if self.buyers else ""
        return Skipped(reason, self.shape.place, self.ocid, detail, buyer)

    def _values(self, award: Shape, contracts: list[Shape]) -> tuple[dict[str, Any], Any]:
        money, costs = award_value(award, contracts, self.tender)
        period, dates = award_period(award, contracts)
        values: dict[str, Any] = {
            "as_of": self.day,
            "source_url": self._address(award, contracts),
            **money,
            **period,
        }
        if title := self._title(award, contracts):
            values["title"] = title
        if route := parties.route_to_market(self.tender):
            values["route"] = route
        if reference := self._reference():
            values["reference"] = reference
        return values, tuple(dict.fromkeys(one for one in (costs, dates) if one))

    def _title(self, award: Shape, contracts: list[Shape]) -> str:
        """The most particular title that there is."""
        for shape in (*contracts[:1], award, self.tender):
            title = fields.without_people(fields.clean_text(shape.text("title")), self.people)
            if title:
                return fields.shorten(title, _TITLE)
        return ""

    def _reference(self) -> str:
        """The buyer's own number of the tender; empty where it is only the OCID again."""
        number = fields.clean_text(self.tender.text("id"))
        if number == self.ocid or "@" in number or number in self.people:
            return ""
        return number if len(number) <= _REFERENCE else ""

    def _address(self, award: Shape, contracts: list[Shape]) -> str:
        """The notice's page: of a document of the award, the contract or the tender."""
        documents = [
            shape for part in (award, *contracts, self.tender) for shape in part.parts("documents")
        ]
        notice = [shape for shape in documents if shape.text("documentType").endswith("Notice")]
        for shape in (*notice, *documents):
            address = shape.text("url").strip()
            if _ADDRESS.fullmatch(address):
                return address
        return ""

    def _framework_words(self, award: Shape, contracts: list[Shape]) -> str:
        """Where a call-off may name its framework; empty where it is no call-off."""
        if not parties.calls_off(self.tender):
            return ""
        shapes = (award, *contracts, self.tender)
        return " ".join(shape.text(name) for shape in shapes for name in ("title", "description"))


def _required_text(shape: Shape, name: str, most: int) -> str:
    text = shape.text(name).strip()
    if not text:
        raise shape.wrong(name, "It is missing.", "OCDS requires it in every release.")
    if len(text) > most or fields.clean_text(text) != text:
        raise shape.wrong(name, "It is not what such a field holds.", "Correct it at the source.")
    return text
