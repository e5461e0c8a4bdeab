"""Who buys and who supplies, as a release says it."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from contracts.ocds import fields
from contracts.ocds.fields import Shape

_WITH_SCHEME = re.compile(r"([A-Z]{2}-[A-Z]+)-(.+)", re.ASCII)
_SMALL = {"micro", "small", "medium", "sme"}


@dataclass(frozen=True)
class Party:
    """An organisation: its name, its identifiers as (scheme, number), and its size if said."""

    name: str
    ids: tuple[tuple[str, str], ...] = ()
    sme: bool | None = None
    vcse: bool | None = None

    @property
    def company_number(self) -> str:
        """Its number at Companies House; empty where not said."""
        numbers = (fields.company_number(*one) for one in self.ids)
        return next((number for number in numbers if number), "")


class Parties:
    """The parties of one release."""

    def __init__(self, release: Shape) -> None:
        self._release = release
        listed = release.parts("parties")
        self._by_id = {shape.text("id"): shape for shape in listed if shape.text("id")}
        self._listed = listed
        self._people = frozenset(contact_details(release))

    def buyers(self) -> list[Party]:
        """The buyer first, then others with that role; none where the release names none."""
        first = self._release.part("buyer")
        parties = [self.named(first)] if first.fields else []
        others = [shape for shape in self._listed if "buyer" in shape.texts("roles")]
        parties += [self.named(shape) for shape in others if shape.text("id") != first.text("id")]
        return _each_once(parties)

    def suppliers(self, award: Shape) -> list[Party]:
        """Those of an award, each once."""
        return _each_once(self.named(shape) for shape in award.parts("suppliers"))

    def named(self, reference: Shape) -> Party:
        """The party that a reference of id and name means."""
        number = reference.text("id")
        full = self._by_id.get(number, reference)
        identifier = full.part("identifier")
        names = (reference.text("name"), full.text("name"), identifier.text("legalName"))
        name = next((clean for one in names if (clean := self._clean(one))), "")
        details = full.part("details")
        return Party(name, tuple(_ids(number, full)), _sme(details), _flag(details, "vcse"))

    def _clean(self, name: str) -> str:
        return fields.without_people(fields.clean_text(name), self._people)


def contact_details(release: Shape) -> Iterator[str]:
    """Names and addresses of contact persons anywhere in a release, so as to keep them out.

    A contact that is called as a party is no person.
    """
    organisations = {fields.comparison_key(_all_name) for _all_name in _all_names(release)}
    for contact in release.everywhere("contactPoint"):
        if not isinstance(contact, dict):
            continue
        for name in ("name", "email", "telephone", "faxNumber"):
            text = contact.get(name)
            words = fields.clean_text(text) if isinstance(text, str) else ""
            if len(words) > 4 and fields.comparison_key(words) not in organisations:
                yield words


def _all_names(release: Shape) -> Iterator[str]:
    for shape in release.parts("parties"):
        yield shape.text("name")
        yield shape.part("identifier").text("legalName")
    yield release.part("buyer").text("name")


def _ids(number: str, full: Shape) -> Iterator[tuple[str, str]]:
    for shape in (full.part("identifier"), *full.parts("additionalIdentifiers")):
        if shape.text("id"):
            yield shape.text("scheme"), shape.text("id")
    if match := _WITH_SCHEME.fullmatch(number):
        yield match[1], match[2]


def _each_once(found: Iterable[Party]) -> list[Party]:
    """By identifiers and name; the first of each stays."""
    once: dict[tuple[str, str], Party] = {}
    for party in found:
        once.setdefault((party.company_number, fields.comparison_key(party.name)), party)
    return list(once.values())


def _sme(details: Shape) -> bool | None:
    scale = details.fields.get("scale")
    if not isinstance(scale, str) or not scale:
        return None
    return {"large": False}.get(scale.lower(), True if scale.lower() in _SMALL else None)


def _flag(details: Shape, name: str) -> bool | None:
    found = details.fields.get(name)
    return found if isinstance(found, bool) else None


# | What the notice says (procurementMethodDetails) | Route | |---|---| | open procedure, open
# competition | open | | restricted procedure | restricted | | competitive flexible procedure |
# competitive_flexible | | negotiated, or award, without prior publication | negotiated | | direct
# award | direct_award | | competitive quotation, request for quotation, limited competition below
# the threshold | quote | | call-off from a framework, and with or without competition |
# framework_competition, _direct | | call-off from a framework, no more said | not known, and the
# note says so | | competitive procedure with negotiation, competitive dialogue, other, not
# specified | not known |
#
# Without details, procurementMethod “open” and “direct” are taken; “selective” and “limited” hide
# several routes each. The labels of our own routes are understood too.

_LABELS = {
    "open procedure": "open",
    "restricted procedure": "restricted",
    "competitive flexible procedure": "competitive_flexible",
    "negotiated without a notice": "negotiated",
    "framework call-off with competition": "framework_competition",
    "framework call-off without competition": "framework_direct",
    "direct award": "direct_award",
    "below-threshold quote": "quote",
    "extension": "extension",
    "modification": "modification",
    "waiver": "waiver",
}
_SAID = (
    (r"open (procedure|competition)", "open"),
    (r"restricted procedure", "restricted"),
    (r"competitive flexible", "competitive_flexible"),
    (r"(negotiated procedure|award( procedure)?) without prior publication", "negotiated"),
    (r"direct award", "direct_award"),
    (r"competitive quotation|request for quotation|below threshold.*limited competition", "quote"),
)
_CODES = {"open": "open", "direct": "direct_award"}
_REOPENED = {
    "withReopeningCompetition": "framework_competition",
    "withoutReopeningCompetition": "framework_direct",
}


def calls_off(tender: Shape) -> bool:
    """Whether the notice says that the contract was called off from a framework."""
    return "call-off" in tender.text("procurementMethodDetails").lower()


def route_to_market(tender: Shape) -> str:
    """The value of the route; see the table above."""
    said = tender.text("procurementMethodDetails").strip().lower()
    if said in _LABELS:
        return _LABELS[said]
    if calls_off(tender):
        return _call_off_route(tender, said)
    for pattern, value in _SAID:
        if re.search(pattern, said):
            return value
    return "" if said else _CODES.get(tender.text("procurementMethod"), "")


def _call_off_route(tender: Shape, said: str) -> str:
    if "without competition" in said:
        return "framework_direct"
    if "with competition" in said:
        return "framework_competition"
    agreement = tender.part("techniques").part("frameworkAgreement")
    return _REOPENED.get(agreement.text("method"), "")
