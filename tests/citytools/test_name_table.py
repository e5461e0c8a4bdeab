"""The stored names: whatever writes, they are what the records say, in either world."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from django.core.management import call_command
from django.db import IntegrityError, connection, transaction
from django.db.models import Value
from django.db.models.functions import Concat
from hypothesis import given, settings
from hypothesis import strategies as st

from boroughs.models import Borough
from boroughs.search import _initials
from citytools.history import undo
from citytools.history.batches import batch
from citytools.models import Batch, SearchName
from citytools.search import name_table
from citytools.worlds import World, use_world
from contracts.models import Framework
from skills.models import Skill, SkillGroup
from systems.models import Function, Product, ProductAlias, ServiceArea, Supplier, SupplierAlias
from tests import factories
from tests.estate import small_london

pytestmark = pytest.mark.django_db
Stored = tuple[str, int, str, str, float, bool]


def told() -> set[Stored]:
    """Every name by a reading of the records in Python, record by record."""
    names: set[Stored] = set()
    for area in [*ServiceArea.objects.all(), *Function.objects.all()]:
        kind = "function" if isinstance(area, Function) else "service area"
        names.add((kind, area.pk, "name", area.name, 1.0, False))
        words = re.split(r";\s*", area.also_called)
        names |= {(kind, area.pk, "also", word, 0.98, False) for word in words}
    for thing in [*Product.objects.all(), *Supplier.objects.all()]:
        kind = type(thing).__name__.lower()
        names.add((kind, thing.pk, "name", thing.name, 1.0, thing.illustrative))
        for alias in thing.aliases.all():
            role = "other or former name"
            if isinstance(alias, SupplierAlias):
                role = "former" if alias.kind == SupplierAlias.Kind.FORMER else "also"
            names.add((kind, thing.pk, role, alias.name, 0.98, thing.illustrative))
    for framework in Framework.objects.all():
        for role, term in (("name", framework.name), ("code", framework.reference)):
            names.add(("framework", framework.pk, role, term, 1.0, framework.illustrative))
    names |= {("skill", skill.pk, "name", skill.name, 1.0, False) for skill in Skill.objects.all()}
    groups = SkillGroup.objects.all()
    names |= {("skill group", group.pk, "name", group.name, 1.0, False) for group in groups}
    return {name for name in names if re.search(r"\w|&", name[3])}


def stored() -> set[Stored]:
    """The stored names but for those of bodies."""
    names = SearchName.objects.exclude(kind="borough")
    rows = names.values_list("kind", "record", "role", "term", "weight", "illustrative")
    assert len(rows) == len(set(rows))
    return set(rows)


def body_names() -> set[tuple[int, str, str]]:
    """Names of bodies as they are stored."""
    return set(SearchName.objects.filter(kind="borough").values_list("record", "role", "term"))


def bodies_told() -> set[tuple[int, str, str]]:
    """The same, read from the bodies; their initials by SQL, which `test_search` holds."""
    names: set[tuple[int, str, str]] = set()
    initials = {f"initials_{n}": text for n, text in enumerate(_initials())}
    for body in Borough.objects.annotate(**initials):
        first = body.name.partition(" and ")[0].partition(" upon ")[0]
        codes = {body.code, body.gss_code, *(getattr(body, name) for name in initials)}
        names |= {(body.pk, "code", code) for code in codes}
        names |= {(body.pk, "name", body.name), (body.pk, "council", f"{body.name} Council")}
        names |= {(body.pk, "also", body.official_name), (body.pk, "also", first)}
        names.add((body.pk, "in", body.partnership))
    return {name for name in names if re.search(r"\w", name[2])}


def hold() -> None:
    """What is stored is what is told, and spelt as the SQL functions spell it."""
    with use_world(World.BOTH):
        assert stored() == told()
        assert body_names() == bodies_told()
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT count(*) FROM citytools_searchname WHERE words <> search_words(term) "
                "OR text <> search_text(term) OR words = '' "
                "OR squashed <> "
                "array_to_string(array_remove(string_to_array(words, ' '), 'and'), '')"
            )
            assert cursor.fetchone() == (0,)


def london() -> None:
    small_london(rows=8)
    product, supplier = Product.objects.all()[0], Supplier.objects.all()[0]
    factories.product_alias("Former & Sons", product)
    factories.supplier_alias("Gone Ltd", supplier, kind=SupplierAlias.Kind.FORMER)
    factories.supplier_alias("Also Ltd", supplier)
    factories.framework("Frame-work", reference="RM 12")
    maker = factories.supplier("Shamco", illustrative=True)
    factories.supplier_alias("Hoaxco", maker)
    factories.product_alias("Hoax", factories.product("Sham", illustrative=True, manufacturer=None))
    Function.objects.update(also_called="GIS; mapping;maps ")


def test_a_city_is_stored_name_by_name() -> None:
    london()
    assert len(stored()) > 15
    assert ("supplier", Supplier.objects.get(name="Shamco").pk) in {row[:2] for row in stored()}
    hold()


def rename(name: str) -> None:
    for model in (Product, Supplier, Function, ServiceArea, Framework, Skill, SkillGroup, Borough):
        row: Any = model.objects.order_by("pk")[0]
        model.objects.filter(pk=row.pk).update(name=name[:60])


def swap_aliases() -> None:
    """Each alias becomes another record's."""
    ProductAlias.objects.update(product=Product.objects.order_by("-pk")[0])
    SupplierAlias.objects.update(supplier=Supplier.objects.order_by("-pk")[0])


def turn_worlds() -> None:
    """What was invented is real, and the other way about; both with their other names."""
    loose: list[Any] = [factories.product("Real", manufacturer=None), factories.supplier("Real")]
    factories.product_alias("Once", loose[0])
    factories.supplier_alias("Once", loose[1])
    hold()
    invented = [*Product.objects.filter(illustrative=True)]
    invented += [*Supplier.objects.filter(illustrative=True)]
    for record in [*loose, *invented]:
        record.illustrative = not record.illustrative
        record.save()


def in_sql() -> None:
    with connection.cursor() as cursor:
        cursor.execute("UPDATE systems_product SET name = name || ' II', note = 'new'")
        cursor.execute("DELETE FROM systems_supplieralias")
        cursor.execute("UPDATE systems_function SET also_called = 'one; two' WHERE id % 2 = 0")
        cursor.execute("UPDATE boroughs_borough SET partnership = 'Far and Wide'")


def new_primary_key() -> None:
    SkillGroup.objects.filter(skills=None).delete()
    group = factories.skill_group("A group")
    SkillGroup.objects.filter(pk=group.pk).update(id=group.pk + 1000)


def empty() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("TRUNCATE systems_productalias, systems_supplieralias")


WRITINGS: list[Callable[[], Any]] = [
    lambda: rename("Hammersmith & Fulham’s É-mail"),
    lambda: rename("…"),
    lambda: Product.objects.bulk_create(
        [Product(name=f"Bulk {n}", slug=f"bulk-{n}") for n in range(3)]
    ),
    lambda: Supplier.objects.bulk_create(
        [Supplier(name=supplier.name, slug=supplier.slug) for supplier in Supplier.objects.all()],
        update_conflicts=True,
        update_fields=["slug"],
        unique_fields=["name"],
    ),
    lambda: ProductAlias.objects.all().delete(),
    lambda: Product.objects.filter(systems=None).delete(),
    lambda: Framework.objects.filter(contracts=None).delete(),
    swap_aliases,
    turn_worlds,
    in_sql,
    new_primary_key,
    empty,
]


@pytest.mark.parametrize("write", WRITINGS, ids=range(len(WRITINGS)))
def test_whatever_writes_the_names_follow(write: Callable[[], Any]) -> None:
    london()
    hold()
    with use_world(World.BOTH):
        write()
    hold()


def test_a_visitor_s_world_takes_nothing_from_the_other() -> None:
    london()
    with use_world(World.EVIDENCE):
        Product.objects.filter(name="Sham").update(name="Seen")  # there is none to be seen
        Supplier.objects.filter(illustrative=False).update(name=Concat("name", Value(" plc")))
    with use_world(World.EVIDENCE):
        assert not {row for row in stored() if row[5]}
    hold()


def test_names_come_back_with_what_was_undone() -> None:
    london()
    before = stored()
    with use_world(World.BOTH):
        with batch(Batch.Kind.ACTION, command="a test") as written:
            rename("Another")
            ProductAlias.objects.all().delete()
            factories.product("New one")
        hold()
        assert stored() != before
        undo.undo_batch(written, others=True, command="undo")
    assert stored() == before
    hold()


def test_a_write_that_is_refused_leaves_the_names() -> None:
    london()
    before = stored()
    with pytest.raises(IntegrityError), transaction.atomic():
        Product.objects.update(name="The same")
    assert stored() == before


def test_names_of_inventions_are_forgotten_with_them() -> None:
    london()
    call_command("forget_demonstration", verbosity=0)
    assert not SearchName.objects.filter(illustrative=True).exists()
    hold()


@pytest.mark.drill
def test_names_of_a_load_are_what_the_files_say() -> None:
    call_command("load", verbosity=0)
    hold()
    call_command("forget_demonstration", verbosity=0)
    assert not SearchName.objects.filter(illustrative=True).exists()
    hold()


def test_a_fresh_computation_is_the_same() -> None:
    london()
    before = set(SearchName.objects.values_list("source", "source_id", "role", "term", "text"))
    name_table.rebuild()
    after = set(SearchName.objects.values_list("source", "source_id", "role", "term", "text"))
    assert before == after


names = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=60)


@settings(max_examples=30)
@given(names.filter(str.strip))
def test_any_name_is_stored_or_holds_no_word(name: str) -> None:
    supplier = factories.supplier(name=name)
    alias = factories.supplier_alias(name=name, known=supplier)
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT search_words(%s)", [name])
            words = cursor.fetchone()[0]
        found = SearchName.objects.filter(kind="supplier", record=supplier.pk)
        assert {row.words for row in found} == ({words} if words else set())
    finally:
        alias.delete()
        supplier.delete()
    assert not SearchName.objects.filter(kind="supplier", record=supplier.pk).exists()
