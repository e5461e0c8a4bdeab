"""What changes of contracts and frameworks tell."""

from typing import Any

from django.urls import reverse

from citytools.history.change_kinds import ChangeKind
from citytools.history.page import HistoryLink
from contracts.models import (
    Contract,
    ContractFunction,
    ContractPartner,
    ContractSystem,
    Framework,
    PipelineDuty,
)


def _pipeline(duty: Any) -> str:
    return f"{reverse('contracts:pipeline')}?borough={duty.borough.slug}"


CONTRACT = ChangeKind(
    Contract,
    links=[
        HistoryLink(
            ContractPartner,
            "contract",
            "Sharing borough",
            added="{} now shares it",
            removed="{} no longer shares it",
        ),
        HistoryLink(
            ContractSystem,
            "contract",
            "System covered",
            added="It now pays for {}",
            removed="It no longer pays for {}",
        ),
        HistoryLink(
            ContractFunction,
            "contract",
            "Function",
            added="It now covers {}",
            removed="It no longer covers {}",
        ),
    ],
)
KINDS = (ChangeKind(Framework), CONTRACT, ChangeKind(PipelineDuty, address=_pipeline))
