"""The columns of the contracts file. Append only: scripts depend on them."""

from typing import Any

from django.db.models import Exists, OuterRef, QuerySet

from citytools.lists.columns import SOURCE_COLUMNS, Column, listed
from contracts.models import Contract, ContractPartner, ContractSystem, Route, Vat
from systems.models import Function, Product, ServiceArea


def _partners() -> QuerySet[Any]:
    return ContractPartner.objects.filter(contract=OuterRef("pk")).order_by("borough__name")


def _covered(**conditions: Any) -> QuerySet[Any]:
    """Links from the contract two levels out to functions that meet the conditions."""
    links = Contract.functions.through.objects
    return links.filter(contract=OuterRef(OuterRef("pk")), **conditions)


def _functions() -> QuerySet[Any]:
    return Function.objects.filter(Exists(_covered(function=OuterRef("pk"))))


def _service_areas() -> QuerySet[Any]:
    return ServiceArea.objects.filter(Exists(_covered(function__service_area=OuterRef("pk"))))


def _products() -> QuerySet[Any]:
    paid = ContractSystem.objects.filter(
        contract=OuterRef(OuterRef("pk")), system__product=OuterRef("pk")
    )
    return Product.objects.filter(Exists(paid))


CONTRACT_COLUMNS = (
    Column("contract_id", "integer", "Number of this record, in its page's address.", "pk"),
    Column(
        "gss_codes",
        "list",
        "Codes of the boroughs, the lead first; empty for a body without.",
        listed(_partners(), "borough__gss_code", first="lead__gss_code"),
    ),
    Column(
        "boroughs",
        "list",
        "The boroughs that share the contract, the lead first.",
        listed(_partners(), "borough__name", first="lead__name"),
    ),
    Column("lead_borough", "text", "The body that signs the contract.", "lead__name"),
    Column("title", "text", "What the contract is called.", "title"),
    Column("reference", "text", "The council's or the notice's reference.", "reference"),
    Column(
        "supplier", "text", "Who is paid under a contract; may be a reseller.", "supplier__name"
    ),
    Column(
        "service_areas",
        "list",
        "The parts of the council's work it covers.",
        listed(_service_areas(), "name"),
    ),
    Column("functions", "list", "The jobs it covers.", listed(_functions(), "name")),
    Column(
        "products", "list", "The software it pays for, where known.", listed(_products(), "name")
    ),
    Column("starts_on", "partial date", "Its first day; as precise as the source.", "starts_on"),
    Column(
        "ends_on",
        "partial date",
        "Its last day before any extension; as precise as the source. Empty if rolling.",
        "ends_on",
    ),
    Column(
        "extension_until",
        "partial date",
        "The contract's latest end if every extension is taken.",
        "extension_until",
    ),
    Column(
        "notice_months",
        "integer",
        "How long before its end a contract must be acted on: ended, extended or replaced.",
        "notice_months",
        unit="months",
    ),
    Column(
        "act_by",
        "date",
        "By when to act on a contract: its end less notice in calendar months, or the month's "
        "last day where it has no such day. Empty unless the end is a whole day and the notice is "
        "known.",
        "act_by",
    ),
    Column(
        "annual_value",
        "decimal",
        "What the contract costs a year.",
        "annual_value",
        unit="pounds a year",
    ),
    Column(
        "total_value",
        "decimal",
        "What the contract costs over its whole term; never a framework's ceiling.",
        "total_value",
        unit="pounds",
    ),
    Column("vat", "text", "Whether the values hold VAT.", "vat", allowed=tuple(Vat.values)),
    Column(
        "route",
        "text",
        "How the contract came about: the route to market.",
        "route",
        allowed=tuple(Route.values),
    ),
    Column(
        "framework",
        "text",
        "The framework that the contract was called off from.",
        "framework__name",
    ),
    *SOURCE_COLUMNS,
    Column("rolling", "yes or no", "Whether the contract has no end date.", "rolling"),
    Column(
        "ocid",
        "text",
        "Open Contracting identifier: the number of one purchase from plan to contract.",
        "ocid",
    ),
    Column("award_id", "text", "The award's number within its OCID.", "award_id"),
)
