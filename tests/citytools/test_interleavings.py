"""Two people, loads, imports, restores and undos in any order: nothing saved is lost unsaid.

A ledger in plain Python knows what people saved last. After each step every value of it is there,
or the step's page, messages or report name it, or a person replaced it knowingly. What people
write is found in no file and never twice, so that a value tells whose it is.
"""

import csv
import datetime
import io
import random
import re
from dataclasses import dataclass, field
from io import StringIO
from pathlib import Path
from typing import Any, TypeAlias

import pytest
from django.core.management import CommandError, call_command
from django.db import connection, transaction
from django.test import Client
from django.urls import reverse
from hypothesis import given, settings
from hypothesis import strategies as st

from boroughs.models import Borough
from citytools.history import tracked_models, undo
from citytools.history.record_version import FIELD
from citytools.history.undo_plan import event_table
from citytools.models import Batch
from contracts.models import Contract
from systems.models import Function, Product, Supplier, System
from tests.drawing import often
from tests.loading import SMALL, load
from tests.notices import award, imported, release, supplier, written
from tests.pages import words
from tests.snapshots import facts, files
from tests.staff import address, form_values, messages, signed_in

pytestmark = pytest.mark.django_db

RECORDS: dict[str, tuple[Any, dict[str, str]]] = {
    "contract": (Contract, {"reference": ""}),
    "notice": (Contract, {"reference": "REF-1"}),
    "system": (System, {"borough__slug": "north"}),
    "supplier": (Supplier, {"slug": "acme"}),
    "product": (Product, {"slug": "fixer"}),
    "function": (Function, {"slug": "lettings"}),
}
TYPED = {
    "contract": ["note", "department", "ends_on", "confirmed_on"],
    "notice": ["note", "ends_on", "total_value", "confirmed_on"],
    "system": ["note", "users"],
    "supplier": ["note", "name"],
    "product": ["note"],
}
LINKS = {
    "contract": ["partner South", "partner West"],
    "product": ["function Lettings", "function Parking"],
}
FILES = {
    "contracts.csv": ["note", "department", "ends_on", "partners", "confirmed_on", "notice_months"],
    "systems.csv": ["note", "users", "hosting"],
    "suppliers.csv": ["note", "company_number"],
    "products.csv": ["note"],
}
TAKES = [
    *("note", "ends_on", "partners", "users", "suppliers.name", "confirmed_on"),
    *("functions", "Repairs (North)"),
]
"""What may stand after --take."""
PLACES = [(record, name) for record, names in TYPED.items() for name in names]
PLACES += [(record, name) for record, names in LINKS.items() for name in names]
FIELDS = [*PLACES]
PLACES += [(record, "") for record in RECORDS]
"""A record's fields and links; without a name the record itself."""
NAMES = {"ada": ("Ada", "Obi"), "bo": ("Bo", "Lee")}
Place: TypeAlias = tuple[str, str]


def stated(name: str, number: int) -> str:
    """What a file says of a column in one of its three states."""
    special = {
        "users": f"{number + 1}",
        "hosting": ["saas", "on_premises", "supplier_hosted"][number],
        "ends_on": f"2027-0{number + 1}",
        "notice_months": f"{number + 3}",
        "partners": ["south", "south; mid", "south"][number],
        "confirmed_on": ["2026-10-01", "", "2026-10-02"][number],
        "company_number": f"0123456{number}",
    }
    return special.get(name, f"File {number}")


@dataclass
class World:
    """The database with two people at it, and the ledger of what they saved."""

    folder: Path
    people: dict[str, Client]
    keys: dict[str, int] = field(default_factory=dict)
    ledger: dict[Place, Any] = field(default_factory=dict)
    parked: dict[str, dict[Place, Any]] = field(default_factory=dict)
    opened: dict[tuple[str, str], dict[str, Any]] = field(default_factory=dict)
    files: dict[tuple[str, str], int] = field(default_factory=dict)
    serial: int = 0

    def write_files(self) -> Path:
        """The fixtures as they are now."""
        for name, text in SMALL.items():
            (self.folder / name).write_text(self._changed(name, text))
        return self.folder

    def _changed(self, name: str, text: str) -> str:
        if name == "boroughs.csv":
            text += "E09000003,Mid,London Borough of Mid,MID,mid,borough,outer,,,,,,3,1\n"
            return text + "E09000004,West,London Borough of West,WES,west,borough,outer,,,,,,4,1\n"
        if name == "functions.csv":
            return text + "Housing,housing,frontline,Parking,parking,,\n"
        if name not in FILES:
            return text
        first, *others = rows = list(csv.DictReader(StringIO(text)))
        for (file, column), number in self.files.items():
            if file == name:
                first[column] = stated(column, number)
        out = io.StringIO()
        writer = csv.DictWriter(out, rows[0].keys(), lineterminator="\n")
        writer.writeheader()
        writer.writerows([first, *others])
        return out.getvalue()

    def record(self, name: str) -> Any:
        """The record, or None; it is known by its key once it has been there."""
        model, natural = RECORDS[name]
        if name not in self.keys:
            record = model.objects.filter(**natural).first()
            if record is None:
                return None
            self.keys[name] = record.pk
        return model.objects.filter(pk=self.keys[name]).first()

    def value(self, place: Place) -> Any:
        """What the database says: of a record and of a link, whether it is there."""
        name, own = place
        record = self.record(name)
        if record is None or not own:
            return record is not None
        if own.startswith("partner"):
            return record.partners.filter(name=own.split()[1]).exists()
        if own.startswith("function"):
            return record.functions.filter(name=own.split()[1]).exists()
        return getattr(record, own)

    def typed(self, person: str, name: str) -> Any:
        """A value that nobody wrote before."""
        self.serial += 1
        special = {
            "users": 1000 + self.serial,
            "total_value": 500000 + self.serial,
            "ends_on": f"{2030 + self.serial}",
            "confirmed_on": datetime.date(2026, 10, 2) + datetime.timedelta(days=self.serial),
        }
        return special.get(name, f"{person} {self.serial}")


@dataclass
class Outcome:
    """What a step said, and which values people replaced or removed knowingly."""

    text: str = ""
    replaced: dict[Place, Any] = field(default_factory=dict)


def page_text(response: Any) -> str:
    """A page's words and its messages."""
    said = " ".join(messages(response))
    return said if response.status_code == 302 else f"{said} {words(response, 'body')}"


def fields_of(place: Place, value: Any, typed: dict[str, Any]) -> dict[str, Any]:
    """What a person changes in an opened form, to have the value in this place."""
    own = place[1]
    if own.startswith("partner"):
        return _partner_fields(own.split()[1], typed, present=value)
    if own.startswith("function"):
        number = str(Function.objects.get(slug=own.split()[1].lower()).pk)
        chosen = set(typed.get("functions", []))
        return {"functions": sorted(chosen | {number} if value else chosen - {number})}
    return {own: str(value)}


def _partner_fields(name: str, typed: dict[str, Any], *, present: bool) -> dict[str, Any]:
    prefix, number = "contractpartner_set", str(Borough.objects.get(name=name).pk)
    rows = [key for key, row in typed.items() if re.fullmatch(rf"{prefix}-\d+-borough", key)]
    row = next((key for key in rows if typed[key] == number), "")
    if row and not present:
        return {row.replace("borough", "DELETE"): "on"}
    if row or not present:
        return {}
    total = int(typed[f"{prefix}-TOTAL_FORMS"])
    return {f"{prefix}-TOTAL_FORMS": total + 1, f"{prefix}-{total}-borough": number}


@dataclass(frozen=True)
class Open:
    """A person opens a form and leaves it open."""

    person: str
    place: Place

    def take(self, world: World) -> Outcome:
        if record := world.record(self.place[0]):
            page = address(type(record), "change", record.pk)
            values = form_values(world.people[self.person].get(page))
            world.opened[self.person, self.place[0]] = values
        return Outcome()


@dataclass(frozen=True)
class Edit:
    """A person changes a field or a link, in the form that is open or in one opened now."""

    person: str
    place: Place
    answer: str

    def take(self, world: World) -> Outcome:
        name, own = self.place
        client, record = world.people[self.person], world.record(name)
        typed = world.opened.pop((self.person, name), None)
        if record is None:
            return Outcome()
        page = address(type(record), "change", record.pk)
        now = form_values(client.get(page))
        typed = typed or now
        before = world.value(self.place)
        is_link = own.startswith(("partner", "function"))
        value = not before if is_link else world.typed(self.person, own)
        changes = fields_of(self.place, value, typed)
        saw = typed.get(own) == now.get(own)
        response = client.post(page, typed | changes)
        text = page_text(response)
        if response.status_code == 200 and f"{own}-choice" in str(response.content):
            assert world.value(self.place) == before
            response = client.post(page, form_values(response) | {f"{own}-choice": self.answer})
            text += page_text(response)
            saw = False
        if response.status_code == 200 or world.value(self.place) == before:
            return Outcome(text)
        replaced = {self.place: value}
        if not saw and not is_link and self.place in world.ledger:
            # Theirs was written over by an answer: the question must have named it
            assert names(text, self.place, world.ledger[self.place])
        return Outcome(text, replaced)


@dataclass(frozen=True)
class Delete:
    """A person deletes a record, on its page or in the list, as a batch."""

    person: str
    name: str
    in_list: bool

    def take(self, world: World) -> Outcome:
        record, client = world.record(self.name), world.people[self.person]
        if record is None:
            return Outcome()
        if self.in_list:
            text = self._in_list(client, record)
        else:
            page = address(type(record), "delete", record.pk)
            asked = client.get(page)
            response = client.post(page, form_values(asked))
            text = words(asked, "body") + page_text(response)
        if world.record(self.name) is None:
            places = [place for place in world.ledger if place[0] == self.name]
            world.parked[self.name] = {place: world.ledger[place] for place in places}
            replaced: dict[Place, Any] = dict.fromkeys(places, None)
            if self.name == "function":
                replaced["product", "function Lettings"] = None
            return Outcome(text, replaced | {(self.name, ""): False})
        return Outcome(text)

    def _in_list(self, client: Client, record: Any) -> str:
        page = address(type(record), "changelist")
        opened = form_values(client.get(page))
        ticked = {"action": "delete_selected", "_selected_action": record.pk}
        asked = client.post(page, {FIELD: opened.get(FIELD, "")} | ticked)
        if asked.status_code != 200:
            return page_text(asked)
        response = client.post(page, form_values(asked) | ticked | {"post": "yes"})
        return words(asked, "body") + page_text(response)


@dataclass(frozen=True)
class Restore:
    """A person takes a record back to one of its versions, or brings it back."""

    person: str
    name: str
    back: int

    def take(self, world: World) -> Outcome:
        if self.name not in world.keys:
            return Outcome()
        model: Any = RECORDS[self.name][0]
        events = model.pgh_event_model.objects.filter(pgh_obj_id=world.keys[self.name])
        versions = list(events.order_by("-pgh_id"))
        deleted = world.record(self.name) is None
        event = versions[0 if deleted else min(self.back, len(versions) - 1)]
        client = world.people[self.person]
        page = address(model, "restore", world.keys[self.name], event.pgh_id)
        asked = client.get(page)
        typed = form_values(asked)
        if not typed:
            return Outcome()
        response = client.post(page, typed)
        if world.record(self.name) is None:
            return Outcome(page_text(response))
        text = words(asked, "body") + page_text(response)
        replaced: dict[Place, Any] = {(self.name, ""): None} if deleted else {}
        world.ledger |= world.parked.pop(self.name, {}) if deleted else {}
        return Outcome(text, replaced)


@dataclass(frozen=True)
class Load:
    """The fixtures are loaded with some columns changed, perhaps against people."""

    changes: tuple[tuple[str, str, int], ...]
    takes: tuple[str, ...] = ()

    def take(self, world: World) -> Outcome:
        world.files |= {(file, column): number for file, column, number in self.changes}
        options = [option for name in self.takes for option in ("--take", name)]
        try:
            return Outcome(load(world.write_files(), *options, "-v", "2"))
        except CommandError as error:
            return Outcome(str(error))


@dataclass(frozen=True)
class Import:
    """A later state of the notice is imported."""

    amount: int
    year: int

    def take(self, world: World) -> Outcome:
        world.serial += 1
        day = datetime.date(2026, 1, 1) + datetime.timedelta(days=world.serial)
        buyer = {"id": "B", "name": "London Borough of North", "roles": ["buyer"]}
        period = {"startDate": "2026-04-01", "endDate": f"{2027 + self.year}-03-31"}
        state = release(
            id=f"release-{world.serial}",
            date=f"{day}T10:00:00Z",
            buyer={"id": "B", "name": buyer["name"]},
            parties=[buyer, supplier()],
            awards=[
                award(
                    value={"amount": self.amount * 1000, "currency": "GBP"}, contractPeriod=period
                )
            ],
        )
        return Outcome(imported(written(world.folder.parent, state), "-v", "2"))


@dataclass(frozen=True)
class Undo:
    """A person undoes one of the latest batches, or what can be undone of it."""

    person: str
    back: int
    on_page: bool

    def take(self, world: World) -> Outcome:
        batches = list(Batch.objects.exclude(pk=first_batch()).order_by("-pk"))
        if not batches:
            return Outcome()
        batch = batches[self.back % len(batches)]
        client, last = world.people[self.person], batches[0].pk
        if self.on_page:
            page = reverse("admin:citytools_batch_undo", args=[batch.pk])
            asked = client.get(page)
            others = {"others": "yes"} if asked.context["result"].refusals else {}
            text = words(asked, "body") + page_text(client.post(page, form_values(asked) | others))
        else:
            out = StringIO()
            try:
                call_command("undo", str(batch.pk), "--others", stdout=out)
            except CommandError as error:
                out.write(str(error))
            text = out.getvalue()
        if undone := Batch.objects.filter(pk__gt=last).first():
            text += words(client.get(undone.get_absolute_url()), "body")
        return Outcome(text)


def first_batch() -> int:
    return Batch.objects.earliest("pk").pk


def names(text: str, place: Place, value: Any) -> bool:
    """Whether the text says what became of a value in this place."""
    name, own = place
    model = RECORDS[name][0]
    if not own or own.startswith(("partner", "function")):
        word = own.split()[1] if own else str(model._meta.verbose_name)
        return word.lower() in text.lower()
    said = f"{value.day} {value:%B %Y}" if isinstance(value, datetime.date) else str(value)
    if isinstance(value, str) and not value:
        return "empty" in text
    label = str(model._meta.get_field(own).verbose_name).lower()
    labels = {own, label} | ({"confirmed"} if own == "confirmed_on" else set())
    return said in text and any(word in text.lower() for word in labels)


def is_typed(place: Place, value: Any) -> bool:
    """Whether only a person can have written the value."""
    own = place[1]
    if own == "users":
        return bool(value and value > 1000)
    if own == "total_value":
        return bool(value and value > 500000)
    if own == "ends_on":
        return str(value) > "2030"
    if own == "confirmed_on":
        return bool(value and value > datetime.date(2026, 10, 2))
    return str(value).startswith(("ada ", "bo "))


def check(world: World, step: Any) -> None:
    """Take the step, and find each value of the ledger again or named."""
    outcome = step.take(world)
    connection.check_constraints()
    for place, value in list(world.ledger.items()):
        now = world.value(place)
        if place in outcome.replaced or now == value:
            continue
        if place[1] and world.record(place[0]) is None:
            # Gone with its record, which is to be named
            assert names(outcome.text, (place[0], ""), True), (step, place, value, outcome.text)
            world.parked.setdefault(place[0], {})[place] = value
        else:
            assert names(outcome.text, place, value), (step, place, value, now, outcome.text)
        del world.ledger[place]
    for place in outcome.replaced:
        world.ledger.pop(place, None)
    _write_down(world, outcome)
    _let_time_pass()


BY_PROGRAMS: dict[Place, bool] = {("contract", "partner South"): True}
BY_PROGRAMS |= {("contract", "partner West"): False, ("product", "function Lettings"): True}
BY_PROGRAMS |= {("product", "function Parking"): False}
"""Links as every state of the files has them: a person's are those that differ."""


def _write_down(world: World, outcome: Outcome) -> None:
    for place in PLACES:
        record = world.record(place[0])
        if not place[1]:
            if outcome.replaced.get(place) is False:
                world.ledger[place] = False
        elif record is not None:
            value = world.value(place)
            if place in BY_PROGRAMS:
                if place in outcome.replaced and value != BY_PROGRAMS[place]:
                    world.ledger[place] = value
            elif is_typed(place, value):
                world.ledger[place] = value


def _let_time_pass() -> None:
    """Let all that was written have been written an hour earlier: a test is one transaction."""
    with connection.cursor() as cursor:
        cursor.execute(
            ";".join(
                f"UPDATE {event_table(model)} "  # noqa: S608 (names of ours)
                "SET pgh_created_at = pgh_created_at - interval '1h'"
                for model in tracked_models()
            )
        )


people = st.sampled_from(sorted(NAMES))
edits = st.builds(Edit, people, st.sampled_from(FIELDS), st.sampled_from(["mine", "theirs"]))
opens = st.builds(Open, people, st.sampled_from([(name, "") for name in TYPED]))
columns = [(file, column) for file, names_ in FILES.items() for column in names_]
changes = st.lists(
    st.tuples(st.sampled_from(columns), st.integers(0, 2)).map(lambda pair: (*pair[0], pair[1])),
    max_size=4,
).map(tuple)
takes = st.lists(
    st.sampled_from(TAKES),
    max_size=2,
).map(tuple)
steps = st.one_of(
    edits,
    edits,
    edits,
    opens,
    st.builds(Load, changes),
    st.builds(Load, changes, takes),
    st.builds(Import, st.integers(1, 3), st.integers(0, 2)),
    st.builds(Restore, people, st.sampled_from(sorted(RECORDS)), st.integers(0, 6)),
    st.builds(Delete, people, st.sampled_from(sorted(RECORDS)), st.booleans()),
    st.builds(Undo, people, st.integers(0, 4), st.booleans()),
)


@pytest.fixture
def world(tmp_path: Path) -> World:
    """All is loaded, and both people have signed in."""
    fixtures = tmp_path / "fixtures"
    fixtures.mkdir()
    people = {name: signed_in(Client(), name, *NAMES[name]) for name in NAMES}
    world = World(fixtures, people)
    load(world.write_files())
    Import(1, 0).take(world)
    for name in RECORDS:
        assert world.record(name), name
    _let_time_pass()
    return world


def _walk(world: World, plan: list[Any]) -> None:
    with transaction.atomic():
        own = World(world.folder, world.people, keys=dict(world.keys))
        for step in plan:
            check(own, step)
        transaction.set_rollback(True)


@dataclass(frozen=True)
class Overwrite:
    """What no step may do: write over what somebody saved, and say nothing of it."""

    def take(self, world: World) -> Outcome:
        System.objects.update(note="File 1")
        return Outcome("Loaded.")


def test_a_value_lost_unsaid_would_be_noticed(world: World) -> None:
    check(world, Edit("ada", ("system", "note"), "mine"))
    assert world.ledger == {("system", "note"): "ada 2"}
    with pytest.raises(AssertionError, match="ada 2"):
        check(world, Overwrite())


@pytest.mark.drill
def test_no_saved_value_is_lost_unsaid(world: World) -> None:
    @settings(often, max_examples=6, derandomize=True)
    @given(st.lists(steps, min_size=4, max_size=12))
    def walk(plan: list[Any]) -> None:
        _walk(world, plan)

    walk()


batch_steps = st.one_of(
    st.builds(Load, changes),
    st.builds(Load, changes),
    st.builds(Import, st.integers(1, 3), st.integers(0, 2)),
    st.builds(Restore, people, st.sampled_from(sorted(RECORDS)), st.integers(0, 6)),
    st.builds(Delete, people, st.sampled_from(sorted(RECORDS)), st.just(True)),
    st.builds(Undo, people, st.integers(0, 2), st.booleans()),
)


@pytest.mark.drill
def test_batches_undone_in_any_lawful_order_restore_every_file(world: World) -> None:
    first_facts, first_files = facts(), files(Client())

    @settings(often, max_examples=4, derandomize=True)
    @given(st.lists(batch_steps, min_size=3, max_size=6), st.randoms(use_true_random=False))
    def walk(plan: list[Any], dice: random.Random) -> None:
        with transaction.atomic():
            _write_and_undo(world, plan, dice)
            assert facts() == first_facts
            assert files(Client()) == first_files
            transaction.set_rollback(True)

    walk()


def _write_and_undo(world: World, plan: list[Any], dice: random.Random) -> None:
    own = World(world.folder, world.people, keys=dict(world.keys))
    before = set(Batch.objects.values_list("pk", flat=True))
    for step in plan:
        step.take(own)
        _let_time_pass()
    _undo_in_any_order(list(Batch.objects.exclude(pk__in=before)), dice)


def _undo_in_any_order(batches: list[Batch], dice: random.Random) -> None:
    """Undo each batch, at a moment at which that is not refused."""
    while batches:
        order = dice.sample(batches, len(batches))
        results = ((batch, undo.undo_batch(batch, others=False, command="undo")) for batch in order)
        done = next((batch for batch, result in results if result.batch), None)
        if done is None:
            break
        batches.remove(done)
        _let_time_pass()
    for batch in batches:
        assert undo.undo_batch(batch, others=False, dry_run=True).count == 0


@pytest.mark.parametrize("in_list", [True, False])
def test_a_function_deleted_with_its_links_names_the_confirmation_that_it_ends(
    world: World, in_list: bool
) -> None:
    check(world, Edit("ada", ("contract", "confirmed_on"), "mine"))
    assert ("contract", "confirmed_on") in world.ledger
    check(world, Delete("bo", "function", in_list))
    assert ("contract", "confirmed_on") not in world.ledger
    assert world.record("contract").confirmed_on is None
