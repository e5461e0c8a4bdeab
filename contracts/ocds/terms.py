"""What an award costs and how long it runs, as far as the notice says so."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from contracts.ocds import fields, routes
from contracts.ocds.shapes import Shape

CEILING = Decimal(1_000_000_000)
"""Pounds from which the value of one call-off is taken for its framework's ceiling: all councils
together spend about two billion a year on IT."""
_MOST = Decimal(10) ** 11
"""What the column of values holds."""

_OURS = {"starts_on": "startsOn", "ends_on": "endsOn", "extension_until": "extensionUntil"}
"""Where `releases` puts dates that are no whole day."""

ZERO = "The notice gives no value above nought."
A_CEILING = "The notice repeats the framework's ceiling, which is not the contract's value."
FOREIGN = "The notice gives the value in another currency than pounds."
UNLIKELY = "The notice gives a value that no contract can have."
SEVERAL = "Several contracts stand under this award, and no value or date that all share is taken."
UNREADABLE = "A date in the notice cannot be read."


def value(award: Shape, contracts: Sequence[Shape], tender: Shape) -> tuple[dict[str, Any], str]:
    """`total_value` and `vat` as far as known, and what is doubtful about them."""
    given = _given(award, contracts)
    if given is None:
        return {}, SEVERAL if len(contracts) > 1 else ZERO
    net, gross = given.number("amount"), given.number("amountGross")
    amount = net if net is not None else gross
    if amount is None or amount == 0:
        return {}, ZERO
    if given.text("currency").upper() not in {"", "GBP"}:
        return {}, FOREIGN
    if amount < 0 or not amount.is_finite() or amount >= _MOST:
        return {}, UNLIKELY
    if _is_ceiling(amount, tender):
        return {}, A_CEILING
    pounds = amount.quantize(Decimal("0.01"))
    return {"total_value": pounds} | _vat(given, net, gross), ""


def _given(award: Shape, contracts: Sequence[Shape]) -> Shape | None:
    """Where the value stands: the one contract's, or else the award's; never the tender's."""
    signed = [one.part("value") for one in contracts]
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
    return routes.calls_off(tender) and amount >= CEILING


def period(award: Shape, contracts: Sequence[Shape]) -> tuple[dict[str, str], str]:
    """`starts_on`, `ends_on`, `extension_until` as far as known, and what is doubtful.

    A signed contract knows better than its award; our own export keeps months and years apart.
    Where several contracts stand under one award, only the award's own dates are taken.
    """
    periods = [award.part("contractPeriod")]
    if len(contracts) == 1:
        periods.insert(0, contracts[0].part("period"))
    found: dict[str, str] = {}
    doubt = SEVERAL if len(contracts) > 1 and not periods[0].fields else ""
    names = {"starts_on": "startDate", "ends_on": "endDate", "extension_until": "maxExtentDate"}
    for field, name in names.items():
        text = next((text for one in periods if (text := one.text(name))), "")
        text = text or next((one.part("cityTools").text(_OURS[field]) for one in contracts), "")
        day = fields.day(text) if text else None
        if day:
            found[field] = day
        elif text:
            doubt = UNREADABLE
    if found.get("extension_until") == found.get("ends_on"):
        found.pop("extension_until", None)  # no extension is foreseen
    return found, doubt
