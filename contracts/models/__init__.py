"""Contracts and the frameworks they were called off from."""

from contracts.models.contract import Contract, ContractFunction, ContractPartner, ContractSystem
from contracts.models.dates import (
    AHEAD_MONTHS,
    LEAD_MONTHS,
    ContractQuerySet,
    Standing,
    Term,
    must_start,
)
from contracts.models.framework import Framework, PipelineDuty, Route, Vat

__all__ = [
    "AHEAD_MONTHS",
    "LEAD_MONTHS",
    "Contract",
    "ContractFunction",
    "ContractPartner",
    "ContractQuerySet",
    "ContractSystem",
    "Framework",
    "PipelineDuty",
    "Route",
    "Standing",
    "Term",
    "Vat",
    "must_start",
]
