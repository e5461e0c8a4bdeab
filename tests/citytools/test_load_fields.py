"""A load writes field by field: what staff wrote stays and is listed, or gives way by name."""

import re
from collections.abc import Callable
from io import StringIO
from typing import Any

import pghistory
import pytest
from django.contrib.auth.models import User
from django.core.management import CommandError, call_command
from django.db import connection, models
from django.test import Client

from citytools.imports import ImportRun, import_report
from citytools.imports.csv_reader import CsvRow
from citytools.imports.table_writer import RecordDraft
from citytools.models import Batch
from contracts.models import Contract, ContractPartner
from systems.models import Product, ProductAlias, Supplier, SupplierAlias, System
from tests import factories
from tests.loading import Folder, events, load, row, swap
from tests.staff import address, confirmed, signed_in

pytestmark = pytest.mark.django_db

WHEN = r"on \d+ \w+ \d{4}, \d\d:\d\d"


def lines(report: str, heading: str) -> list[str]:
    """The lines of a list in the report."""
    match = re.search(rf"^{heading} \(\d+\):\n((?:- .*\n)+)", report, re.MULTILINE)
    return [line.removeprefix("- ") for line in match[1].splitlines()] if match else []


def signed_in_user(client: Client) -> User:
    """The account of an officer who has signed in."""
    signed_in(client)
    return User.objects.get()


def edit(client: Client, record: models.Model, **fields: Any) -> None:
    """As an officer: open the form, change some fields, save."""
    if not User.objects.filter(username="ada").exists():
        signed_in(client)
    confirmed(client, address(type(record), "change", record.pk), fields)


def contracts(*changes: tuple[str, str]) -> tuple[str, Callable[[str], str]]:
    def change(text: str) -> str:
        for old, new in changes:
            text = swap(old, new)(text)
        return text

    return "contracts.csv", change


def test_an_edit_of_one_field_stays_and_the_file_changes_the_others(
    folder: Folder, client: Client
) -> None:
    load(folder())
    edit(client, Contract.objects.get(), ends_on="2028-03")
    said = load(folder(*contracts(("2027-03-31", "2027-09"), (",6,1200.50", ",9,1500.00"))))
    contract = Contract.objects.get()
    assert (contract.ends_on, contract.notice_months) == ("2028-03", 9)
    assert str(contract.annual_value) == "1500.00"
    (line,) = lines(said, "Left to staff")
    assert re.fullmatch(
        r"fixtures/contracts\.csv, row 2 “Repairs \(North\)”, ends_on: stays “2028-03” "
        rf"\(changed by Ada Obi {WHEN}\)\. The file says “2027-09”\.",
        line,
    )
    assert re.search(r"^fixtures/contracts\.csv +0 +1 +5 +1 +0 +0$", said, re.MULTILINE)


def test_a_second_load_lists_the_same_and_writes_nothing(folder: Folder, client: Client) -> None:
    load(folder())
    edit(client, Contract.objects.get(), ends_on="2028-03")
    first = load(folder())
    before = events()
    assert lines(load(folder()), "Left to staff") == lines(first, "Left to staff")
    assert events() == before


def test_what_staff_and_file_agree_on_waits_for_nobody(folder: Folder, client: Client) -> None:
    load(folder())
    edit(client, Contract.objects.get(), ends_on="2028-03", confirmed_on="2026-10-01")
    fixtures = folder(*contracts(("2027-03-31", "2028-03")))
    call_command("load", "--demo", "no", "--from", str(fixtures))


def test_what_staff_changed_back_is_the_files_again(folder: Folder, client: Client) -> None:
    load(folder())
    for hosting in ("on_premises", "saas"):
        edit(client, System.objects.get(borough__slug="north"), hosting=hosting)
    said = load(folder("systems.csv", swap("saas", "supplier_hosted")))
    assert System.objects.get(borough__slug="north").hosting == "supplier_hosted"
    assert "Left to staff" not in said


def test_a_version_that_staff_restored_stays(folder: Folder, client: Client) -> None:
    load(folder())
    load(folder("systems.csv", swap("2019-04", "2020")))
    system = System.objects.get(borough__slug="north")
    event: Any = System.pgh_event_model.objects.filter(pgh_obj_id=system.pk).earliest("pgh_id")  # type: ignore[attr-defined]
    confirmed(signed_in(client), address(System, "restore", system.pk, event.pgh_id))
    said = load(folder("systems.csv", swap("2019-04", "2020")))
    assert System.objects.get(pk=system.pk).live_since == "2019-04"
    assert "live_since: stays “2019-04” (changed by Ada Obi" in said


def test_a_query_and_a_shell_count_as_people(folder: Folder) -> None:
    load(folder())
    with pghistory.context(user=User.objects.create_user("ada").pk):
        System.objects.filter(borough__slug="south").update(users=7)
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('pghistory.context_id', '', true)")
        cursor.execute("UPDATE systems_supplier SET note = 'By hand.'")
    said = lines(load(folder()), "Left to staff")
    assert any("users: stays “7” (changed by ada" in line for line in said)
    assert any("note: stays “By hand.” (changed directly in the database" in line for line in said)
    assert "The file says empty." in said[0]


def test_a_renamed_slug_stays_and_its_row_still_means_the_same_record(
    folder: Folder, client: Client
) -> None:
    load(folder())
    edit(client, Supplier.objects.get(), slug="acme-group")
    said = load(folder("suppliers.csv", swap("Acme,acme,,", "Acme,acme,01234567,")))
    supplier = Supplier.objects.get()
    assert (supplier.slug, supplier.company_number) == ("acme-group", "01234567")
    assert "slug: stays “acme-group”" in said


def test_a_value_that_a_rule_forbids_beside_staffs_own_waits(
    folder: Folder, client: Client
) -> None:
    load(folder())
    edit(client, Contract.objects.get(), starts_on="2027")
    said = load(folder(*contracts(("2027-03-31", "2026-03-31"), (",6,1200", ",9,1200"))))
    contract = Contract.objects.get()
    assert (contract.starts_on, contract.ends_on, contract.notice_months) == (
        "2027", "2027-03-31", 6,
    )  # fmt: skip
    assert "cannot stand beside what people wrote: The contract ends before it starts." in said
    assert len(lines(said, "Left to staff")) == 3


def test_links_are_left_one_by_one(folder: Folder, client: Client) -> None:
    load(folder())
    contract, east = Contract.objects.get(), factories.borough("East")
    with pghistory.context(user=signed_in_user(client).pk):
        ContractPartner.objects.all().delete()
        contract.systems.remove(System.objects.get(borough__slug="south"))
        contract.partners.add(east)
    said = load(folder(*contracts(("Lettings,north-repairs-fixer; ", ",north-repairs-fixer; "))))
    assert [*contract.partners.all()] == [east]
    assert [str(system.borough) for system in contract.systems.all()] == ["North"]
    assert [str(function) for function in contract.functions.all()] == ["Repairs"]
    assert any(
        line.startswith(
            "fixtures/contracts.csv, row 2 “Repairs (North)”, partners: “East” stays "
            "(recorded by Ada Obi on"
        )
        for line in lines(said, "Left to staff")
    )
    deleted = lines(said, "Deleted by staff")
    assert any("partners: “South” is not brought back (deleted by Ada" in line for line in deleted)
    assert any(re.search("systems: “.*South.*” is not brought back", line) for line in deleted)
    assert re.search(r"^fixtures/contracts\.csv +0 +0 +3 +\d +2 +1$", said, re.MULTILINE)


def test_a_link_that_staff_moved_stays_and_is_listed_once(folder: Folder, client: Client) -> None:
    load(folder())
    with pghistory.context(user=signed_in_user(client).pk):
        ContractPartner.objects.update(borough=factories.borough("East"))
    said = load(folder())
    assert [str(partner) for partner in Contract.objects.get().partners.all()] == ["East"]
    (line,) = [line for line in lines(said, "Left to staff") if "partners" in line]
    assert "partners: stays “East” (changed by Ada Obi" in line


def test_names_of_products_and_suppliers_are_left_one_by_one(
    folder: Folder, client: Client
) -> None:
    load(folder())
    with pghistory.context(user=signed_in_user(client).pk):
        ProductAlias.objects.all().delete()
        ProductAlias.objects.create(product=Product.objects.get(), name="Mender 2")
        SupplierAlias.objects.update(kind="former_name")
    products = folder("products.csv", swap("Mender,", "Mender; Mend-It,"))
    said = load(products)
    assert {*ProductAlias.objects.values_list("name", flat=True)} == {"Mender 2", "Mend-It"}
    assert SupplierAlias.objects.get().kind == "former_name"
    (deleted,) = lines(said, "Deleted by staff")
    assert "row 2 “Mender”: the " in deleted
    assert "is not brought back (deleted by Ada Obi on" in deleted


@pytest.mark.parametrize("name", ["ends_on", "contracts.ends_on", "Repairs (North)"])
def test_a_field_or_a_record_is_taken_by_name(folder: Folder, client: Client, name: str) -> None:
    load(folder())
    edit(client, Contract.objects.get(), ends_on="2028-03", confirmed_on="2026-11-01")
    said = load(folder(), "--take", name)
    assert Contract.objects.get().ends_on == "2027-03-31"
    (line,) = lines(said, "Taken from the files, as --take says")
    assert re.search(
        rf"ends_on: now “2027-03-31”\. It was “2028-03” \(changed by Ada Obi {WHEN}\)\.$", line
    )
    assert "Left to staff" not in said
    before = events()
    load(folder())
    assert events() == before


def test_only_what_is_named_is_taken(folder: Folder, client: Client) -> None:
    load(folder())
    edit(client, Contract.objects.get(), ends_on="2028-03", notice_months="9")
    edit(client, Supplier.objects.get(), note="By staff.", company_number="01234567")
    said = load(folder(), "--take", "notice_months", "--take", "suppliers.note")
    assert (Contract.objects.get().ends_on, Contract.objects.get().notice_months) == ("2028-03", 6)
    assert (Supplier.objects.get().note, Supplier.objects.get().company_number) == ("", "01234567")
    assert len(lines(said, "Taken from the files, as --take says")) == 2


def test_what_staff_deleted_is_brought_back_by_name(folder: Folder, client: Client) -> None:
    load(folder())
    with pghistory.context(user=signed_in_user(client).pk):
        Contract.objects.all().delete()
        SupplierAlias.objects.all().delete()
    said = load(folder(), "--take", "Repairs (North)")
    assert Contract.objects.get().partners.count() == 1
    assert any(
        "“Repairs (North)”: the contract is back (deleted by Ada Obi on" in line
        for line in lines(said, "Taken from the files, as --take says")
    )
    assert not SupplierAlias.objects.exists()
    before = events()
    assert "Repairs" not in load(folder())
    assert events() == before


@pytest.mark.parametrize("name", ["partners", "contracts.partners", "Repairs (North)"])
def test_links_are_taken_by_column_or_record(folder: Folder, client: Client, name: str) -> None:
    load(folder())
    contract = Contract.objects.get()
    with pghistory.context(user=signed_in_user(client).pk):
        ContractPartner.objects.all().delete()
        contract.partners.add(factories.borough("East"))
    said = load(folder(), "--take", name)
    assert [str(partner) for partner in contract.partners.all()] == ["South"]
    taken = lines(said, "Taken from the files, as --take says")
    assert any("partners: “East” is removed (recorded by Ada Obi" in line for line in taken)
    assert any("partners: “South” is back (deleted by Ada Obi" in line for line in taken)


def test_a_name_that_nothing_has_is_refused_with_what_there_is(
    folder: Folder, client: Client
) -> None:
    load(folder())
    edit(client, Contract.objects.get(), ends_on="2028-03")
    with pytest.raises(CommandError) as error:
        load(folder(*contracts((",6,", ",9,"))), "--take", "end_on")
    assert str(error.value).startswith(
        "1 fault:\n--take\n"
        "  “end_on” is no field and no record of the files. Did you mean “ends_on”? "
    )
    assert "Nothing was loaded" in str(error.value)
    assert Contract.objects.get().notice_months == 6


def test_a_dry_run_says_the_same_and_writes_nothing(folder: Folder, client: Client) -> None:
    load(folder())
    edit(client, Contract.objects.get(), ends_on="2028-03")
    changed = folder(*contracts((",6,", ",9,")))
    before = events()
    dry = load(changed, "--dry-run")
    assert events() == before
    assert Contract.objects.get().notice_months == 6
    assert "Nothing was written: this was a dry run." in dry
    assert "To undo" not in dry
    real = load(changed)
    assert dry.splitlines()[:-1] == real.splitlines()[: len(dry.splitlines()) - 1]


@pytest.mark.parametrize("options", [[], ["--dry-run"]])
def test_the_exit_code_says_that_something_waits(
    folder: Folder, client: Client, options: list[str]
) -> None:
    load(folder())
    edit(client, Contract.objects.get(), ends_on="2028-03", confirmed_on="2026-11-01")
    fixtures = str(folder(*contracts((",6,", ",9,"))))
    with pytest.raises(CommandError, match=r"^1 thing waits for a decision\. ") as error:
        call_command("load", "--demo", "no", "--from", fixtures, *options)
    assert error.value.returncode == 2
    # It was loaded all the same, as far as it could be
    assert Contract.objects.get().notice_months == (6 if options else 9)
    call_command("load", "--demo", "no", "--from", fixtures, "--leave", *options)


def test_a_long_list_is_cut_with_the_newest_first(
    folder: Folder, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(import_report, "MAX_LINES_IN_LIST", 2)
    load(folder())
    edit(client, Contract.objects.get(), ends_on="2028-03", notice_months=9, department="Homes")
    said = load(folder())
    assert len(lines(said, "Left to staff")) == 3
    assert re.search(r"^- and \d more \(-v 2 names all\)$", said, re.MULTILINE)
    assert "more (-v 2" not in load(folder(), "-v", "2")


def test_a_key_finds_a_record_and_an_empty_one_leaves_the_natural_key_to(
    folder: Folder,
) -> None:
    """`stable_key` as files will have it; here the supplier's company number stands for it."""
    load(folder())

    def upsert(place: str, **values: str) -> ImportRun:
        run = ImportRun()
        draft = RecordDraft(CsvRow("suppliers.csv", place, {}), values)
        with pghistory.context(command="load"):
            run.upsert(Supplier, [draft], key=["slug"], stable_key="company_number")
        return run

    upsert("row 2", name="Acme", slug="acme", company_number="01234567")
    assert Supplier.objects.get().company_number == "01234567"
    upsert("row 2", name="Acme", slug="acme", company_number="")
    assert Supplier.objects.get().company_number == "01234567"
    upsert("row 2", name="Acme plc", slug="acme-plc", company_number="01234567")
    assert [*Supplier.objects.values_list("slug", "name")] == [("acme-plc", "Acme plc")]


def test_rows_that_people_added_are_compared_by_field_too(folder: Folder, client: Client) -> None:
    load(folder())
    with pghistory.context(user=signed_in_user(client).pk):
        Supplier.objects.create(name="Beta", slug="beta", note="By staff.")
    said = load(folder("suppliers.csv", row("Beta,beta,,,,,no")))
    assert Supplier.objects.get(slug="beta").note == "By staff."
    assert "“Beta”, note: stays “By staff.” (recorded by Ada Obi" in said


def test_a_load_undone_and_corrected_loads_as_if_it_had_never_been(
    folder: Folder, client: Client
) -> None:
    load(folder())
    edit(client, Contract.objects.get(), department="Homes")
    load(folder(*contracts(("2027-03-31", "2072-03-31"), ("north,south,", "north,,"))))
    assert not Contract.objects.get().partners.exists()
    call_command("undo", str(Batch.objects.latest("pk").pk), stdout=StringIO())
    contract = Contract.objects.get()
    assert (contract.ends_on, contract.partners.count()) == ("2027-03-31", 1)
    said = load(folder(*contracts(("2027-03-31", "2027-09-30"), ("north,south,", "north,,"))))
    contract = Contract.objects.get()
    assert (contract.ends_on, contract.department) == ("2027-09-30", "Homes")
    assert not contract.partners.exists()
    assert len(lines(said, "Left to staff")) == 1
    assert "Deleted by staff" not in said


def test_a_batch_counts_what_its_load_left(folder: Folder, client: Client) -> None:
    load(folder())
    edit(client, Contract.objects.get(), ends_on="2028-03")
    load(folder(*contracts((",6,", ",9,"))))
    counts = Batch.objects.latest("pk").counts
    assert counts["contracts.contract"] == {"changed": 1, "left": 1}
