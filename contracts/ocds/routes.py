"""The route to market, as far as a notice says it; empty where it does not.

| What the notice says (procurementMethodDetails) | Route |
|---|---|
| open procedure, open competition | open |
| restricted procedure | restricted |
| competitive flexible procedure | competitive_flexible |
| negotiated, or award, without prior publication | negotiated |
| direct award | direct_award |
| competitive quotation, request for quotation, limited competition below the threshold | quote |
| call-off from a framework, and with or without competition | framework_competition, _direct |
| call-off from a framework, no more said | not known, and the note says so |
| competitive procedure with negotiation, competitive dialogue, other, not specified | not known |

Without details, procurementMethod “open” and “direct” are taken; “selective” and “limited” hide
several routes each. The labels of our own routes are understood too.
"""

import re

from contracts.ocds.shapes import Shape

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


def route(tender: Shape) -> str:
    """The value of the route; see the table above."""
    said = tender.text("procurementMethodDetails").strip().lower()
    if said in _LABELS:
        return _LABELS[said]
    if calls_off(tender):
        return _of_call_off(tender, said)
    for pattern, value in _SAID:
        if re.search(pattern, said):
            return value
    return "" if said else _CODES.get(tender.text("procurementMethod"), "")


def _of_call_off(tender: Shape, said: str) -> str:
    if "without competition" in said:
        return "framework_direct"
    if "with competition" in said:
        return "framework_competition"
    agreement = tender.part("techniques").part("frameworkAgreement")
    return _REOPENED.get(agreement.text("method"), "")
