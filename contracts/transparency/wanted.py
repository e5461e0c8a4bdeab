"""What the Transparency Code wants to know of a contract, and when City Tools does not know it.

The Code (Local Government Transparency Code 2015, paragraph on contracts over £5,000) also asks
for VAT that cannot be recovered; City Tools does not keep it, so it is missing everywhere and
counted nowhere.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.db.models import Exists, OuterRef, Q

from contracts.models import Contract

Missing = Callable[[str], Any]
"""The condition under which a thing is not known of the contract at a path: "" or "contract__"."""


@dataclass(frozen=True)
class Wanted:
    """One thing that the Code asks for: its column in the file, and when it is missing."""

    column: str
    label: str
    missing: Missing


def _no_functions(path: str) -> Any:
    links = Contract.functions.through.objects
    return ~Exists(links.filter(contract=OuterRef(f"{path}pk")))


WANTED = (
    Wanted("reference", "Reference", lambda path: Q(**{f"{path}reference": ""})),
    Wanted("department", "Department", lambda path: Q(**{f"{path}department": ""})),
    Wanted("description", "What it covers", _no_functions),
    Wanted("supplier", "Supplier", lambda path: Q(**{f"{path}supplier": None})),
    Wanted(
        "supplier_number",
        "Supplier’s number",
        lambda path: Q(**{f"{path}supplier": None}) | Q(**{f"{path}supplier__company_number": ""}),
    ),
    Wanted(
        "sum",
        "Sum",
        lambda path: Q(**{f"{path}total_value": None, f"{path}annual_value": None}),
    ),
    Wanted("starts_on", "Start", lambda path: Q(**{f"{path}starts_on": ""})),
    Wanted("ends_on", "End", lambda path: Q(**{f"{path}ends_on": "", f"{path}rolling": False})),
    Wanted("review_on", "Review", lambda path: Q(**{f"{path}act_by": None})),
    Wanted("process", "Tender or quote", lambda path: Q(**{f"{path}route": ""})),
    Wanted("sme", "SME", lambda path: Q(**{f"{path}supplier__sme": None})),
    Wanted("vcse", "VCSE", lambda path: Q(**{f"{path}supplier__vcse": None})),
)
"""A title is never missing: no contract is recorded without one."""
