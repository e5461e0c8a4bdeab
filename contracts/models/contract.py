"""Contracts: who buys what from whom, until when, and by when to decide."""

import datetime
from functools import cached_property

import pgtrigger
from django.contrib.postgres.indexes import GinIndex, OpClass
from django.contrib.postgres.search import SearchVector
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Coalesce, Concat, Upper

from boroughs.models import Borough
from citytools.facts.dates import (
    FirstDay,
    LastDay,
    PartialDateField,
    first_day,
    last_day,
    partial_dates_constraint,
)
from citytools.facts.keys import MakesKey
from citytools.facts.provenance import LinkEndsConfirmation, Sourced
from citytools.history import tracked
from citytools.lists.word_search import SqlSearchText
from citytools.worlds.addresses import page_address
from contracts.models.dates import ContractQuerySet
from contracts.models.framework import Framework, Route, Stage, Vat
from contracts.models.term import ASSUMED_NOTICE_MONTHS, ContractTerm, LessMonths
from systems.models import Function, Supplier, System

_CHECK = """
IF EXISTS (
    SELECT 1 FROM contracts_contractpartner partner
    JOIN contracts_contract contract
      ON contract.id = partner.contract_id AND contract.lead_id = partner.borough_id
    WHERE contract.id = NEW.{contract}
) THEN
    RAISE EXCEPTION USING ERRCODE = 'check_violation', CONSTRAINT = '{name}',
        MESSAGE = 'the borough that leads a contract is not also a partner: take one of them off';
END IF;
RETURN NULL;
"""


def lead_is_no_partner(
    name: str, contract: str, operation: pgtrigger.Operation
) -> pgtrigger.Trigger:
    """A trigger that looks at the end of a transaction, so that one form may swap the two."""
    return pgtrigger.Trigger(
        name=name,
        when=pgtrigger.After,
        timing=pgtrigger.Deferred,
        operation=operation,
        func=_CHECK.format(name=name, contract=contract),
    )


def ends_confirmation(name: str) -> pgtrigger.Trigger:
    """A trigger on a table of links: who shares a contract, and what it covers, is part of it."""
    return LinkEndsConfirmation(name, table="contracts_contract", column="contract_id")


class ActBy(models.Func):
    """SQL: end less notice in calendar months, clamped to the month's end.

    Null unless the end is a whole day and the notice is known.
    """

    template = (
        "CASE WHEN length(ends_on) = 10 AND notice_months IS NOT NULL THEN (make_date("
        "left(ends_on, 4)::int, substr(ends_on, 6, 2)::int, substr(ends_on, 9, 2)::int)"
        " - make_interval(months => notice_months))::date END"
    )
    output_field = models.DateField()
    arity = 0  # the template names its columns itself


def _act_by(end: models.Func, assumed_months: int) -> LessMonths:
    """SQL: an end less the notice, or where it is not known less the months assumed."""
    return LessMonths(end, Coalesce("notice_months", assumed_months))


_DERIVED = [
    *("starts_first", "ends_first", "ends_last"),
    *("act_by", "act_by_earliest", "act_by_latest", "search_text"),
]


@tracked(derived=_DERIVED)
class Contract(Sourced):
    """One contract, led by one body, perhaps shared with others, covering functions and systems."""

    title = models.CharField(max_length=200)
    reference = models.CharField(max_length=80, blank=True)
    ocid = models.CharField(
        "OCID", max_length=80, blank=True, help_text="Open Contracting identifier."
    )
    award_id = models.CharField(
        "award number",
        max_length=120,
        blank=True,
        help_text="The award's id in the OCDS notice. With OCID and lead it tells a later notice "
        "which contract it changes.",
    )
    lead = models.ForeignKey(
        Borough,
        on_delete=models.PROTECT,
        related_name="led_contracts",
        verbose_name="lead borough",
        help_text="The body that signs. Others that share the contract go below.",
    )
    partners = models.ManyToManyField(
        Borough, through="ContractPartner", related_name="shared_contracts"
    )
    supplier = models.ForeignKey(
        Supplier,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="contracts",
        help_text="Who is paid; may be a reseller. Empty: not known.",
    )
    department = models.CharField(max_length=80, blank=True)
    functions = models.ManyToManyField(Function, related_name="contracts", blank=True)
    systems = models.ManyToManyField(System, through="ContractSystem", related_name="contracts")
    starts_on = PartialDateField(blank=True)
    ends_on = PartialDateField(blank=True, help_text="Before any extension. Empty: not known.")
    rolling = models.BooleanField(default=False, help_text="Ticked: it has no end date.")
    stage = models.CharField(
        max_length=10,
        choices=Stage,
        blank=True,
        help_text="How far it had come when the source was written. A tender, a market test, a "
        "budget and leave to award are planned. Empty: not known.",
    )
    extension_until = PartialDateField(
        blank=True, help_text="The latest end if every extension is taken."
    )
    notice_months = models.PositiveSmallIntegerField(
        null=True,
        blank=True,
        validators=[MaxValueValidator(60)],
        help_text="Months before the end by which to act. Empty: not known.",
    )
    annual_value = models.DecimalField(
        max_digits=13,
        decimal_places=2,
        null=True,
        blank=True,
        validators=[MinValueValidator(0)],
        help_text="Pounds a year.",
    )
    total_value = models.DecimalField(
        max_digits=13,
        decimal_places=2,
        null=True,
        blank=True,
        validators=[MinValueValidator(0)],
        help_text="Pounds over the whole term. Never a framework's ceiling.",
    )
    tender_value = models.DecimalField(
        max_digits=13,
        decimal_places=2,
        null=True,
        blank=True,
        validators=[MinValueValidator(0)],
        help_text="Pounds that the tender put on it: an estimate, never the contract's value.",
    )
    includes_services = models.BooleanField(
        default=False,
        help_text="Ticked: its price also pays for work that is no IT, such as a whole service "
        "that is outsourced. It is left out of every sum.",
    )
    vat = models.CharField(
        "VAT", max_length=10, choices=Vat, blank=True, help_text="Empty: not known."
    )
    route = models.CharField(
        "route to market", max_length=30, choices=Route, blank=True, help_text="Empty: not known."
    )
    framework = models.ForeignKey(
        Framework, on_delete=models.PROTECT, null=True, blank=True, related_name="contracts"
    )
    starts_first = models.GeneratedField(
        expression=FirstDay("starts_on"), output_field=models.DateField(), db_persist=True
    )
    ends_first = models.GeneratedField(
        expression=FirstDay("ends_on"), output_field=models.DateField(), db_persist=True
    )
    ends_last = models.GeneratedField(
        expression=LastDay("ends_on"), output_field=models.DateField(), db_persist=True
    )
    act_by = models.GeneratedField(
        expression=ActBy(), output_field=models.DateField(), db_persist=True
    )
    act_by_earliest = models.GeneratedField(
        expression=_act_by(FirstDay("ends_on"), ASSUMED_NOTICE_MONTHS[0]),
        output_field=models.DateField(),
        db_persist=True,
    )
    act_by_latest = models.GeneratedField(
        expression=_act_by(LastDay("ends_on"), ASSUMED_NOTICE_MONTHS[1]),
        output_field=models.DateField(),
        db_persist=True,
    )
    search_text = models.GeneratedField(
        expression=Concat(SqlSearchText("title"), SqlSearchText("reference")),
        output_field=models.TextField(),
        db_persist=True,
    )

    objects = ContractQuerySet.as_manager()

    class Meta(Sourced.Meta):
        ordering = [F("ends_first").asc(nulls_last=True), "pk"]
        triggers = [
            *Sourced.Meta.triggers,
            MakesKey("lead__slug", "title", "starts_on__year"),
            lead_is_no_partner("no_partner_becomes_the_lead", "id", pgtrigger.UpdateOf("lead_id")),  # type: ignore[no-untyped-call]
        ]
        # Of 26,000 titles the search finds its own in 0.1 ms, without these in 210 ms
        indexes = [
            GinIndex(SearchVector("title", config="english"), name="contract_title_words"),
            GinIndex(OpClass(F("title"), "gin_trgm_ops"), name="contract_title_trigrams"),
            GinIndex(OpClass(F("search_text"), "gin_trgm_ops"), name="contract_text_trigrams"),
            models.Index(Upper("reference"), name="contract_reference_any_case"),
            models.Index(Upper("ocid"), name="contract_ocid_any_case"),
            # Each link of a contract asks among the evidence whether the contract is any
            models.Index(fields=["id"], include=["source_kind"], name="contract_of_the_evidence"),
        ]
        constraints = [
            *Sourced.Meta.constraints,
            models.UniqueConstraint(
                fields=["lead", "title", "starts_on"],
                name="a_contract_is_recorded_once",
                violation_error_message="This lead borough already has a contract of this title "
                "and start: change that record, or tell the two apart in the title.",
            ),
            models.UniqueConstraint(
                fields=["ocid", "lead", "award_id"],
                condition=~Q(award_id=""),
                name="an_award_to_a_lead_is_recorded_once",
                violation_error_message="This lead borough already has a contract of this OCID "
                "and award number.",
            ),
            models.CheckConstraint(
                name="a_rolling_contract_has_no_end",
                condition=Q(rolling=False) | Q(ends_on=""),
                violation_error_message="A rolling contract has no end date: empty one of them.",
            ),
            models.CheckConstraint(
                name="a_contract_does_not_end_before_it_starts",
                condition=Q(starts_on="") | Q(ends_on="") | Q(ends_last__gte=F("starts_first")),
                violation_error_message="The contract ends before it starts.",
            ),
            partial_dates_constraint("starts_on", "ends_on", "extension_until"),
            models.CheckConstraint(
                name="an_extension_does_not_end_before_the_contract",
                condition=Q(extension_until="")
                | Q(ends_on="")
                | Q(ends_last__lte=LastDay("extension_until")),
                violation_error_message="The extension ends before the contract.",
            ),
            models.CheckConstraint(
                name="a_contract_has_known_choices",
                condition=Q(vat__in=["", *Vat.values])
                & Q(route__in=["", *Route.values])
                & Q(stage__in=["", *Stage.values]),
            ),
            models.CheckConstraint(
                name="contract_values_are_not_negative",
                condition=(Q(annual_value=None) | Q(annual_value__gte=0))
                & (Q(total_value=None) | Q(total_value__gte=0))
                & (Q(tender_value=None) | Q(tender_value__gte=0)),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.title} ({self.lead})"

    def get_absolute_url(self) -> str:
        return page_address("contracts:detail", self.key)

    def clean(self) -> None:
        """Dates that contradict each other, said beside the field."""
        super().clean()
        if self.rolling and self.ends_on:
            raise ValidationError({"ends_on": "A rolling contract has no end date."})
        try:
            start = first_day(self.starts_on) if self.starts_on else None
            end = last_day(self.ends_on) if self.ends_on else None
            extended = last_day(self.extension_until) if self.extension_until else None
        except ValueError:
            return  # the field's own validator says it better
        if start and end and end < start:
            raise ValidationError({"ends_on": "The contract ends before it starts."})
        if end and extended and extended < end:
            raise ValidationError({"extension_until": "The extension ends before the contract."})

    @property
    def term(self) -> ContractTerm:
        return ContractTerm(
            self.starts_on,
            self.ends_on,
            self.extension_until,
            self.notice_months,
            self.rolling,
            self.stage,
        )

    @cached_property
    def partner_bodies(self) -> list[Borough]:
        """Who shares it, by name; a page that has read them for many contracts sets it."""
        return list(self.partners.all())

    def runs_on(self, day: datetime.date) -> bool:
        """Known to run on that day; `ContractQuerySet.running_on` asks the same of many."""
        return self.term.status_on(day).runs

    @property
    def counts_in_sums(self) -> bool:
        """Whether sums hold it; `ContractQuerySet.for_sums` asks the same of many."""
        settled = self.rolling or bool(self.starts_on or self.ends_on)
        return settled and self.stage != Stage.PLANNED and not self.includes_services

    def cover_systems(self) -> None:
        """Count every function of the linked systems among the contract's functions."""
        self.functions.add(*Function.objects.filter(systems__contracts=self))


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


# A proxy: Django's own link table has no class on which triggers and history could be declared
@tracked()
class ContractFunction(Contract.functions.through):  # type: ignore[misc,name-defined]
    """A function that a contract covers: Django's own link table, with history."""

    class Meta:
        proxy = True
        triggers = [ends_confirmation("function_ends_confirmation")]

    def __str__(self) -> str:
        return str(self.function)
