"""Fills an empty database with an invented nation, to see how City Tools bears its size.

Rows are numbered here, sent by COPY, and get their history afterwards. The triggers of history are
off while rows are sent, and one statement a table writes what they would have written: row by row,
each would also update the one record of who wrote, and every update is slower than the last (80,900
systems took 387 s, now 34). To let them run and tell them to pass (pgtrigger.ignore) took 46 s. A
set without history was ruled out: its feeds and history pages would be quicker than those of real
use.
"""

import csv
import io
import time
from argparse import ArgumentParser
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from uuid import UUID

import pghistory
import pghistory.models
import pghistory.trigger
import pgtrigger
from django.apps import apps
from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.core.management.color import no_style
from django.db import connection, models, transaction

import boroughs.imports
import skills.imports
import systems.imports
from boroughs.models import Borough, Return
from citytools.facts.provenance import LinkEndsConfirmation
from citytools.imports import ImportRun
from citytools.management.commands.load import tables, take_statistics, wait_for_other_loads
from citytools.management.demonstration.market import Catalogue, product_rows, supplier_rows
from citytools.management.demonstration.reference_data import Row, split_cell
from citytools.staff.group import APPS
from contracts.models import Contract, ContractFunction, ContractPartner, ContractSystem, Framework
from skills.models import Skill, SkillLevel
from systems.models import (
    Function,
    Ownership,
    Product,
    ProductAlias,
    ProductFunction,
    Supplier,
    System,
)
from tests.benchmark.nation import SOURCE, BodySet, Nation, as_real_thing, ownership_rows

Model = type[models.Model]


class CopyTable:
    """Rows of one model, numbered from 1 or from what is already there."""

    def __init__(self, model: Model) -> None:
        self.model = model
        fields = [field for field in model._meta.concrete_fields if not _generated(field)]
        self.fields = [(field.name, field.attname, _default(field)) for field in fields]
        self.columns = [str(field.column) for field in fields]
        self.texts = [str(field.column) for field in fields if not field.null and _text(field)]
        self.max_pk = _max_pk(model)
        self.buffer = io.StringIO()
        self.writer = csv.writer(self.buffer, lineterminator="\n")

    def add(self, row: Mapping[str, object], **links: int) -> int:
        """Take a row on, in the words of the fixtures, with what it links to; its number."""
        self.max_pk += 1
        known = {**row, **links, "id": self.max_pk}
        self.writer.writerow(
            [
                known[attname] if attname in known else known.get(name, default)
                for name, attname, default in self.fields
            ]
        )
        return self.max_pk

    def send(self) -> None:
        """Copy the rows taken on since the last time. An empty cell is null, or an empty text."""
        self.buffer.seek(0)
        quote = connection.ops.quote_name
        columns = ", ".join(quote(name) for name in self.columns)
        texts = ", ".join(quote(name) for name in self.texts)
        options = f"FORMAT csv, FORCE_NOT_NULL ({texts})" if texts else "FORMAT csv"
        with connection.cursor() as cursor:
            table = quote(self.model._meta.db_table)
            cursor.copy_expert(f"COPY {table} ({columns}) FROM STDIN ({options})", self.buffer)
        self.buffer.seek(0)
        self.buffer.truncate()


def _generated(field: Any) -> bool:
    return isinstance(field, models.GeneratedField)


def _text(field: Any) -> bool:
    return isinstance(field, models.CharField | models.TextField)


def _default(field: Any) -> object:
    return field.default if field.has_default() else ""


def _max_pk(model: Model) -> int:
    return model._default_manager.aggregate(max_pk=models.Max("pk"))["max_pk"] or 0


def reset_sequences(models_: Iterable[Model]) -> None:
    """Let the database number the next rows after those that there are."""
    # A proxy has no numbers of its own
    tables: Any = [model._meta.concrete_model for model in models_]
    with connection.cursor() as cursor:
        for statement in connection.ops.sequence_reset_sql(no_style(), tables):
            cursor.execute(statement)


@contextmanager
def history_written_afterwards(rows: Collection[Model], recorded: UUID) -> Iterator[None]:
    """Switch off what writes these models' history in the block; write their events at its end.

    `recorded` is the context, already in the database, that says who wrote. Whatever goes wrong
    takes the whole transaction back, and the triggers are as they were.
    """
    _switch("DISABLE", rows)
    yield
    _switch("ENABLE", rows)
    for kind in apps.get_models():
        if issubclass(kind, pghistory.models.Event) and kind.pgh_tracked_model in rows:
            _write_events(kind, recorded)


def _switch(state: str, rows: Collection[Model]) -> None:
    quote = connection.ops.quote_name
    with connection.cursor() as cursor:
        # No table is altered while rows of it wait to be checked
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        for model, trigger in pgtrigger.registered():
            written = model in rows and (
                (
                    isinstance(trigger, pghistory.trigger.Event)
                    and trigger.operation == pgtrigger.Insert
                )
                # It would look for the confirmation in events that are not written yet
                or isinstance(trigger, LinkEndsConfirmation)
            )
            if written:
                table, name = quote(model._meta.db_table), quote(trigger.get_pgid(model))
                cursor.execute(f"ALTER TABLE {table} {state} TRIGGER {name}")


def _write_events(kind: Any, recorded: UUID) -> None:
    """An insert's event for each row that has no event, as the trigger would have written it."""
    quote = connection.ops.quote_name
    own = {"pgh_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "pgh_context_id"}
    columns = [field.column for field in kind._meta.concrete_fields if field.column not in own]
    listed = ", ".join(map(quote, columns))
    events, rows = quote(kind._meta.db_table), quote(kind.pgh_tracked_model._meta.db_table)
    insert = (
        f"INSERT INTO {events} (pgh_created_at, pgh_label, pgh_obj_id, pgh_context_id, {listed}) "  # noqa: S608 (names of models)
        f"SELECT now(), 'insert', id, %s, {listed} FROM {rows} "
        f"WHERE id NOT IN (SELECT pgh_obj_id FROM {events}) ORDER BY id"
    )
    with connection.cursor() as cursor:
        cursor.execute(insert, [str(recorded)])


_REFERENCE = {
    "boroughs.csv": boroughs.imports.FILES["boroughs.csv"],
    "functions.csv": systems.imports.FILES["functions.csv"],
    "skills.csv": skills.imports.FILES["skills.csv"],
}
_MODELS = (
    Borough, Return, Supplier, Ownership, Product, ProductAlias, ProductFunction, System,
    Framework, Contract, ContractFunction, ContractPartner, ContractSystem, SkillLevel,
)  # fmt: skip
"""In the order in which they rest on each other."""
_SETS_PER_COPY = 10
"""Sets copied at once: some 8,000 systems, 6 MB of text."""


def row_counts() -> dict[str, int]:
    """How many rows of each kind of fact there are, by name; kinds without any are left out."""
    ours = [kind for label in APPS for kind in apps.get_app_config(label).get_models()]
    facts = [kind for kind in ours if not hasattr(kind, "pgh_tracked_model")]
    counts = {str(fact._meta.verbose_name_plural): fact._default_manager.count() for fact in facts}
    return {name: count for name, count in counts.items() if count}


def fill(nation: Nation, recorded: UUID, progress: Callable[[int, int], None]) -> dict[str, int]:
    """Write a nation into empty tables, within a transaction; how many rows of what.

    `recorded` is the context of history; `progress` hears how many sets of how many are written.
    """
    reset_sequences([kind for label in APPS for kind in apps.get_app_config(label).get_models()])
    _read_reference(nation.fixtures)
    writer = _NationWriter()
    with history_written_afterwards(_MODELS, recorded):
        writer.add_markets(nation)
        writer.add_bodies(nation.bodies)
        for number, body_set in enumerate(nation.body_sets(), 1):
            writer.add_set(body_set)
            if number % _SETS_PER_COPY == 0 or number == nation.sets:
                writer.send()
                progress(number, nation.sets)
    reset_sequences(_MODELS)
    return {
        str(model._meta.verbose_name_plural): table.max_pk for model, table in writer.tables.items()
    }


def _read_reference(fixtures: Path) -> None:
    run = ImportRun()
    for name, read in _REFERENCE.items():
        read(fixtures / name, run)


class _NationWriter:
    """The tables, and the numbers by which rows name one another."""

    def __init__(self) -> None:
        self.tables: dict[type[models.Model], CopyTable] = {
            model: CopyTable(model) for model in _MODELS
        }
        self.borough = _numbers(Borough, "slug")
        self.function = _numbers(Function, "name")
        self.skill = _numbers(Skill, "slug")
        self.supplier: dict[str, int] = {}
        self.product: dict[str, int] = {}
        self.framework: dict[str, int] = {}

    def send(self) -> None:
        """Copy all rows taken on."""
        for table in self.tables.values():
            table.send()

    def add_markets(self, nation: Nation) -> None:
        """Suppliers, who owns them, their products, and frameworks."""
        for catalogue in nation.catalogues:
            self._catalogue(catalogue, nation.seed)
        for row in nation.frameworks:
            self.framework[row["name"]] = self.tables[Framework].add(row)

    def _catalogue(self, catalogue: Catalogue, seed: int) -> None:
        for row in map(as_real_thing, supplier_rows(catalogue, seed)):
            self.supplier[row["name"]] = self.tables[Supplier].add(row)
        for row in ownership_rows(catalogue, seed):
            owned, owner = self.supplier[row["supplier"]], self.supplier[row["owner"]]
            self.tables[Ownership].add(row, supplier_id=owned, owner_id=owner)
        for row in map(as_real_thing, product_rows(catalogue)):
            maker = self.supplier[row["manufacturer"]]
            number = self.tables[Product].add(row, manufacturer_id=maker)
            self.product[row["name"]] = number
            for function in split_cell(row["functions"]):
                link = self.function[function]
                self.tables[ProductFunction].add({}, product_id=number, function_id=link)
            for name in split_cell(row["former_names"]):
                self.tables[ProductAlias].add({"name": name}, product_id=number)

    def add_bodies(self, rows: list[Row]) -> None:
        """The invented bodies: none of the 33, so that no count of London holds them."""
        kind = Borough.Kind.REGIONAL.value
        for row in rows:
            known = {**row, "official_name": f"Council of {row['name']}", "kind": kind}
            self.borough[row["slug"]] = self.tables[Borough].add(known)

    def add_set(self, body_set: BodySet) -> None:
        """What 33 bodies have returned."""
        for row in body_set.returns:
            self.tables[Return].add(row, borough_id=self.borough[row["borough"]])
        for row in body_set.levels:
            body, skill = self.borough[row["borough"]], self.skill[row["skill"]]
            self.tables[SkillLevel].add(row, borough_id=body, skill_id=skill)
        numbers = {}
        for row in body_set.systems:
            numbers[row["key"]] = self.tables[System].add(
                row,
                borough_id=self.borough[row["borough"]],
                function_id=self.function[row["function"]],
                product_id=self.product[row["product"]],
            )
        for row in body_set.contracts:
            self._contract(row, numbers)

    def _contract(self, row: Row, systems: dict[str, int]) -> None:
        framework = row["framework"]
        number = self.tables[Contract].add(
            {name: cell for name, cell in row.items() if name != "framework"},
            lead_id=self.borough[row["lead"]],
            supplier_id=self.supplier[row["supplier"]],
            **({"framework_id": self.framework[framework]} if framework else {}),
        )
        for partner in split_cell(row["partners"]):
            link = self.borough[partner]
            self.tables[ContractPartner].add({}, contract_id=number, borough_id=link)
        for function in split_cell(row["functions"]):
            link = self.function[function]
            self.tables[ContractFunction].add({}, contract_id=number, function_id=link)
        for system in split_cell(row["systems"]):
            self.tables[ContractSystem].add({}, contract_id=number, system_id=systems[system])


def _numbers(model: type[models.Model], name: str) -> dict[str, int]:
    return dict(model._default_manager.values_list(name, "pk"))


_ANOTHER = (
    "Make another database and fill that: CITYTOOLS_DATABASE=nation manage.py migrate, then "
    "CITYTOOLS_DATABASE=nation python -m tests.benchmark generate; or name an empty one in "
    "DATABASE_URL."
)


class Command(BaseCommand):
    help = (
        "Fills an empty database with invented systems, contracts, skills and returns: London's "
        "33 and as many bodies again that do not exist for every 809 systems. The same seed gives "
        "the same rows. One transaction: stopped at any time, it leaves the database empty."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--systems", type=int, default=80_900)
        parser.add_argument("--seed", type=int, default=1)
        parser.add_argument(
            "--from", dest="fixtures", type=Path, default=settings.BASE_DIR / "fixtures"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        self.begun = time.monotonic()
        try:
            nation = Nation(options["fixtures"], options["systems"], options["seed"])
            written = self._write(nation)
        except (OSError, ValueError) as error:
            raise CommandError(f"{error} Nothing was written.") from error
        except KeyboardInterrupt as error:
            raise CommandError("Stopped: nothing was written.") from error
        if not connection.in_atomic_block:
            with connection.cursor() as cursor:
                cursor.execute(f"VACUUM {', '.join(tables())}")
        self._report(written)

    def _write(self, nation: Nation) -> dict[str, int]:
        options_used = {"systems": nation.systems, "seed": nation.seed}
        with (
            transaction.atomic(),
            pghistory.context(command="generate", **options_used) as recorded,
        ):
            wait_for_other_loads()
            if counts := row_counts():
                holding = ", ".join(f"{count:,} {name}" for name, count in counts.items())
                raise CommandError(f"This database is not empty: it holds {holding}. {_ANOTHER}")
            written = fill(nation, recorded.id, self._progress)
            self.stdout.write(f"{self._seconds()} Taking statistics")
            take_statistics()
        return written

    def _progress(self, done: int, total: int) -> None:
        self.stdout.write(f"{self._seconds()} {done} of {total} sets of 33 bodies")

    def _seconds(self) -> str:
        return f"{time.monotonic() - self.begun:6.1f} s"

    def _report(self, written: dict[str, int]) -> None:
        for name, count in written.items():
            self.stdout.write(f"{name:<34}{count:>12,}")
        self.stdout.write(
            f"Written in {self._seconds().strip()}, each row with its history as if the triggers "
            "had seen it.\nEvery fact is written as evidence, its source an address of "
            f"{SOURCE};\nboroughs, functions and skills are London's own.\n"
            "To undo: drop the database, or empty it, accounts included, with manage.py flush."
        )
