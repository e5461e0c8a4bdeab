"""Contracts and the frameworks they were called off from."""

from contracts.models.contract import Contract, ContractFunction, ContractPartner, ContractSystem
from contracts.models.dates import IN_SUMS, ContractQuerySet, running_condition
from contracts.models.framework import Framework, PipelineDuty, Route, Stage, Vat
from contracts.models.term import (
    DECISION_MONTHS,
    LEAD_MONTHS,
    ContractStatus,
    ContractTerm,
    must_start,
)

__all__ = [
    "DECISION_MONTHS",
    "IN_SUMS",
    "LEAD_MONTHS",
    "Contract",
    "ContractFunction",
    "ContractPartner",
    "ContractQuerySet",
    "ContractStatus",
    "ContractSystem",
    "ContractTerm",
    "Framework",
    "PipelineDuty",
    "Route",
    "Stage",
    "Vat",
    "must_start",
    "running_condition",
]
