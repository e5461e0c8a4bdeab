"""Who buys and who supplies, and by which route, as a release says it."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from contracts.models import Route
from contracts.ocds import fields
from contracts.ocds.fields import JsonObject

_WITH_SCHEME = re.compile(r"([A-Z]{2}-[A-Z]+)-(.+)", re.ASCII)
_SME_SCALES = {"micro": True, "small": True, "medium": True, "sme": True, "large": False}


@dataclass(frozen=True)
class Party:
    """An organisation: its name, its identifiers as (scheme, number), and its size if stated."""

    name: str
    ids: tuple[tuple[str, str], ...] = ()
    sme: bool | None = None
    vcse: bool | None = None

    @property
    def company_number(self) -> str:
        """Its number at Companies House; empty where not stated."""
        numbers = (fields.company_number(scheme, number) for scheme, number in self.ids)
        return next(filter(None, numbers), "")


class Parties:
    """The parties of one release."""

    def __init__(self, release: JsonObject) -> None:
        self._release = release
        self._objects = release.parts("parties")
        self._by_id = {party.text("id"): party for party in self._objects if party.text("id")}
        self.people = frozenset(contact_details(release))

    def buyers(self) -> list[Party]:
        """The buyer first, then others with that role; none where the release names none."""
        first = self._release.part("buyer")
        objects = [
            party
            for party in self._objects
            if "buyer" in party.texts("roles") and party.text("id") != first.text("id")
        ]
        return self._unique([first, *objects] if first.fields else objects)

    def suppliers(self, award: JsonObject) -> list[Party]:
        """The suppliers of an award, each once."""
        return self._unique(award.parts("suppliers"))

    def _unique(self, references: Iterable[JsonObject]) -> list[Party]:
        """By company number and name; the first of each stays."""
        unique: dict[tuple[str, str], Party] = {}
        for party in map(self._resolve, references):
            unique.setdefault((party.company_number, fields.comparison_key(party.name)), party)
        return list(unique.values())

    def _resolve(self, reference: JsonObject) -> Party:
        """The party that a reference of id and name means."""
        number = reference.text("id")
        full = self._by_id.get(number, reference)
        names = (
            reference.text("name"),
            full.text("name"),
            full.part("identifier").text("legalName"),
        )
        cleaned = (fields.without_people(fields.clean_text(name), self.people) for name in names)
        details = full.part("details").fields
        scale, vcse = details.get("scale"), details.get("vcse")
        return Party(
            next(filter(None, cleaned), ""),
            tuple(_ids(number, full)),
            _SME_SCALES.get(scale.lower()) if isinstance(scale, str) else None,
            vcse if isinstance(vcse, bool) else None,
        )


def contact_details(release: JsonObject) -> Iterator[str]:
    """Names and addresses of contact persons anywhere in a release, so as to keep them out.

    A contact that is called as a party is no person.
    """
    organisations = {fields.comparison_key(name) for name in _organisation_names(release)}
    for contact in release.everywhere("contactPoint"):
        if not isinstance(contact, dict):
            continue
        for name in ("name", "email", "telephone", "faxNumber"):
            text = contact.get(name)
            words = fields.clean_text(text) if isinstance(text, str) else ""
            if len(words) > 4 and fields.comparison_key(words) not in organisations:
                yield words


def _organisation_names(release: JsonObject) -> Iterator[str]:
    for party in release.parts("parties"):
        yield party.text("name")
        yield party.part("identifier").text("legalName")
    yield release.part("buyer").text("name")


def _ids(number: str, party: JsonObject) -> Iterator[tuple[str, str]]:
    for identifier in (party.part("identifier"), *party.parts("additionalIdentifiers")):
        if identifier.text("id"):
            yield identifier.text("scheme"), identifier.text("id")
    if match := _WITH_SCHEME.fullmatch(number):
        yield match[1], match[2]


# What procurementMethodDetails says and its route. A competitive procedure with negotiation, a
# competitive dialogue and "other" are none of ours: not known. Without details, the codes “open”
# and “direct” are taken; “selective” and “limited” hide several routes each.
_LABELS = {str(label).lower(): value for value, label in Route.choices}
_PATTERNS = (
    (r"open (procedure|competition)", Route.OPEN),
    (r"restricted procedure", Route.RESTRICTED),
    (r"competitive flexible", Route.COMPETITIVE_FLEXIBLE),
    (r"(negotiated procedure|award( procedure)?) without prior publication", Route.NEGOTIATED),
    (r"direct award", Route.DIRECT_AWARD),
    (
        r"competitive quotation|request for quotation|below threshold.*limited competition",
        Route.QUOTE,
    ),
)
_CODES = {"open": Route.OPEN, "direct": Route.DIRECT_AWARD}
_REOPENED = {
    "withReopeningCompetition": Route.FRAMEWORK_COMPETITION,
    "withoutReopeningCompetition": Route.FRAMEWORK_DIRECT,
}


def calls_off(tender: JsonObject) -> bool:
    """Whether the notice says that the contract was called off from a framework."""
    return "call-off" in tender.text("procurementMethodDetails").lower()


def route_to_market(tender: JsonObject) -> str:
    """The value of the route; empty where it is not known."""
    details = tender.text("procurementMethodDetails").strip().lower()
    if details in _LABELS:
        return str(_LABELS[details])
    if calls_off(tender):
        if "without competition" in details:
            return Route.FRAMEWORK_DIRECT.value
        if "with competition" in details:
            return Route.FRAMEWORK_COMPETITION.value
        agreement = tender.part("techniques").part("frameworkAgreement")
        return str(_REOPENED.get(agreement.text("method"), ""))
    for pattern, route in _PATTERNS:
        if re.search(pattern, details):
            return route.value
    return "" if details else str(_CODES.get(tender.text("procurementMethod"), ""))
