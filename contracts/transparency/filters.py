"""The filters and columns of the Transparency Code's file, and what the Code asks for."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import reduce
from operator import or_
from typing import Any

from django.db.models import Case, Exists, OuterRef, Q, TextField, Value, When
from django.db.models.functions import Cast

from citytools.lists.columns import SOURCE_COLUMNS, Column, array_of_values
from citytools.lists.filters import ValuesFilter
from contracts.filters import ContractFilter
from contracts.models import Contract, Route
from systems.models import Function

TENDER, QUOTE, NEITHER = "invitation to tender", "invitation to quote", "neither"
_PROCESS = {
    TENDER: (
        Route.OPEN, Route.RESTRICTED, Route.COMPETITIVE_FLEXIBLE, Route.FRAMEWORK_COMPETITION,
    ),
    QUOTE: (Route.QUOTE,),
    NEITHER: (
        Route.NEGOTIATED, Route.FRAMEWORK_DIRECT, Route.DIRECT_AWARD, Route.EXTENSION,
        Route.MODIFICATION, Route.WAIVER,
    ),
}  # fmt: skip
# SQL: whether the contract came of a tender or a quote; null where the route is not known.
PROCESS = Case(
    *(When(route__in=list(routes), then=Value(name)) for name, routes in _PROCESS.items()),
    default=Cast(Value(None), TextField()),
    output_field=TextField(),
)
_COVERED = Function.objects.filter(contracts=OuterRef("pk")).order_by("position", "pk")


TRANSPARENCY_COLUMNS = (
    Column("gss_code", "text", "Code of the authority that signs.", "lead__gss_code"),
    Column("organisation", "text", "The authority that signs.", "lead__official_name"),
    Column("reference", "text", "Reference number of the contract.", "reference"),
    Column("title", "text", "Title of the agreement.", "title"),
    Column("department", "text", "The department responsible.", "department"),
    Column(
        "description",
        "list",
        "What is provided: the functions that it covers.",
        array_of_values(_COVERED, "name"),
    ),
    Column("supplier", "text", "Name of the supplier.", "supplier__name"),
    Column(
        "supplier_number",
        "text",
        "The supplier's registration number at Companies House.",
        "supplier__company_number",
    ),
    Column(
        "sum",
        "decimal",
        "Sum to be paid over the length of the contract.",
        "total_value",
        unit="pounds",
    ),
    Column(
        "sum_a_year",
        "decimal",
        "Estimated yearly spending or budget, which the Code takes instead of the sum.",
        "annual_value",
        unit="pounds a year",
    ),
    Column(
        "irrecoverable_vat",
        "decimal",
        "VAT that cannot be recovered. City Tools does not keep it: always empty.",
        Cast(Value(None), TextField()),
        unit="pounds",
    ),
    Column("starts_on", "partial date", "Start date; as precise as the source.", "starts_on"),
    Column("ends_on", "partial date", "End date before any extension.", "ends_on"),
    Column(
        "review_on",
        "date",
        "Review date: by when to act, which is the end less notice; empty unless both are known.",
        "act_by",
    ),
    Column(
        "process",
        "text",
        "Whether it came of an invitation to tender or to quote.",
        PROCESS,
        allowed=(TENDER, QUOTE, NEITHER),
    ),
    Column("sme", "yes or no", "Whether the supplier is small or medium-sized.", "supplier__sme"),
    Column(
        "vcse",
        "yes or no",
        "Whether the supplier is a voluntary or community organisation or a social enterprise.",
        "supplier__vcse",
    ),
    *SOURCE_COLUMNS,
    Column("contract_id", "text", "Its key, in its page's address; it never changes.", "key"),
    Column("rolling", "yes or no", "Whether it has no end date.", "rolling"),
)
# The Code (Local Government Transparency Code 2015, paragraph on contracts over £5,000) also asks
# for VAT that cannot be recovered; City Tools does not keep it, so it is missing everywhere and
# counted nowhere.

# The condition under which a thing is not known of the contract at a path: "" or "contract__".
Missing = Callable[[str], Any]


@dataclass(frozen=True)
class CodeField:
    """One thing that the Code asks for: its column in the file, and when it is missing."""

    column: str
    label: str
    missing: Missing


def _no_functions(path: str) -> Any:
    links = Contract.functions.through.objects
    return ~Exists(links.filter(contract=OuterRef(f"{path}pk")))


# A title is never missing: no contract is recorded without one.
CODE_FIELDS = (
    CodeField("reference", "Reference", lambda path: Q(**{f"{path}reference": ""})),
    CodeField("department", "Department", lambda path: Q(**{f"{path}department": ""})),
    CodeField("description", "What it covers", _no_functions),
    CodeField("supplier", "Supplier", lambda path: Q(**{f"{path}supplier": None})),
    CodeField(
        "supplier_number",
        "Supplier’s number",
        lambda path: Q(**{f"{path}supplier": None}) | Q(**{f"{path}supplier__company_number": ""}),
    ),
    CodeField(
        "sum", "Sum", lambda path: Q(**{f"{path}total_value": None, f"{path}annual_value": None})
    ),
    CodeField("starts_on", "Start", lambda path: Q(**{f"{path}starts_on": ""})),
    CodeField("ends_on", "End", lambda path: Q(**{f"{path}ends_on": "", f"{path}rolling": False})),
    CodeField("review_on", "Review", lambda path: Q(**{f"{path}act_by": None})),
    CodeField("process", "Tender or quote", lambda path: Q(**{f"{path}route": ""})),
    CodeField("sme", "SME", lambda path: Q(**{f"{path}supplier__sme": None})),
    CodeField("vcse", "VCSE", lambda path: Q(**{f"{path}supplier__vcse": None})),
)
_MISSING = {field.column: field.missing for field in CODE_FIELDS}


def _filter_missing(rows: Any, columns: list[str]) -> Any:
    return rows.filter(reduce(or_, (_MISSING[column]("") for column in columns)))


class TransparencyFilter(ContractFilter):
    """Contracts in the columns of the Code; `missing` narrows to those that lack a fact."""

    columns = TRANSPARENCY_COLUMNS
    missing = ValuesFilter(
        "Missing fact", [(field.column, field.label) for field in CODE_FIELDS], _filter_missing
    )
