"""Files: their columns, their cells, and that they hold the rows of the page, no more, no less."""

import csv
import io
from datetime import date
from decimal import Decimal

import pandas as pd
import pytest
from django.test import Client

from boroughs.models import Borough
from citytools.exports import export
from citytools.exports.tables import write_csv
from systems.filters import SYSTEM_COLUMNS
from systems.models import System
from tests import factories
from tests.pages import LISTS, column, rows, text_of

pytestmark = pytest.mark.django_db

SOURCE = "source_kind,source_url,as_of,confidence,confirmed_on"
HEADERS = {
    "/systems/systems.csv": "system_id,gss_code,borough,service_area,function,kind,product,"
    "manufacturer,hosting,status,live_since,users,satisfaction,intention,"
    + SOURCE
    + ",note,url,read_on,national_or_shared,"
    "companion,in_use,borough_slug,service_area_slug,function_slug,product_slug,supplier_slug",
    "/contracts/contracts.csv": "contract_id,gss_codes,boroughs,lead_borough,title,reference,"
    "supplier,service_areas,functions,products,starts_on,ends_on,extension_until,notice_months,"
    "act_by,annual_value,total_value,vat,route,framework," + SOURCE + ",rolling,ocid,award_id,"
    "note,url,read_on,stage,tender_value,includes_services,lead_slug,borough_slugs,"
    "supplier_slug,function_slugs,product_slugs,framework_slug,system_ids,"
    "act_by_earliest,act_by_latest,act_by_basis",
    "/skills/skills.csv": "gss_code,borough,group,skill,level,level_name,headcount,can_teach,"
    "wants_help," + SOURCE + ",previous_level,previous_as_of",
    "/boroughs/boroughs.csv": "gss_code,borough,slug,official_name,code,kind,inner_or_outer,"
    "partnership,population,population_year,households,systems,contracts,skill_levels,"
    "returned_systems,returned_contracts,returned_skills,"
    "complete_systems,complete_contracts,complete_skills",
    "/systems/products/products.csv": "product_id,product,slug,manufacturer,functions,other_names,"
    "systems,boroughs,illustrative,certainty,source,in_house_or_public",
    "/systems/suppliers/suppliers.csv": "supplier_id,supplier,slug,company_number,sme,vcse,"
    "other_names,products,systems,contracts,illustrative",
}


@pytest.mark.parametrize("address", HEADERS)
def test_an_empty_file_is_its_columns_alone_on_which_scripts_rely(
    client: Client, address: str
) -> None:
    assert text_of(client.get(address)) == HEADERS[address] + "\n"


def test_a_file_of_no_rows_at_all_is_its_header_too() -> None:
    file = io.BytesIO()
    write_csv(System.objects.none(), SYSTEM_COLUMNS, file)
    assert file.getvalue().decode() == HEADERS["/systems/systems.csv"] + "\n"


@pytest.mark.parametrize("address", HEADERS)
def test_a_file_is_a_download_with_its_length(client: Client, address: str) -> None:
    factories.contract(systems=[factories.system()])
    response = client.get(address)
    name = address.rsplit("/", 1)[-1]
    assert response["Content-Type"] == "text/csv; charset=utf-8"
    assert response["Content-Disposition"] == f'attachment; filename="{name}"'
    assert int(response["Content-Length"]) == len(text_of(response).encode())


def full_house() -> None:
    """Two rows at least in every list, some cells known and some not."""
    lead, partner = factories.borough("Camden"), factories.borough("Barnet")
    system = factories.system(borough=lead, live_since="2019-04", users=0, satisfaction=5)
    factories.system(borough=partner)
    factories.contract(lead=lead, partners=[partner], systems=[system], annual_value=1)
    factories.contract(rolling=True)
    factories.skill_level(borough=lead, can_teach=True)
    factories.skill_level(borough=partner, wants_help=False)


@pytest.mark.parametrize("address", HEADERS)
def test_pandas_reads_as_many_rows_as_the_csv_module(client: Client, address: str) -> None:
    full_house()
    text = text_of(client.get(address))
    in_plain = list(csv.reader(io.StringIO(text, newline="")))
    table = pd.read_csv(io.StringIO(text))
    assert len(table) == len(in_plain) - 1 >= 2
    assert list(table.columns) == HEADERS[address].split(",")
    assert {len(row) for row in in_plain} == {len(table.columns)}


@pytest.mark.parametrize("address", HEADERS)
def test_every_single_column_has_as_many_rows_as_the_file(client: Client, address: str) -> None:
    full_house()
    count = len(rows(client, address))
    for name in HEADERS[address].split(","):
        text = text_of(client.get(address, {"columns": name}))
        read = list(csv.reader(io.StringIO(text, newline="")))
        assert read[0] == [name]
        assert [len(row) for row in read] == [1] * (count + 1), name
        assert len(pd.read_csv(io.StringIO(text))) == count, name


FORMULAS = ["=1+1", "+44", "-1", "@SUM(A1)", "\tx", "\rx"]


@pytest.mark.parametrize("name", FORMULAS)
def test_a_text_that_a_spreadsheet_would_run_gets_an_apostrophe(client: Client, name: str) -> None:
    factories.contract(title=name, supplier=factories.supplier(name, slug="evil"))
    (row,) = rows(client, "/contracts/contracts.csv")
    assert row["title"] == row["supplier"] == f"'{name}"
    assert column(client, "/systems/suppliers/suppliers.csv", "supplier") == [f"'{name}"]


@pytest.mark.parametrize("name", ["a=1", "'=1", "1-2", "x@y", "Ωmega", "a\tb"])
def test_other_texts_are_left_as_they_are(client: Client, name: str) -> None:
    factories.contract(title=name)
    assert column(client, "/contracts/contracts.csv", "title") == [name]


def test_a_list_that_a_spreadsheet_would_run_gets_an_apostrophe(client: Client) -> None:
    factories.system(product=factories.product("P", functions=[factories.function("=f", slug="f")]))
    assert column(client, "/systems/products/products.csv", "functions") == ["'=f"]


@pytest.mark.parametrize(
    "title", ['say "hi"', "a,b", "one\ntwo", "one\r\ntwo", "\\.", "\\N", "NULL", ";", " x ", "é☃"]
)
def test_quotes_commas_and_lines_survive_the_round_trip(client: Client, title: str) -> None:
    factories.contract(title=title)
    assert column(client, "/contracts/contracts.csv", "title") == [title]


def test_a_contract_fills_its_cells_bare_and_joined(client: Client) -> None:
    lead, late, early = (factories.borough(name) for name in ("Newham", "Sutton", "Barnet"))
    functions = [factories.function("Rents", position=1), factories.function("Repairs", position=2)]
    systems = [
        factories.system(borough=lead, function=functions[1]),
        factories.system(borough=early, function=functions[0]),
    ]
    factories.contract(
        lead=lead, partners=[late, early], systems=systems, ends_on="2027-03-31",
        notice_months=6, annual_value=Decimal("1234567.50"), starts_on="2022",
    )  # fmt: skip
    (row,) = rows(client, "/contracts/contracts.csv")
    assert row["boroughs"] == "Newham; Barnet; Sutton"
    assert row["gss_codes"].split("; ")[0] == lead.gss_code
    assert row["functions"] == "Rents; Repairs"
    assert row["products"].count("; ") == 1
    assert (row["starts_on"], row["ends_on"], row["act_by"]) == ("2022", "2027-03-31", "2026-09-30")
    assert (row["annual_value"], row["total_value"]) == ("1234567.50", "")
    assert (row["rolling"], row["notice_months"], row["vat"]) == ("no", "6", "")


def test_what_is_not_known_is_empty_and_zero_is_zero(client: Client) -> None:
    factories.system(users=0, product=factories.product(manufacturer=None))
    factories.skill_level(level=0, can_teach=None, wants_help=False, confirmed_on=date(2026, 9, 1))
    (system,) = rows(client, "/systems/systems.csv")
    assert system["users"] == "0"
    unknown = ["hosting", "status", "live_since", "satisfaction", "manufacturer", "source_url"]
    assert {system[name] for name in unknown} == {""}
    (level,) = rows(client, "/skills/skills.csv")
    assert (level["level"], level["level_name"], level["headcount"]) == ("0", "none", "")
    assert (level["can_teach"], level["wants_help"]) == ("", "no")
    assert level["confirmed_on"] == "2026-09-01"


def test_a_borough_says_what_it_returned_and_what_is_known_of_it(client: Client) -> None:
    camden = factories.borough("Camden", population=210100, population_year=2021)
    factories.returned(camden, subject="contracts")
    factories.contract(lead=camden)
    factories.contract(partners=[camden], lead=factories.borough("Barnet"))
    row = next(row for row in rows(client, "/boroughs/boroughs.csv") if row["slug"] == "camden")
    assert (row["population"], row["contracts"], row["systems"]) == ("210100", "2", "")
    answers = [row[f"returned_{subject}"] for subject in ("systems", "contracts", "skills")]
    assert answers == ["no", "yes", "no"]
    answers = [row[f"complete_{subject}"] for subject in ("systems", "contracts", "skills")]
    assert answers == ["", "yes", ""]
    assert row["kind"] == Borough.Kind.BOROUGH


def test_columns_are_chosen_and_ordered_by_name(client: Client) -> None:
    factories.system(borough=factories.borough("Camden"))
    query = {"columns": ["product", "borough", "product"], "borough": "camden"}
    text = text_of(client.get("/systems/systems.csv", query))
    assert text.splitlines()[0] == "product,borough"
    assert text.splitlines()[1].endswith(",Camden")


@pytest.mark.parametrize("address", [*LISTS, *LISTS.values()])
def test_an_unknown_column_is_refused_and_the_known_ones_named(
    client: Client, address: str
) -> None:
    response = client.get(address, {"columns": ["illustrative", "price"]})
    said = text_of(response)
    assert response.status_code == 400
    assert "“price” is not a column. Write any of: " in said


@pytest.mark.parametrize("address", LISTS.values())
def test_a_refused_file_says_why_as_plain_text_and_is_no_download(
    client: Client, address: str
) -> None:
    response = client.get(address, {"surprise": "1", "q": "x" * 101})
    lines = text_of(response).splitlines()
    assert response["Content-Type"] == "text/plain; charset=utf-8"
    assert "Content-Disposition" not in response
    assert lines[0] == "This file was not made. What to change:"
    assert [line.split(":")[0] for line in lines[1:]] == ["surprise", "q"]


@pytest.mark.parametrize("suffix", ["csv", "xlsx", "json"])
def test_of_rows_made_in_python_too_many_are_refused_with_the_way_out(
    client: Client, monkeypatch: pytest.MonkeyPatch, suffix: str
) -> None:
    factories.system()
    address = f"/systems/map.{suffix}"
    whole = client.get(address)
    assert (whole.status_code, bool(b"".join(whole))) == (200, True)
    monkeypatch.setattr(export, "MAX_COMPUTED_ROWS", 1)
    factories.system()
    refused = client.get(address)
    assert refused.status_code == 400
    assert "rows: There are more than 1, more than are made at once. Choose fewer" in text_of(
        refused
    )
