"""Keys and slugs: made once, the same whatever a record becomes, and found by former ones."""

import re
import unicodedata
from importlib import import_module
from pathlib import Path
from typing import Any

import icalendar
import pytest
from django.apps import apps
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from hypothesis import given
from hypothesis import strategies as st

from citytools.facts.provenance import SourceKind
from contracts.models import Contract
from research.models import Finding
from skills.models import PastLevel, SkillLevel
from systems.models import Product, Supplier, System
from tests import factories
from tests.loading import SMALL, load
from tests.pages import rows, text_of

pytestmark = pytest.mark.django_db


def test_a_fact_is_called_by_what_it_is() -> None:
    system = factories.system(
        borough=factories.borough("Camden"),
        function=factories.function("Committee management"),
        product=factories.product("Modern.Gov"),
    )
    assert system.key == "camden-committee-management-modern-gov"
    contract = factories.contract(
        title="Children’s & adults’ care: a long title that goes on for more than sixty letters",
        lead=factories.borough("Barnet"),
        starts_on="2025-04",
    )
    start = "barnet-childrens-and-adults-care-a-long-title-that-goes-on-for-more"
    assert contract.key == f"{start}-2025"
    level = factories.skill_level()
    assert level.key == f"{level.borough.slug}-{level.skill.slug}"


def test_a_clash_takes_the_next_number() -> None:
    lead = factories.borough("Camden")
    contracts = [
        factories.contract(lead=lead, title="Parking", starts_on=day)
        for day in ("2025-01-01", "2025-06-01", "2025-07", "")
    ]
    assert [contract.key for contract in contracts] == [
        *("camden-parking-2025", "camden-parking-2025-2", "camden-parking-2025-3"),
        "camden-parking",
    ]
    made = Contract.objects.bulk_create(
        Contract(lead=lead, title="Rents", starts_on=day, source_kind=SourceKind.RETURN,
                 as_of="2026", confidence="high")
        for day in ("2026-01-01", "2026-02-01")
    )  # fmt: skip
    assert [contract.key for contract in made] == ["camden-rents-2026", "camden-rents-2026-2"]


def test_a_key_can_stand_in_an_address_whatever_the_slugs() -> None:
    system = factories.system(
        borough=factories.borough(slug="café"), product=factories.product(slug="日本 _?/")
    )
    assert re.fullmatch("cafe-[a-z0-9-]+", system.key)
    assert system.get_absolute_url() == f"/systems/{system.key}/"


def test_what_sql_writes_has_a_key_too() -> None:
    contract = factories.contract(title="Parking", starts_on="2025")
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO contracts_contract (title, reference, ocid, award_id, lead_id, department,"
            " starts_on, ends_on, rolling, stage, extension_until, includes_services, vat, route,"
            " source_kind, source_url, as_of, confidence, note) SELECT 'By hand', '', '', '',"
            " lead_id, '', '2026', '', false, '', '', false, '', '', source_kind, source_url,"
            " as_of, confidence, note"
            " FROM contracts_contract"
        )
    assert Contract.objects.get(title="By hand").key == f"{contract.lead.slug}-by-hand-2026"


def test_nothing_that_becomes_of_a_record_changes_its_key() -> None:
    system, contract = factories.system(), factories.contract(title="Parking")
    keys = system.key, contract.key
    system.product = factories.product("Another")
    system.save()
    Product.objects.filter(pk=system.product.pk).update(slug="renamed")
    Contract.objects.update(title="Something else", starts_on="2020", key="")
    contract.refresh_from_db()
    system.refresh_from_db()
    assert (system.key, contract.key) == keys


def test_a_level_that_a_later_return_replaced_keeps_a_key_of_its_own() -> None:
    level = factories.skill_level(as_of="2025-03")
    SkillLevel.objects.filter(pk=level.pk).update(as_of="2026-03", level=4)
    past = PastLevel.objects.get()
    assert past.key == f"{level.key}-2025-03"


@given(st.text(max_size=90))
def test_the_database_writes_a_title_as_an_address_would(title: str) -> None:
    if "\x00" in title:
        return
    with connection.cursor() as cursor:
        cursor.execute("SELECT key_part(%s, 60)", [title])
        (part,) = cursor.fetchone()
    assert part is None or re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", part)
    assert len(part or "") <= 60
    # A second computation, for texts whose letters have no table of their own
    if title.isascii():
        words = title.lower().replace("'", "").replace("`", "").replace("&", " and ")
        expected = "-".join(re.findall(r"[a-z0-9]+", unicodedata.normalize("NFC", words)))
        assert (part or "") == expected[:60].rstrip("-")


def moved(client: Client, address: str) -> str:
    response = client.get(address)
    assert response.status_code == 301, (address, response.status_code)
    return str(response["Location"])


def test_an_address_with_a_number_leads_to_the_one_with_the_key(client: Client) -> None:
    system, contract = factories.system(), factories.contract()
    assert moved(client, f"/systems/{system.pk}/?a=1&b=é") == f"/systems/{system.key}/?a=1&b=%C3%A9"
    page = f"/contracts/{contract.key}/"
    assert moved(client, f"/contracts/{contract.pk}/") == page
    for suffix in ("ics", "atom"):
        feed = f"contract.{suffix}"
        assert moved(client, f"/contracts/{contract.pk}/{feed}") == page + feed
        assert client.get(page + feed).status_code == 200
    assert client.get(f"/contracts/{contract.pk + 1}/").status_code == 404


def rename(record: Any, slug: str) -> None:
    type(record).objects.filter(pk=record.pk).update(slug=slug)


def test_a_renamed_supplier_is_found_everywhere_by_its_former_slug(client: Client) -> None:
    idox = factories.supplier("Idox", slug="idox")
    contract = factories.contract(supplier=idox, ends_on="2027-03-31", notice_months=6)
    factories.contract(ends_on="2027-03-31", notice_months=6)
    product = factories.product("Uniform", manufacturer=idox)
    system = factories.system(product=product)
    bookmark = {
        "supplier": "idox",
        "product": product.slug,
        "borough": system.borough.slug,
    }
    rename(idox, "idox-plc")
    rename(product, "idox-uniform")
    rename(system.borough, "renamed")
    assert moved(client, "/systems/suppliers/idox/?group=no") == (
        "/systems/suppliers/idox-plc/?group=no"
    )
    assert moved(client, "/systems/suppliers/idox/failure/").endswith("/idox-plc/failure/")
    assert moved(client, "/boroughs/" + bookmark["borough"] + "/brief/") == (
        "/boroughs/renamed/brief/"
    )
    assert [row["system_id"] for row in rows(client, "/systems/systems.csv", bookmark)] == [
        system.key
    ]
    page = client.get("/systems/", bookmark)
    assert page.status_code == 200
    assert [chip.value for chip in page.context["listing"].filterset.chips] == [
        str(system.borough), "Uniform", "Idox",
    ]  # fmt: skip
    calendar = client.get("/contracts/contracts.ics", {"supplier": "idox"})
    events = icalendar.Calendar.from_ical(calendar.content).walk("VEVENT")
    assert {str(event["UID"]).split("-act-by")[0].split("-end")[0] for event in events} == {
        f"contract-{contract.key}"
    }
    feed = client.get("/contracts/contracts.atom", {"supplier": "idox"})
    assert text_of(feed).count("<entry>") == 1
    assert client.get("/systems/", {"supplier": "idoxx"}).status_code == 400


def test_every_kind_of_page_is_found_by_a_former_slug(client: Client) -> None:
    finding = factories.finding(published_on="2026-01-01")
    pages: dict[Any, str] = {
        factories.borough(): "/boroughs/{}/",
        factories.product(): "/systems/products/{}/",
        factories.function(): "/functions/{}/",
        factories.framework(): "/contracts/frameworks/{}/",
        factories.skill(): "/skills/{}/",
        finding: "/research/findings/{}/",
        factories.case_study(published_on="2026-01-01"): "/research/case-studies/{}/",
    }
    for record, address in pages.items():
        former = record.slug
        rename(record, f"{former}-renamed")
        assert moved(client, address.format(former)) == address.format(f"{former}-renamed")
    assert moved(client, f"/research/findings/{finding.slug}/finding.json").endswith(
        "-renamed/finding.json"
    )


def test_a_former_slug_shows_no_draft(client: Client) -> None:
    draft = factories.finding(published_on=None)
    rename(draft, "secret-plan")
    assert client.get(f"/research/findings/{draft.slug}/").status_code == 404
    assert Finding.objects.get().slug == "secret-plan"


def test_a_slug_belongs_to_whoever_has_it_now(client: Client) -> None:
    first, second = factories.supplier(slug="acme"), factories.supplier(slug="other")
    rename(first, "acme-old")
    rename(second, "acme")
    assert client.get("/systems/suppliers/acme/").context["supplier"] == second
    rename(second, "acme-new")
    # Nobody has it: the last that had it is meant
    assert moved(client, "/systems/suppliers/acme/") == "/systems/suppliers/acme-new/"
    Supplier.objects.filter(pk=second.pk).delete()
    assert moved(client, "/systems/suppliers/acme/") == "/systems/suppliers/acme-old/"


def test_boroughs_are_known_by_their_gss_codes(client: Client) -> None:
    system = factories.system()
    factories.system()
    query = {"borough": system.borough.gss_code}
    assert [row["system_id"] for row in rows(client, "/systems/systems.csv", query)] == [system.key]


def test_any_number_of_unknown_slugs_takes_a_few_queries(client: Client) -> None:
    slugs = [f"none-{number}" for number in range(300)] + ["a\x00b", "é" * 200]
    with CaptureQueriesContext(connection) as queries:
        response = client.get("/systems/systems.csv", {"supplier": slugs})
    assert response.status_code == 400
    assert len(queries) < 12


def test_a_row_at_the_top_of_a_file_changes_no_other_key(tmp_path: Path) -> None:
    for name, text in SMALL.items():
        (tmp_path / name).write_text(text)
    load(tmp_path)
    before = (
        dict(System.objects.values_list("key", "pk")),
        dict(Contract.objects.values_list("key", "pk")),
    )
    for name, row in (
        ("systems.csv", "north-lettings-fixer,north,Lettings,Fixer,,,,,,,,return,,2026,high,"),
        ("contracts.csv", f"south-new-2026,south,,New{7 * ','}2026,,no{9 * ','}return,,2026,high,"),
    ):  # fmt: skip
        header, *others = SMALL[name].splitlines()
        (tmp_path / name).write_text("\n".join([header, row, *others, ""]))
    load(tmp_path)
    assert before[0].items() < dict(System.objects.values_list("key", "pk")).items()
    assert before[1].items() < dict(Contract.objects.values_list("key", "pk")).items()


def test_a_product_renamed_in_a_file_renames_the_record(tmp_path: Path) -> None:
    for name, text in SMALL.items():
        (tmp_path / name).write_text(text)
    load(tmp_path)
    keys = set(System.objects.values_list("key", flat=True))
    for name in ("products.csv", "systems.csv", "needs.csv"):
        text = (tmp_path / name).read_text()
        (tmp_path / name).write_text(text.replace("Fixer,", "Fixer Pro,"))
    load(tmp_path)
    assert Product.objects.get().name == "Fixer Pro"
    assert set(System.objects.values_list("key", flat=True)) == keys


def test_no_text_has_a_second_index_for_like_and_an_older_database_loses_its() -> None:
    migration: Any = import_module("citytools.migrations.0006_no_like_indexes")
    with connection.cursor() as cursor:
        cursor.execute(migration.FIND)
        assert cursor.fetchall() == []
        cursor.execute('CREATE INDEX "a_like" ON systems_system (key varchar_pattern_ops)')
        cursor.execute(migration.FIND)
        assert cursor.fetchall() == [("a_like",)]
        with connection.schema_editor() as schema_editor:
            migration.drop_like_indexes(apps, schema_editor)
        cursor.execute(migration.FIND)
        assert cursor.fetchall() == []
