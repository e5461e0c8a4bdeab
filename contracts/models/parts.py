"""What hangs on a contract: the boroughs that share it and the systems it pays for."""

import pgtrigger
from django.core.exceptions import ValidationError
from django.db import models

from boroughs.models import Borough
from citytools.history import tracked
from contracts.models.contract import Contract
from contracts.models.guards import ends_confirmation, lead_is_no_partner
from systems.models import System


@tracked()
class ContractPartner(models.Model):
    """A body that shares a contract which another leads."""

    contract = models.ForeignKey(Contract, on_delete=models.CASCADE)
    borough = models.ForeignKey(Borough, on_delete=models.PROTECT)

    class Meta:
        ordering = ["borough__name", "pk"]
        verbose_name = "sharing borough"
        constraints = [
            models.UniqueConstraint(
                fields=["contract", "borough"],
                name="a_borough_shares_a_contract_once",
                violation_error_message="This borough is already among those that share it.",
            )
        ]
        triggers = [
            lead_is_no_partner(
                "the_lead_is_no_partner", "contract_id", pgtrigger.Insert | pgtrigger.Update
            ),
            ends_confirmation("partner_ends_confirmation"),
        ]

    def __str__(self) -> str:
        return f"{self.borough}, which shares {self.contract.title}"

    def clean(self) -> None:
        """The lead is not also a partner."""
        led_by = self.contract.lead_id if hasattr(self, "contract") else None
        if self.borough_id and self.borough_id == led_by:
            raise ValidationError({"borough": "This borough leads the contract already."})


@tracked()
class ContractSystem(models.Model):
    """A system that a contract pays for."""

    contract = models.ForeignKey(Contract, on_delete=models.CASCADE)
    system = models.ForeignKey(System, on_delete=models.PROTECT)

    class Meta:
        ordering = ["system__borough__name", "pk"]
        verbose_name = "system covered"
        verbose_name_plural = "systems covered"
        constraints = [
            models.UniqueConstraint(
                fields=["contract", "system"],
                name="a_contract_covers_a_system_once",
                violation_error_message="This system is already covered by the contract.",
            )
        ]
        triggers = [ends_confirmation("system_ends_confirmation")]

    def __str__(self) -> str:
        return f"{self.system}, paid for by {self.contract.title}"


@tracked()
class ContractFunction(Contract.functions.through):  # type: ignore[name-defined]
    """A function that a contract covers: Django's own link table, with history."""

    class Meta:
        proxy = True
        triggers = [ends_confirmation("function_ends_confirmation")]

    def __str__(self) -> str:
        return str(self.function)
