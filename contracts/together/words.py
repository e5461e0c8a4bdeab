"""What a window says in a sentence, and what is known of the systems behind it."""

import datetime
from collections.abc import Sequence
from decimal import Decimal

from contracts.joint_procurement.windows import Candidate, Joint
from systems.models import System


def sentence(joint: Joint, today: datetime.date) -> str:
    """'Camden and Barnet can still choose together between … and …; £1.2 m a year known …'."""
    return f"{listed([lead.name for lead in joint.leads])} {chance(joint, today)}"


def chance(joint: Joint, today: datetime.date) -> str:
    """'can still choose together until …; £94,000 a year known for 2 of 3 contracts.'"""
    return f"can still choose together {_when(joint, today)}; {worth(joint.members)}."


def _when(joint: Joint, today: datetime.date) -> str:
    closes = f"{joint.closes_on:%-d %B %Y}"
    if joint.opens_on <= today:
        return "today only" if joint.closes_on == today else f"until {closes}"
    if joint.opens_on == joint.closes_on:
        return f"on {closes} only"
    same = joint.opens_on.year == joint.closes_on.year
    opens = f"{joint.opens_on:%-d %B}" if same else f"{joint.opens_on:%-d %B %Y}"
    return f"between {opens} and {closes}"


def worth(members: Sequence[Candidate]) -> str:
    """'£1.2 m a year known for 2 of 3 contracts'."""
    values = [one.held.annual_value for one in members]
    known = [value for value in values if value is not None]
    if not known:
        return f"what the {len(members)} contracts cost is not known"
    of = f"all {len(known)}" if len(known) == len(values) else f"{len(known)} of {len(values)}"
    return f"{short_pounds(sum(known, Decimal(0)))} a year known for {of} contracts"


def short_pounds(value: Decimal) -> str:
    """£1.2 m from a million on, else £94,000."""
    return f"£{value / 1_000_000:.1f} m" if value >= 1_000_000 else f"£{value:,.0f}"


MOST_NAMED = 40
"""Bodies named in a sentence: all of London, but not of a nation."""


def listed(names: Sequence[str]) -> str:
    """'A, B and C'; of very many the first ten and how many more."""
    if len(names) > MOST_NAMED:
        names = [*names[:10], f"{len(names) - 10:,} more"]
    return " and ".join([*([", ".join(names[:-1])] if len(names) > 1 else []), *names[-1:]])


def systems_of(joint: Joint, one: Candidate) -> list[System]:
    """The systems of a contract that the window is about, by product."""
    of = {"function": "function_id", "product": "product_id"}.get(joint.by)
    systems = [
        system
        for system in one.contract.systems.all()
        if of is None or getattr(system, of) == joint.key.pk
    ]
    return sorted(systems, key=lambda system: (system.product.name, system.pk))
