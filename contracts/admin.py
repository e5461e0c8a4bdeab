"""LOTI staff's pages on contracts and frameworks."""

from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import ValidationError
from django.db import models
from django.forms import BaseInlineFormSet, ModelForm
from django.http import HttpRequest

from citytools.facts import dates
from citytools.staff.admin import PROVENANCE, PROVENANCE_FILTERS, LinkPart, PartAdmin, StaffAdmin
from contracts.changes import CONTRACT
from contracts.models import (
    Contract,
    ContractPartner,
    ContractSystem,
    Framework,
    PipelineDuty,
)
from systems.models import Function

_LEADS_ALREADY = "{} leads the contract: remove it from those that share it."


@admin.register(Framework)
class FrameworkAdmin(StaffAdmin):
    list_display = ["name", "reference", "provider", "ends_on"]
    search_fields = ["name", "reference", "provider"]
    prepopulated_fields = {"slug": ["name"]}
    fieldsets = [
        (None, {"fields": ["name", "slug", "reference", "provider", ("starts_on", "ends_on")]}),
        ("Where this comes from", {"fields": ["source"]}),
        ("Demonstration", {"fields": ["illustrative"], "classes": ["collapse"]}),
    ]


class PartnersFormSet(BaseInlineFormSet):  # type: ignore[type-arg]  # generic in the stubs alone
    """Also compares rows that stay as they are with a lead that has just been changed."""

    def clean(self) -> None:
        """The lead is not also a partner."""
        super().clean()
        forms = [form for form in self.initial_forms if form not in self.deleted_forms]
        for form in forms:
            if form.instance.borough_id == self.instance.lead_id:
                raise ValidationError(_LEADS_ALREADY.format(form.instance.borough))


class PartnersOfContract(LinkPart):
    model = ContractPartner
    formset = PartnersFormSet
    autocomplete_fields = ["borough"]
    verbose_name_plural = "boroughs that share it, besides the lead"
    names_need = ["borough", "contract"]


class SystemsOfContract(LinkPart):
    model = ContractSystem
    autocomplete_fields = ["system"]
    names_need = ["contract", "system__borough", "system__product", "system__function"]


@admin.register(Contract)
class ContractAdmin(StaffAdmin):
    list_display = ["title", "lead", "supplier", "ends_on", "act_by_days", "a_year"]
    list_filter = [
        "stage", "rolling", "route", "functions__service_area", "includes_services",
        *PROVENANCE_FILTERS,
    ]  # fmt: skip
    search_fields = ["key", "title", "reference", "ocid", "lead__name", "supplier__name"]
    autocomplete_fields = ["lead", "supplier", "framework", "functions"]
    readonly_fields = ["decide_by"]
    names_need = ["lead", "supplier"]
    inlines = [PartnersOfContract, SystemsOfContract]
    history_links = CONTRACT.links
    fieldsets = [
        (
            None,
            {
                "fields": [
                    "title",
                    "lead",
                    "supplier",
                    "department",
                    "reference",
                    ("ocid", "award_id"),
                ]
            },
        ),
        (
            "What it covers",
            {
                "fields": ["functions"],
                "description": "Functions of the systems below are added by themselves.",
            },
        ),
        (
            "Until when",
            {
                "fields": [
                    "stage",
                    ("starts_on", "ends_on"),
                    ("rolling", "extension_until"),
                    ("notice_months", "decide_by"),
                ]
            },
        ),
        (
            "What it costs",
            {
                "fields": [
                    ("annual_value", "total_value"),
                    ("tender_value", "vat"),
                    "includes_services",
                ]
            },
        ),
        ("How it was bought", {"fields": ["route", "framework"]}),
        PROVENANCE,
    ]

    @admin.display(description="a year", ordering="annual_value")
    def a_year(self, contract: Contract) -> str | None:
        """Whole pounds, for the list; None where not known."""
        return None if contract.annual_value is None else f"£{contract.annual_value:,.0f}"

    @admin.display(description="act by", ordering="act_by_earliest")
    def act_by_days(self, contract: Contract) -> str | None:
        """The day, or the days from and to; None where there are none."""
        return contract.term.act_by_words(dates.today()).days or None

    @admin.display(description="act by")
    def decide_by(self, contract: Contract) -> str:
        """The days that follow from end and notice, and how."""
        if not contract.pk:
            return "It follows from the end and the notice."
        return contract.term.act_by_words(dates.today()).sentence

    def save_related(
        self, request: HttpRequest, form: "ModelForm[Any]", formsets: Any, change: bool
    ) -> None:
        """Cover the functions of the systems that the contract pays for, and say which."""
        super().save_related(request, form, formsets, change)
        contract = form.instance
        missing = Function.objects.filter(systems__contracts=contract).exclude(contracts=contract)
        names = [str(function) for function in missing.distinct()]
        if names:
            contract.cover_systems()
            message = (
                f"Functions added because systems of this contract do them: {', '.join(names)}."
            )
            messages.info(request, message)

    def check_restored(self, record: models.Model) -> None:
        """A version whose lead has become a partner since would break what the form refuses."""
        super().check_restored(record)
        partners = ContractPartner.objects.filter(contract=record.pk).select_related("borough")
        for partner in partners.filter(borough=record.lead_id):  # type: ignore[attr-defined]
            raise ValidationError({"lead": _LEADS_ALREADY.format(partner.borough)})


@admin.register(ContractPartner)
class ContractPartnerAdmin(PartAdmin):
    list_display = ["contract", "borough"]
    search_fields = ["contract__title", "borough__name"]
    autocomplete_fields = ["contract", "borough"]
    names_need = ["contract__lead", "borough"]


@admin.register(ContractSystem)
class ContractSystemAdmin(PartAdmin):
    list_display = ["contract", "system"]
    search_fields = ["contract__title", "system__product__name", "system__borough__name"]
    autocomplete_fields = ["contract", "system"]
    names_need = ["contract__lead", "system__borough", "system__product", "system__function"]


@admin.register(PipelineDuty)
class PipelineDutyAdmin(StaffAdmin):
    """Which boroughs say that they must publish a pipeline notice; no import writes here."""

    list_display = ["borough", "year", "expects_over_100m"]
    list_filter = ["year", "expects_over_100m"]
    search_fields = ["borough__name"]
    autocomplete_fields = ["borough"]
    names_need = ["borough"]
