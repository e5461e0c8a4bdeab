"""Takes out of the database what is invented for demonstration, and nothing else."""

from argparse import ArgumentParser
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import pghistory
from django.apps import apps
from django.core.management.base import BaseCommand
from django.db import models, transaction

from boroughs.models import Return
from citytools import clock
from citytools.management.commands.load import take_statistics, wait_for_other_loads
from contracts.models import Contract, ContractSystem
from research import recording
from research.models import CaseStudyProduct, MetricValue
from skills.models import PastLevel, SkillLevel, SkillNeed
from systems.models import Ownership, Product, Supplier, System

FACTS = (Contract, System, SkillLevel, PastLevel, Return)
"""What says of itself that it is invented, by its source. Contracts first: they hold systems."""
THINGS = (Product, Supplier)
"""What says so by a mark of its own: it has no source. Products first: they name suppliers."""


@dataclass
class Forgotten:
    """What was taken out, by kind, and why some of it stays."""

    taken: Counter[str] = field(default_factory=Counter)
    kept: list[str] = field(default_factory=list)

    def take(self, rows: models.QuerySet[Any]) -> None:
        """Delete rows with what is only a part of them, and count both."""
        for label, many in rows.delete()[1].items():
            self.taken[str(apps.get_model(label)._meta.verbose_name_plural)] += many


def forget() -> Forgotten:
    """Delete the demonstration within the caller's transaction.

    A real record is never deleted: what it rests on stays, even if that is invented, and is named.
    """
    done = Forgotten()
    for kind in FACTS:
        invented = kind._default_manager.filter(source_kind="illustrative")
        _forget(kind, invented, done)
    for thing in THINGS:
        _forget(thing, thing._default_manager.filter(illustrative=True), done)
    return done


def _forget(model: type[models.Model], invented: models.QuerySet[Any], done: Forgotten) -> None:
    doomed = set(invented.values_list("pk", flat=True))
    # An invented supplier that stays holds its invented owner in turn: look until none is added
    while held := {pk: holder for pk, holder in _holders(model, doomed) if pk in doomed}:
        doomed -= held.keys()
        for record in model._default_manager.filter(pk__in=held):
            done.kept.append(_told(record, held[record.pk]))
    if model is Supplier:
        # Django would take the owner for protected, although both go
        done.take(Ownership.objects.filter(supplier__in=doomed))
    done.take(model._default_manager.filter(pk__in=doomed))


def _told(record: models.Model, holder: models.Model) -> str:
    kind, other = record._meta.verbose_name, holder._meta.verbose_name
    return f"The {kind} “{record}” stays: the {other} “{holder}” rests on it."


def _holders(model: type[models.Model], doomed: set[int]) -> Iterator[tuple[int, models.Model]]:
    """Records that rest on any of the doomed and stay themselves, each with the one it rests on."""
    if model is System:
        for link in ContractSystem.objects.filter(system__in=doomed).select_related("contract"):
            yield link.system_id, link.contract
    if model is Product:
        yield from ((one.product_id, one) for one in System.objects.filter(product__in=doomed))
        links: Any = CaseStudyProduct
        for link in links.objects.filter(product__in=doomed).select_related("casestudy"):
            yield link.product_id, link.casestudy
        by_slug = dict(Product.objects.filter(pk__in=doomed).values_list("slug", "pk"))
        yield from ((by_slug[one.product], one) for one in _needs(by_slug))
    if model is Supplier:
        for product in Product.objects.filter(manufacturer__in=doomed):
            yield product.manufacturer_id, product  # type: ignore[misc]  # filtered: it has one
        for contract in Contract.objects.filter(supplier__in=doomed):
            yield contract.supplier_id, contract  # type: ignore[misc]
        staying = Ownership.objects.filter(owner__in=doomed).exclude(supplier__in=doomed)
        yield from ((one.owner_id, one) for one in staying)


def _needs(slugs: dict[str, int]) -> models.QuerySet[Any]:
    return SkillNeed.objects.filter(product__in=slugs)


class Command(BaseCommand):
    help = (
        "Takes out all that was invented for demonstration, in one transaction, and prints what. "
        "An invented record on which a real one rests stays, and is named. History keeps all."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--dry-run", action="store_true", help="say what would go, no more")

    def handle(self, *args: Any, **options: Any) -> None:
        with (
            transaction.atomic(),
            pghistory.context(command="forget_demonstration") as recorded,
        ):
            wait_for_other_loads()
            done = forget()
            if done.taken:
                take_statistics()
            if options["dry_run"]:
                transaction.set_rollback(True)
        self._report(done, dry=options["dry_run"])
        if done.taken and not options["dry_run"]:
            self._measure_anew()
            self.stdout.write(
                "To bring it back: DEMO=yes manage.py load. What staff changed in it is in the\n"
                f"history in the admin, which names this run ({recorded.id})."
            )

    def _report(self, done: Forgotten, *, dry: bool) -> None:
        if not done.taken:
            self.stdout.write("Nothing invented was taken out: there was none that could go.")
        for kind, many in done.taken.items():
            self.stdout.write(f"{kind:<34}{many:>8} {'would go' if dry else 'taken out'}")
        for sentence in done.kept:
            self.stdout.write(sentence)
        if done.kept:
            self.stdout.write(
                "What stays is still shown as invented. Let the real record name what is real, "
                "then run this again."
            )
        if dry:
            self.stdout.write("Nothing was written: this was a dry run.")

    def _measure_anew(self) -> None:
        """Recorded values count real records alone; today's are measured again, to be sure."""
        today = clock.today()
        if MetricValue.objects.filter(on=today).exists():
            tally = recording.record(today, today)
            self.stdout.write(f"Metrics of today measured again: {tally.changed} changed.")
