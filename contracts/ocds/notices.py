"""What a release says of contracts: one notice for each award, or why it is left out.

Nothing here knows a record. A notice holds only what City Tools keeps: descriptions, addresses and
contact persons are never taken over, and its note is made of our own sentences.
"""

import itertools
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import cached_property
from typing import Any

from citytools.facts.values import quoted
from contracts.models import Stage
from contracts.ocds import fields, parties
from contracts.ocds.fields import JsonObject
from contracts.ocds.parties import Parties, Party

# From here on the value of one call-off is taken for its framework's ceiling: all councils together
# spend about two billion a year on IT.
MIN_CEILING_POUNDS = Decimal(1_000_000_000)
# What the column of values holds.
_MAX_POUNDS = Decimal(10) ** 11

# Where `releases` puts dates that are no whole day.
_OURS = {"starts_on": "startsOn", "ends_on": "endsOn", "extension_until": "extensionUntil"}

ZERO = "The notice gives no value above zero."
A_CEILING = "The notice repeats the framework's ceiling, which is not the contract's value."
FOREIGN = "The notice gives the value in another currency than pounds."
UNLIKELY = "The notice gives a value that no contract can have."
SEVERAL_CONTRACTS = (
    "Several contracts stand under this award, and no value or date that all share is taken."
)
UNREADABLE = "A date in the notice cannot be read."


def award_value(
    award: JsonObject, contracts: Sequence[JsonObject], tender: JsonObject
) -> tuple[dict[str, Any], str]:
    """`total_value` and `vat` as far as known, and what is doubtful about them.

    The value is that of the one contract, or else the award's; never the tender's.
    """
    signed = [contract.part("value") for contract in contracts]
    value = signed[0] if len(signed) == 1 and signed[0].fields else award.part("value")
    if not value.fields:
        return {}, SEVERAL_CONTRACTS if len(contracts) > 1 else ZERO
    net, gross = value.number("amount"), value.number("amountGross")
    amount = net if net is not None else gross
    if amount is None or amount == 0:
        return {}, ZERO
    if value.text("currency").upper() not in {"", "GBP"}:
        return {}, FOREIGN
    if amount < 0 or not amount.is_finite() or amount >= _MAX_POUNDS:
        return {}, UNLIKELY
    if _is_ceiling(amount, tender):
        return {}, A_CEILING
    included = value.flag("valueAddedTaxIncluded")
    if included is None and gross is not None:
        # Both amounts: the net one is taken. The gross one alone: it is with VAT
        included = net is None
    vat = {} if included is None else {"vat": "including" if included else "excluding"}
    return {"total_value": amount.quantize(Decimal("0.01")), **vat}, ""


def tender_value(tender: JsonObject) -> dict[str, Decimal]:
    """`tender_value` in pounds; nothing where it is, or may be, a framework's ceiling."""
    value, techniques = tender.part("value"), tender.part("techniques")
    amount = value.number("amount") or value.number("amountGross")
    if techniques.flag("hasFrameworkAgreement") or techniques.part("frameworkAgreement").fields:
        return {}
    if amount is None or not amount.is_finite() or not 0 < amount < MIN_CEILING_POUNDS:
        return {}
    if value.text("currency").upper() not in {"", "GBP"}:
        return {}
    return {"tender_value": amount.quantize(Decimal("0.01"))}


def _is_ceiling(amount: Decimal, tender: JsonObject) -> bool:
    techniques = tender.part("techniques")
    agreement = techniques.part("frameworkAgreement")
    if techniques.flag("hasFrameworkAgreement") or agreement.fields:
        stated = [
            agreement.part("value").number("amount"),
            tender.part("value").number("amount"),
            tender.part("value").number("amountGross"),
        ]
        return any(ceiling and amount >= ceiling for ceiling in stated)
    return parties.calls_off(tender) and amount >= MIN_CEILING_POUNDS


def award_period(award: JsonObject, contracts: Sequence[JsonObject]) -> tuple[dict[str, str], str]:
    """`starts_on`, `ends_on`, `extension_until` as far as known, and what is doubtful.

    A signed contract knows better than its award; our own export keeps months and years apart.
    Where several contracts stand under one award, only the award's own dates are taken.
    """
    periods = [award.part("contractPeriod")]
    if len(contracts) == 1:
        periods.insert(0, contracts[0].part("period"))
    days: dict[str, str] = {}
    doubt = SEVERAL_CONTRACTS if len(contracts) > 1 and not periods[0].fields else ""
    names = {"starts_on": "startDate", "ends_on": "endDate", "extension_until": "maxExtentDate"}
    for field, name in names.items():
        text = next((text for node in periods if (text := node.text(name))), "")
        text = text or next((node.part("cityTools").text(_OURS[field]) for node in contracts), "")
        day = fields.parse_day(text) if text else None
        if day:
            days[field] = day
        elif text:
            doubt = UNREADABLE
    if days.get("extension_until") == days.get("ends_on"):
        days.pop("extension_until", None)  # no extension is foreseen
    return days, doubt


NO_AWARD = "no award or contract in it yet"
NO_BUYER = "it names no buyer"
INVENTED = "invented for demonstration"
NO_CPV = "no CPV code, so that nobody knows whether it is technology (--all takes it)"
NO_TECHNOLOGY = "its CPV codes are not technology (--all takes it)"
NO_ID = "the award has no id, so that an update could not be told from another award"

# How CPV codes of technology begin: software, IT services, hardware, network, telecoms; parking
# enforcement.
TECHNOLOGY = ("48", "72", "302", "32", "642", "98351110")
_NOT_IN_FORCE = {"pending", "cancelled", "unsuccessful"}
_ADDRESS = re.compile(r"https?://[^\s@<>\"']{4,490}")
_MAX_TITLE, _MAX_REFERENCE, _MAX_ID = 200, 80, 120


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
    suppliers: tuple[Party, ...]
    values: dict[str, Any]
    framework_words: str = ""
    doubts: tuple[str, ...] = ()
    not_in_force: str = ""


class Release:
    """One release with what all its awards share."""

    def __init__(self, release: JsonObject) -> None:
        self.json = release
        self.ocid = _required_text(release, "ocid", 80)
        self.moment = _required_text(release, "date", 40)
        self.as_of = self._as_of()
        self.tender = release.part("tender")
        self.parties = Parties(release)
        self.buyers = self.parties.buyers()

    def _as_of(self) -> str:
        """The day of the release; a month or a year where our own export says no more."""
        day = fields.parse_day(self.moment) or ""
        if self.moment and not day:
            reason = f"{quoted(self.moment)} is no date."
            self.json.wrong("date", reason, "Write it as 2026-11-30T12:00:00Z.")
        vague = self.json.part("cityTools").text("asOf")
        return vague if vague and fields.parse_day(vague) and day.startswith(vague) else day

    @cached_property
    def cpv_codes(self) -> frozenset[str]:
        """Of the tender, the awards and the contracts, and of the items of each."""
        bought = [self.tender, *self.json.parts("awards"), *self.json.parts("contracts")]
        classifications = (
            classification
            for thing in [*bought, *(item for parent in bought for item in parent.parts("items"))]
            for classification in (
                thing.part("classification"),
                *thing.parts("additionalClassifications"),
            )
        )
        codes = (
            fields.cpv_code(classification.text("id"))
            for classification in classifications
            if classification.text("scheme") in {"", "CPV"}
        )
        return frozenset(filter(None, codes))

    def empty(self) -> Skipped | None:
        """Why there is no contract in it; None where there is."""
        if not self.json.parts("awards") and not self.json.parts("contracts"):
            return self.skipped(NO_AWARD, ", ".join(self.json.texts("tag")))
        if not self.buyers:
            return self.skipped(NO_BUYER)
        if self.json.part("cityTools").flag("invented"):
            return self.skipped(INVENTED)
        return None

    def not_technology(self) -> Skipped | None:
        """Why it is not known to be technology; None where it is."""
        if any(code.startswith(TECHNOLOGY) for code in self.cpv_codes):
            return None
        if not self.cpv_codes:
            return self.skipped(NO_CPV)
        return self.skipped(NO_TECHNOLOGY, ", ".join(sorted(self.cpv_codes)[:5]))

    def notices(self) -> Iterator[AwardNotice | Skipped]:
        """One for each award."""
        return itertools.starmap(self._notice, self._awards())

    def _awards(self) -> Iterator[tuple[JsonObject, list[JsonObject]]]:
        """Each award with its contracts; contracts whose award is not in the release make one."""
        signed: dict[str, list[JsonObject]] = {}
        for contract in self.json.parts("contracts"):
            signed.setdefault(contract.text("awardID") or contract.text("id"), []).append(contract)
        for award in self.json.parts("awards"):
            yield award, signed.pop(award.text("id"), [])
        for award_id, contracts in signed.items():
            yield replace(self.json, fields={"id": award_id}), contracts

    def _notice(self, award: JsonObject, contracts: list[JsonObject]) -> AwardNotice | Skipped:
        """What the release says of one award."""
        award_id = fields.shorten(fields.clean_text(award.text("id")), _MAX_ID)
        statuses = [node.text("status").lower() for node in (award, *contracts)]
        status = next((status for status in statuses if status in _NOT_IN_FORCE), "")
        if not award_id or "@" in award_id:
            return self.skipped(NO_ID)
        values, doubts = self._values(award, contracts)
        return AwardNotice(
            place=self.json.place,
            ocid=self.ocid,
            award_id=award_id,
            moment=self.moment,
            suppliers=tuple(self.parties.suppliers(award)),
            values=values,
            framework_words=self._framework_words(award, contracts),
            doubts=doubts,
            not_in_force=status,
        )

    def skipped(self, reason: str, detail: str = "") -> Skipped:
        """The release, or one of its awards, left out."""
        buyer = self.buyers[0].name if self.buyers else ""
        return Skipped(reason, self.json.place, self.ocid, detail, buyer)

    def _values(
        self, award: JsonObject, contracts: list[JsonObject]
    ) -> tuple[dict[str, Any], tuple[str, ...]]:
        money, value_doubt = award_value(award, contracts, self.tender)
        period, date_doubt = award_period(award, contracts)
        texts = {
            "title": self._title(award, contracts),
            "route": parties.route_to_market(self.tender),
            "reference": self._reference(),
        }
        values: dict[str, Any] = {
            "as_of": self.as_of,
            "source_url": self._address(award, contracts),
            "stage": Stage.AWARDED.value,
            **tender_value(self.tender),
            **money,
            **period,
            **{name: text for name, text in texts.items() if text},
        }
        return values, tuple(dict.fromkeys(filter(None, (value_doubt, date_doubt))))

    def _title(self, award: JsonObject, contracts: list[JsonObject]) -> str:
        """The most particular title that there is."""
        for node in (*contracts[:1], award, self.tender):
            title = fields.without_people(
                fields.clean_text(node.text("title")), self.parties.people
            )
            if title:
                return fields.shorten(title, _MAX_TITLE)
        return ""

    def _reference(self) -> str:
        """The buyer's own number of the tender; empty where it is only the OCID again."""
        number = fields.clean_text(self.tender.text("id"))
        if number == self.ocid or "@" in number or number in self.parties.people:
            return ""
        return number if len(number) <= _MAX_REFERENCE else ""

    def _address(self, award: JsonObject, contracts: list[JsonObject]) -> str:
        """The notice's page: of a document of the award, the contract or the tender."""
        documents = [
            node for part in (award, *contracts, self.tender) for node in part.parts("documents")
        ]
        notice = [node for node in documents if node.text("documentType").endswith("Notice")]
        for node in (*notice, *documents):
            address = node.text("url").strip()
            if _ADDRESS.fullmatch(address):
                return address
        return ""

    def _framework_words(self, award: JsonObject, contracts: list[JsonObject]) -> str:
        """Where a call-off may name its framework; empty where it is no call-off."""
        if not parties.calls_off(self.tender):
            return ""
        nodes = (award, *contracts, self.tender)
        return " ".join(node.text(name) for node in nodes for name in ("title", "description"))


def _required_text(release: JsonObject, name: str, max_length: int) -> str:
    faults = len(release.log)
    text = release.text(name).strip()
    if not text and len(release.log) == faults:
        release.wrong(name, "It is missing.", "OCDS requires it in every release.")
    elif len(text) > max_length or fields.clean_text(text) != text:
        release.wrong(name, "It is not what such a field holds.", "Correct it at the source.")
    return text
