"""The columns of the Transparency Code's file. Append only: scripts depend on them."""

from django.db.models import Case, OuterRef, TextField, Value, When
from django.db.models.functions import Cast

from citytools.lists.columns import SOURCE_COLUMNS, Column, listed
from contracts.models import Route
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
PROCESS = Case(
    *(When(route__in=list(routes), then=Value(name)) for name, routes in _PROCESS.items()),
    default=Cast(Value(None), TextField()),
    output_field=TextField(),
)
"""SQL: whether the contract came of a tender or a quote; null where the route is not known."""
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
        listed(
            Function.objects.filter(contracts=OuterRef("pk")).order_by("position", "pk"), "name"
        ),
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
    Column("contract_id", "integer", "Number of this record, in its page's address.", "pk"),
    Column("rolling", "yes or no", "Whether it has no end date.", "rolling"),
)
