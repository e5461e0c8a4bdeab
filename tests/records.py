"""A record of every kind that has a page in the admin, and what tests do with any of them."""

from collections.abc import Callable, Iterator
from typing import Any

from django import forms
from django.contrib import admin
from django.db import models
from django.test import Client

from boroughs.models import Borough, Return
from citytools.history.page import HistoryLink
from contracts.models import (
    Contract,
    ContractPartner,
    ContractSystem,
    Framework,
    PipelineDuty,
)
from research.models import CaseClaim, CaseStudy, Finding, Recommendation, Source
from skills.models import PastLevel, Skill, SkillGroup, SkillLevel, SkillNeed
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
from tests import factories
from tests.staff import address, confirmed, form_values

MAKERS: dict[Any, Callable[[], object]] = {
    Borough: factories.borough,
    # A complete one asks first (boroughs.return_form)
    Return: lambda: factories.returned(complete=False),
    ServiceArea: factories.service_area,
    Function: factories.function,
    Supplier: factories.supplier,
    SupplierAlias: lambda: factories.supplier_alias(factories.supplier().name + " Ltd"),
    Ownership: lambda: factories.ownership(factories.supplier(), factories.supplier()),
    Product: factories.product,
    ProductAlias: lambda: factories.product_alias("Old name"),
    System: factories.system,
    Framework: factories.framework,
    PipelineDuty: factories.pipeline_duty,
    Contract: factories.contract,
    ContractPartner: lambda: factories.contract(partners=[factories.borough()]),
    ContractSystem: lambda: factories.contract(systems=[factories.system()]),
    SkillGroup: factories.skill_group,
    Skill: factories.skill,
    SkillLevel: factories.skill_level,
    PastLevel: factories.past_level,
    SkillNeed: factories.skill_need,
    Source: factories.source,
    Finding: factories.finding,
    CaseStudy: factories.case_study,
    CaseClaim: factories.case_claim,
    Recommendation: factories.recommendation,
}


def with_history() -> list[Any]:
    """Every kind of record that has a page in the admin and a history."""
    return [model for model in admin.site._registry if hasattr(model, "pgh_event_model")]


def links_of(model: Any) -> list[HistoryLink]:
    """The kinds of rows that belong to a record of this kind."""
    registered: Any = admin.site._registry[model]
    return list(registered.history_links)


def create_record(model: Any) -> Any:
    """A record of the kind, with what it needs."""
    before = set(model.objects.values_list("pk", flat=True))
    MAKERS[model]()
    return model.objects.exclude(pk__in=before).get()


def add_in_admin(staff: Client, model: Any) -> Any:
    """A record made in the form for adding, filled in like one that was made another way."""
    sample = create_record(model)
    form = staff.get(address(model, "change", sample.pk)).context["adminform"].form
    filled_in = form_values(staff.get(address(model, "change", sample.pk)))
    sample.delete()
    own = {name: filled_in[name] for name in form.fields if name in filled_in}
    before = set(model.objects.values_list("pk", flat=True))
    response = confirmed(staff, address(model, "add"), own)
    assert response.status_code == 302, response.context["errors"]
    return model.objects.exclude(pk__in=before).get()


def row_of(link: HistoryLink, record: models.Model) -> Any:
    """A row of another kind that belongs to the record."""
    kind: Any = link.model
    if kind in MAKERS:
        row = create_record(kind)
        kind.objects.filter(pk=row.pk).update(**{link.field: record})
        return kind.objects.get(pk=row.pk)
    ends = [field for field in kind._meta.fields if field.related_model is not None]
    other = next(field for field in ends if field.name != link.field)
    return kind.objects.create(
        **{link.field: record, other.name: create_record(other.related_model)}
    )


def rows_of(record: Any) -> dict[str, list[dict[str, Any]]]:
    """All values of all rows that belong to the record, by their kind."""
    return {
        link.noun: [*link.model._base_manager.filter(**{link.field: record.pk}).values()]
        for link in links_of(type(record))
    }


def values_of(model: Any, number: int) -> dict[str, Any]:
    """All values of one record; empty if it is not there."""
    return model._base_manager.filter(pk=number).values().first() or {}


def edits(response: Any, word: str) -> Iterator[tuple[str, Any]]:
    """Fields of the page's form with another value each: words, then links, then numbers."""
    return form_edits(response.context["adminform"].form, word)


def form_edits(form: Any, word: str) -> Iterator[tuple[str, Any]]:
    """The same of any form, with the names that a browser posts."""
    for field in form._meta.model._meta.fields:
        plain = type(field) in {models.CharField, models.TextField} and not field.choices
        shown = type(form.fields.get(field.name)) is forms.CharField
        if plain and shown and (field.max_length or 99) > 30:
            yield form.add_prefix(field.name), f"{form[field.name].value() or 'Note'} {word}"
    for name, field in reversed(form.fields.items()):
        if type(field) is forms.ModelChoiceField and field.queryset is not None:
            yield form.add_prefix(name), create_record(field.queryset.model).pk
    for name, field in form.fields.items():
        if isinstance(field, forms.IntegerField):
            yield form.add_prefix(name), int(form[name].value() or 0) + len(word)


def edited(response: Any, word: str) -> dict[str, Any]:
    """One field of the page's form with another value."""
    return dict([next(edits(response, word))])
