"""Writing rows by their natural key: bulk, quiet where nothing differs, and naming the culprit."""

from collections.abc import Iterator
from typing import Any

import pghistory
import pghistory.models
import pytest
from django.apps import apps
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils.text import slugify

from citytools.imports import ImportCounts, ImportRun
from citytools.imports.csv_reader import CsvRow
from citytools.imports.table_writer import RecordDraft
from systems.models import Ownership, Product, ProductFunction, Supplier, System
from tests import factories

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _by_a_program() -> Iterator[None]:
    """What these tests write, a load may change: without a context it would be a person's."""
    with pghistory.context(command="load"):
        yield


def draft(place: str = "row 2", **values: Any) -> RecordDraft:
    return RecordDraft(CsvRow("suppliers.csv", place, {}), values)


def faults(*drafts: RecordDraft) -> list[str]:
    return [str(fault) for draft in drafts for fault in draft.line.log]


def drafts(*names: str) -> list[RecordDraft]:
    return [
        draft(f"row {row}", name=name, slug=slugify(name))
        for row, name in enumerate(names, start=2)
    ]


def events() -> int:
    kinds = [kind for kind in apps.get_models() if issubclass(kind, pghistory.models.Event)]
    return sum(kind._default_manager.count() for kind in kinds)


def system_draft(**values: Any) -> RecordDraft:
    linked = {"borough": factories.borough(), "product": factories.product()}
    return draft(**factories.SOURCE | linked | {"function": factories.function()} | values)


def test_new_rows_are_created_in_the_order_of_their_drafts() -> None:
    run = ImportRun()
    written = run.upsert(Supplier, drafts("Zebra", "Ape"), key=["slug"])
    assert [record.name for _, record in written] == ["Zebra", "Ape"]
    assert all(record.pk for _, record in written)
    assert run.counts == {"suppliers.csv": ImportCounts(created=2)}


def test_a_row_that_says_the_same_is_left_alone() -> None:
    ImportRun().upsert(Supplier, drafts("Ape"), key=["slug"])
    before, run = events(), ImportRun()
    run.upsert(Supplier, drafts("Ape"), key=["slug"])
    assert run.counts == {"suppliers.csv": ImportCounts(unchanged=1)}
    assert events() == before


def test_only_rows_that_differ_are_written() -> None:
    ImportRun().upsert(Supplier, drafts("Ape", "Zebra"), key=["slug"])
    before, run = events(), ImportRun()
    run.upsert(Supplier, [*drafts("Ape"), draft(name="ZEBRA", slug="zebra")], key=["slug"])
    assert run.counts == {"suppliers.csv": ImportCounts(changed=1, unchanged=1)}
    assert events() == before + 1
    assert Supplier.objects.get(slug="zebra").name == "ZEBRA"


def test_what_a_draft_does_not_say_stays() -> None:
    factories.supplier(name="Ape", slug="ape", note="Kept.")
    ImportRun().upsert(Supplier, [draft(name="APE", slug="ape")], key=["slug"])
    assert Supplier.objects.get().note == "Kept."


def test_writing_takes_as_many_queries_for_many_rows_as_for_one() -> None:
    counts = []
    for names in (["One"], [f"Name {number}" for number in range(50)]):
        with CaptureQueriesContext(
            connection,
        ) as queries:
            ImportRun().upsert(Supplier, drafts(*names), key=["slug"])
        counts.append(len(queries))
    assert counts[0] == counts[1]


def test_a_record_may_be_spoken_of_once_in_all_files() -> None:
    run = ImportRun()
    run.upsert(Supplier, drafts("Ape"), key=["slug"])
    again = RecordDraft(CsvRow("demo.csv", "row 7", {}), {"name": "Ape", "slug": "ape"})
    assert not run.upsert(Supplier, [again], key=["slug"])
    (fault,) = faults(again)
    assert fault.startswith("demo.csv, row 7: suppliers.csv, row 2 is about the same record.")


def test_a_value_the_model_refuses_is_named_by_its_column() -> None:
    nameless = draft(name="", slug="x y")
    ImportRun().upsert(Supplier, [nameless], key=["slug"], columns={"name": "company"})
    empty, no_slug = faults(nameless)
    assert empty.startswith("suppliers.csv, row 2, company: The cell is empty. Fill it in")
    assert no_slug.startswith("suppliers.csv, row 2, slug: Enter a valid “slug”")
    assert not Supplier.objects.exists()


def test_a_rule_of_the_model_is_named_by_its_column() -> None:
    unsourced = system_draft(source_kind="press")
    ImportRun().upsert(System, [unsourced], key=["borough", "product", "function"])
    (fault,) = faults(unsourced)
    assert "row 2, source_url: Give the source's address" in fault


def test_a_rule_about_a_value_at_fault_adds_no_second_fault() -> None:
    unsourced = system_draft(source_kind="press", source_url="")
    unsourced.line.wrong("source_url", "It is no address.", "Correct it.")
    ImportRun().upsert(System, [unsourced], key=["borough", "product", "function"])
    assert faults(unsourced) == ["suppliers.csv, row 2, source_url: It is no address. Correct it."]


def test_a_required_link_that_is_missing_is_named() -> None:
    unlinked = system_draft(product=None)
    ImportRun().upsert(System, [unlinked], key=["borough"])
    (fault,) = faults(unlinked)
    assert "row 2, product: The cell is empty." in fault


def test_all_that_only_the_database_refuses_is_named_by_row() -> None:
    rows = [draft(f"row {n}", name=name, slug=f"s{n}") for n, name in enumerate("aAbcB")]
    written = ImportRun().upsert(Supplier, rows, key=["slug"])
    assert [fault.partition(": ")[0] for fault in faults(*rows)] == [
        "suppliers.csv, row 1",
        "suppliers.csv, row 4",
    ]
    assert "A supplier of this name is already recorded." in faults(rows[1])[0]
    assert [record.name for _, record in written] == ["a", "b", "c"]
    assert Supplier.objects.count() == 3


def test_a_change_that_only_the_database_refuses_is_named_by_its_row() -> None:
    factories.supplier(name="Ape", slug="ape")
    factories.supplier(name="Zebra", slug="zebra")
    renamed = draft(name="Zebra", slug="ape")
    assert not ImportRun().upsert(Supplier, [renamed], key=["slug"])
    assert "row 2, name: Supplier with this Name already exists" in faults(renamed)[0]


def test_a_name_of_a_faulty_row_is_known_but_has_no_record() -> None:
    run, faulty = (
        ImportRun(),
        RecordDraft(CsvRow("s.csv", "row 2", {"name": "Ape"}), {"name": "Ape"}),
    )
    run.upsert(Supplier, [faulty], key=["slug"])
    other = CsvRow("aliases.csv", "row 2", {"supplier": "Ape", "owner": "Bear"})
    known = run.directory(Supplier, "name")
    assert "Ape" in known
    assert other.lookup("supplier", known, "s.csv") is None
    assert not other.log
    assert other.lookup("owner", known, "s.csv") is None
    assert len(other.log) == 1


def test_links_become_exactly_those_of_the_drafts() -> None:
    first, gone, new = (factories.function() for _ in range(3))
    product = factories.product(functions=[first, gone])
    other = factories.product(functions=[gone])
    run = ImportRun()
    links = [draft(product=product, function=function) for function in (first, new)]
    run.replace(
        ProductFunction, [(links[0].line, product)], links, owner="product", column="functions"
    )
    assert set(product.functions.all()) == {first, new}
    assert set(other.functions.all()) == {gone}
    assert list(run.counts.values()) == [ImportCounts(created=1, unchanged=1, removed=1)]


def test_an_owner_without_drafts_loses_its_links() -> None:
    product = factories.product(functions=[factories.function()])
    ImportRun().replace(
        ProductFunction, [(draft().line, product)], [], owner="product", column="functions"
    )
    assert not Product.objects.get(pk=product.pk).functions.exists()


def test_a_link_to_itself_is_refused_as_in_the_admin() -> None:
    alone = factories.supplier()
    itself = draft(supplier=alone, owner=alone, since="")
    ImportRun().upsert(Ownership, [itself], key=["supplier", "owner"])
    assert "row 2, owner: A supplier cannot own itself" in faults(itself)[0]
