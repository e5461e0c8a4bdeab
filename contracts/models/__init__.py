"""Contracts and the frameworks they were called off from."""

from contracts.models.contract import Contract
from contracts.models.dates import AHEAD_MONTHS, LEAD_MONTHS, Standing, Term, must_start
from contracts.models.duty import PipelineDuty
from contracts.models.framework import Framework, Route, Vat
from contracts.models.parts import ContractFunction, ContractPartner, ContractSystem
from contracts.models.questions import ContractQuerySet

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
