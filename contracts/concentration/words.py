"""Shares in words: never one without its denominator."""

from contracts.concentration.bases import Basis

_STATED = {"yearly value": " with a yearly value", "total value": " with a total value"}
_OVER = {"pounds a year": "a year", "pounds": "over the whole term"}


def denominator(basis: Basis) -> str:
    """'of 38 contracts with a known supplier, in 21 boroughs; 12 more left out: …'."""
    who = "maker" if basis.key == "systems" else "supplier"
    noun = "system in use" if basis.key == "systems" else "contract"
    plural = "systems in use" if basis.key == "systems" else "contracts"
    amount = f"£{basis.total:,.0f} {_OVER[basis.unit]} in " if basis.money else ""
    records = f"{basis.counted:,} {noun if basis.counted == 1 else plural}"
    stated = f"{_STATED[basis.key]} and a known" if basis.money else " with a known"
    places = f"{basis.boroughs} borough{'' if basis.boroughs == 1 else 's'}"
    words = f"of {amount}{records}{stated} {who}, in {places}"
    if left_out := basis.records - basis.counted:
        lacking = f"no {who} or no such value" if basis.money else f"no {who}"
        words += f"; {left_out:,} more left out, for {lacking} is known"
    if basis.invented:
        words += f"; {basis.invented:,} of those counted invented for demonstration"
    return words + ("; VAT bases mixed" if basis.money else "")


def caution(basis: Basis) -> str:
    """What makes a share less than it seems: few suppliers, or a tie for a last place."""
    notes = [
        f"{one.tied} tie for place {one.places}: the share is the same, whoever is counted."
        for one in (basis.top_10, basis.top_15)
        if one.tied
    ]
    if 0 < basis.top_15.holders <= 15:
        notes.append(f"Only {basis.top_15.holders} in all.")
    return " ".join(notes)
