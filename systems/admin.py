"""LOTI staff's pages on systems, products and suppliers."""

from typing import Any

from django.contrib import admin, messages
from django.forms import ModelForm
from django.http import HttpRequest

from citytools.history.page import HistoryLink
from citytools.staff.admin import (
    PROVENANCE,
    PROVENANCE_FILTERS,
    InlineRows,
    LinkPart,
    NamesFormSet,
    PartAdmin,
    StaffAdmin,
)
from citytools.staff.waiting import WaitingRule
from contracts.models import Contract, ContractSystem
from systems.changes import PRODUCT, SUPPLIER
from systems.models import (
    Function,
    Ownership,
    Product,
    ProductAlias,
    ServiceArea,
    Supplier,
    SupplierAlias,
    System,
)


@admin.register(ServiceArea)
class ServiceAreaAdmin(StaffAdmin):
    list_display = ["name", "kind", "position"]
    list_filter = ["kind"]
    search_fields = ["name"]
    prepopulated_fields = {"slug": ["name"]}


@admin.register(Function)
class FunctionAdmin(StaffAdmin):
    list_display = ["name", "service_area", "position"]
    list_filter = ["service_area"]
    search_fields = ["name", "service_area__name"]
    prepopulated_fields = {"slug": ["name"]}
    names_need = ["service_area"]


class AliasesOfSupplier(InlineRows):
    model = SupplierAlias
    formset = NamesFormSet


class OwnersOfSupplier(InlineRows):
    model = Ownership
    fk_name = "supplier"
    autocomplete_fields = ["owner"]
    verbose_name = "owner"
    verbose_name_plural = "owners, from when (earlier ones stay as history)"
    names_need = ["owner"]


@admin.register(Supplier)
class SupplierAdmin(StaffAdmin):
    list_display = ["name", "company_number", "sme", "vcse", "illustrative"]
    list_filter = ["sme", "vcse", "illustrative"]
    search_fields = ["name", "aliases__name", "company_number"]
    prepopulated_fields = {"slug": ["name"]}
    inlines = [AliasesOfSupplier, OwnersOfSupplier]
    history_links = SUPPLIER.links
    fieldsets = [
        (None, {"fields": ["name", "slug", "company_number", ("sme", "vcse"), "note"]}),
        ("Demonstration", {"fields": ["illustrative"], "classes": ["collapse"]}),
    ]


class AliasesOfProduct(InlineRows):
    model = ProductAlias
    formset = NamesFormSet


@admin.register(Product)
class ProductAdmin(StaffAdmin):
    list_display = ["name", "manufacturer", "certainty", "illustrative"]
    list_filter = ["certainty", "illustrative", "functions__service_area"]
    search_fields = ["name", "aliases__name", "manufacturer__name"]
    prepopulated_fields = {"slug": ["name"]}
    autocomplete_fields = ["manufacturer", "functions"]
    names_need = ["manufacturer"]
    inlines = [AliasesOfProduct]
    history_links = PRODUCT.links
    waiting_rules = [
        WaitingRule(
            "verify",
            "to be verified",
            lambda rows: rows.filter(certainty=Product.Certainty.TO_VERIFY),
        )
    ]
    fieldsets = [
        (None, {"fields": ["name", "slug", "manufacturer", "in_house_or_public", "functions"]}),
        ("Where this comes from", {"fields": ["certainty", "source", "note"]}),
        ("Demonstration", {"fields": ["illustrative"], "classes": ["collapse"]}),
    ]


@admin.register(SupplierAlias)
class SupplierAliasAdmin(PartAdmin):
    list_display = ["name", "kind", "supplier"]
    search_fields = ["name", "supplier__name"]
    autocomplete_fields = ["supplier"]
    names_need = ["supplier"]


@admin.register(Ownership)
class OwnershipAdmin(PartAdmin):
    list_display = ["supplier", "owner", "since"]
    search_fields = ["supplier__name", "owner__name"]
    autocomplete_fields = ["supplier", "owner"]
    names_need = ["supplier", "owner"]


@admin.register(ProductAlias)
class ProductAliasAdmin(PartAdmin):
    list_display = ["name", "product"]
    search_fields = ["name", "product__name"]
    autocomplete_fields = ["product"]
    names_need = ["product"]


class ContractsOfSystem(LinkPart):
    model = ContractSystem
    autocomplete_fields = ["contract"]
    verbose_name = "contract that pays for it"
    verbose_name_plural = "contracts that pay for it"
    names_need = ["contract__lead", "system__borough", "system__product", "system__function"]


@admin.register(System)
class SystemAdmin(StaffAdmin):
    list_display = ["product", "borough", "function", "status", "hosting", "as_of"]
    list_filter = ["status", "hosting", "intention", "function__service_area", *PROVENANCE_FILTERS]
    search_fields = [
        *("key", "product__name", "product__aliases__name", "borough__name", "function__name"),
    ]
    autocomplete_fields = ["borough", "product", "function"]
    names_need = ["borough", "product", "function"]
    inlines = [ContractsOfSystem]
    history_links = [HistoryLink(ContractSystem, "system", "Contract that pays for it")]
    fieldsets = [
        (None, {"fields": ["borough", "product", "function"]}),
        ("Use", {"fields": [("status", "hosting"), ("live_since", "users")]}),
        ("The borough's view", {"fields": [("satisfaction", "intention")]}),
        ("What it tells", {"fields": [("national_or_shared", "companion")]}),
        PROVENANCE,
    ]

    def save_related(
        self, request: HttpRequest, form: "ModelForm[Any]", formsets: Any, change: bool
    ) -> None:
        """The contracts that pay for the system cover its function from now on."""
        super().save_related(request, form, formsets, change)
        system = form.instance
        for contract in Contract.objects.filter(systems=system).exclude(functions=system.function):
            contract.cover_systems()
            message = f"“{contract}” now covers {system.function}, because it pays for this system."
            messages.info(request, message)
