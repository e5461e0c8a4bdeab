"""Takes out of the database what is invented for demonstration, and nothing else."""

from argparse import ArgumentParser
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from django.apps import apps
from django.core.management.base import BaseCommand
from django.db import models, transaction

from boroughs.models import Return
from citytools.facts import dates
from citytools.history.batches import batch, undo_hint
from citytools.management.commands.load import take_statistics, wait_for_other_loads
from citytools.models import Batch
from contracts.models import Contract, ContractSystem, Framework
from research.metrics.record import record_day
from research.models import CaseStudyProduct, MetricValue
from skills.models import PastLevel, SkillLevel, SkillNeed
from systems.models import Ownership, Product, Supplier, System

FACTS = (Contract, System, SkillLevel, PastLevel, Return)
"""What says of itself that it is invented, by its source. Contracts first: they hold systems."""
THINGS = (Framework, Product, Supplier)
"""What says so by a mark of its own: it has no source. Products first: they name suppliers."""


@dataclass
class DeletionReport:
    """What was taken out, by kind, and why some of it stays."""

    deleted: Counter[str] = field(default_factory=Counter)
    reasons_to_stay: list[str] = field(default_factory=list)

    def delete(self, rows: models.QuerySet[Any]) -> None:
        """Delete rows with what is only a part of them, and count both."""
        for label, count in rows.delete()[1].items():
            self.deleted[str(apps.get_model(label)._meta.verbose_name_plural)] += count


def forget() -> DeletionReport:
    """Delete the demonstration within the caller's transaction.

    A real record is never deleted: what it rests on stays, even if that is invented, and is named.
    """
    report = DeletionReport()
    for kind in FACTS:
        invented = kind._default_manager.filter(source_kind="illustrative")
        _forget(kind, invented, report)
    for thing in THINGS:
        _forget(thing, thing._default_manager.filter(illustrative=True), report)
    return report


def _forget(
    model: type[models.Model], invented: models.QuerySet[Any], report: DeletionReport
) -> None:
    to_delete = set(invented.values_list("pk", flat=True))
    # An invented supplier that stays holds its invented owner in turn: look until none is added
    while still_used := {
        pk: holder for pk, holder in _holders(model, to_delete) if pk in to_delete
    }:
        to_delete -= still_used.keys()
        for record in model._default_manager.filter(pk__in=still_used):
            report.reasons_to_stay.append(_reason(record, still_used[record.pk]))
    if model is Supplier:
        # Django would take the owner for protected, although both go
        report.delete(Ownership.objects.filter(supplier__in=to_delete))
    report.delete(model._default_manager.filter(pk__in=to_delete))


def _reason(record: models.Model, holder: models.Model) -> str:
    kind, other = record._meta.verbose_name, holder._meta.verbose_name
    return f"The {kind} “{record}” stays: the {other} “{holder}” rests on it."


def _holders(model: type[models.Model], to_delete: set[int]) -> Iterator[tuple[int, models.Model]]:
    """Primary keys among those to delete that a record which stays rests on, with that record."""
    if model is System:
        for link in ContractSystem.objects.filter(system__in=to_delete).select_related("contract"):
            yield link.system_id, link.contract
    if model is Framework:
        called_off: Any = Contract.objects.filter(framework__in=to_delete)
        yield from ((contract.framework_id, contract) for contract in called_off)
    if model is Product:
        yield from (
            (system.product_id, system) for system in System.objects.filter(product__in=to_delete)
        )
        links: Any = CaseStudyProduct
        for link in links.objects.filter(product__in=to_delete).select_related("casestudy"):
            yield link.product_id, link.casestudy
        by_slug = dict(Product.objects.filter(pk__in=to_delete).values_list("slug", "pk"))
        needs: Any = SkillNeed.objects.filter(product__in=by_slug)
        yield from ((by_slug[need.product], need) for need in needs)
    if model is Supplier:
        products = Product.objects.filter(manufacturer__in=to_delete)
        yield from (
            (product.manufacturer_id, product) for product in products if product.manufacturer_id
        )
        contracts = Contract.objects.filter(supplier__in=to_delete)
        yield from (
            (contract.supplier_id, contract) for contract in contracts if contract.supplier_id
        )
        staying = Ownership.objects.filter(owner__in=to_delete).exclude(supplier__in=to_delete)
        yield from ((ownership.owner_id, ownership) for ownership in staying)


class Command(BaseCommand):
    help = (
        "Takes out all that was invented for demonstration, in one transaction, and prints what. "
        "An invented record on which a real one rests stays, and is named. History keeps all."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--dry-run", action="store_true", help="say what would go, no more")

    def handle(self, *args: Any, **options: Any) -> None:
        name = "forget_demonstration"
        with transaction.atomic(), batch(Batch.Kind.ACTION, command=name) as written:
            wait_for_other_loads()
            report = forget()
            if report.deleted:
                take_statistics()
            if options["dry_run"]:
                transaction.set_rollback(True)
        self._report(report, dry=options["dry_run"])
        if report.deleted and not options["dry_run"]:
            self._measure_anew()
            self.stdout.write(
                f"{undo_hint(written)}, which also brings back what staff changed in it.\n"
                "To bring it back as it was invented: DEMO=yes manage.py load."
            )

    def _report(self, report: DeletionReport, *, dry: bool) -> None:
        if not report.deleted:
            self.stdout.write("Nothing invented was taken out: there was none that could go.")
        for kind, count in report.deleted.items():
            self.stdout.write(f"{kind:<34}{count:>8} {'would go' if dry else 'taken out'}")
        for sentence in report.reasons_to_stay:
            self.stdout.write(sentence)
        if report.reasons_to_stay:
            self.stdout.write(
                "What stays is still shown as invented. Let the real record name what is real, "
                "then run this again."
            )
        if dry:
            self.stdout.write("Nothing was written: this was a dry run.")

    def _measure_anew(self) -> None:
        """Recorded values count real records alone; today's are measured again, to be sure."""
        today = dates.today()
        if MetricValue.objects.filter(on=today).exists():
            tally = record_day(today, today)
            self.stdout.write(f"Metrics of today measured again: {tally.changed} changed.")
