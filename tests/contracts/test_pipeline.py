"""Drafts of pipeline notices: the page of a borough, of all, and their file."""

import datetime
import html
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.core.management import call_command
from django.db import IntegrityError
from django.test import Client

from boroughs.models import Borough
from citytools.facts import dates
from contracts.models import PipelineDuty
from tests import factories
from tests.pages import read, rows, text_of, total, words
from tests.staff import address, errors, signed_in

pytestmark = pytest.mark.django_db
FILE = "/contracts/pipeline.csv"
OVER: dict[str, Any] = {"ends_on": "2027-06-30", "total_value": 2_000_001, "vat": "including"}


@pytest.fixture(autouse=True)
def _today(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dates, "today", lambda: datetime.date(2026, 11, 24))


@pytest.fixture
def camden() -> Borough:
    return factories.borough("Camden")


def page(client: Client, **query: Any) -> str:
    return words(client.get("/contracts/pipeline/", {"borough": "camden"} | query))


def sections(client: Client, **query: Any) -> dict[str, str]:
    """The part of the draft of each contract, by title, from the file."""
    file_rows = rows(client, FILE, {"borough": "camden"} | query)
    return {row["title"]: row["section"] for row in file_rows}


def test_a_draft_says_that_it_is_one_and_its_dates(client: Client, camden: Borough) -> None:
    text = page(client)
    assert "Draft: check with procurement before publishing." in text
    assert "2027/28: publish by 26 May 2027 (in 6 months)." in text
    assert "covers 1 April 2027 to 30 September 2028." in text


@pytest.mark.parametrize(
    ("fields", "section"),
    [
        (OVER, "over £2 m"),
        (OVER | {"ends_on": "2027-04-01"}, "over £2 m"),
        (OVER | {"ends_on": "2028-09-30"}, "over £2 m"),
        (OVER | {"ends_on": "2027-11"}, "over £2 m"),
        (OVER | {"ends_on": "2027"}, "may fall in the period"),
        (OVER | {"ends_on": "2028"}, "may fall in the period"),
        (OVER | {"total_value": 1_900_000, "vat": ""}, "over £2 m only with VAT: check"),
        (OVER | {"total_value": None}, "value not known: check"),
        (OVER | {"total_value": None, "ends_on": "2027"}, "may fall in the period"),
        (OVER | {"total_value": 2_000_000}, "£2 m or less"),
        (OVER | {"total_value": 5, "ends_on": "2028"}, "£2 m or less"),
        (OVER | {"ends_on": "2027-03-31"}, None),
        (OVER | {"ends_on": "2028-10-01"}, None),
        (OVER | {"ends_on": ""}, None),
        (OVER | {"ends_on": "2027-06-30", "extension_until": "2029"}, "over £2 m"),
    ],
)
def test_each_contract_stands_in_its_part_or_outside_the_period(
    client: Client, camden: Borough, fields: dict[str, Any], section: str | None
) -> None:
    factories.contract(lead=camden, title="Parking", **fields)
    assert sections(client).get("Parking") == section
    assert ("Parking" in page(client)) == (section is not None)


def test_the_page_holds_as_many_contracts_as_its_file_in_the_same_order(
    client: Client, camden: Borough
) -> None:
    for end in ("2028", "2027-05", "2027-06-30", "2028-01-31", "2029"):
        for value in (None, 5, 1_900_000, 3_000_000):
            factories.contract(lead=camden, ends_on=end, total_value=value)
    response = client.get("/contracts/pipeline/", {"borough": "camden"})
    in_file = [f"/contracts/{row['contract_id']}/" for row in rows(client, FILE)]
    assert total(response) == len(in_file) == 16
    assert read(response).row_links == in_file


def test_an_end_known_to_the_month_never_becomes_a_day(client: Client, camden: Borough) -> None:
    factories.contract(lead=camden, **OVER | {"ends_on": "2027-11"})
    factories.contract(lead=camden, **OVER | {"ends_on": "2028"})
    text = page(client)
    assert "during November 2027" in text
    assert "during 2028" in text
    assert {row["ends_on"] for row in rows(client, FILE)} == {"2027-11", "2028"}


def test_an_estimate_says_where_it_comes_from(client: Client, camden: Borough) -> None:
    term = {"starts_on": "2024-07-01", "ends_on": "2027-06-30", "vat": "including"}
    factories.contract(lead=camden, annual_value=1_000_000, **term)
    text = page(client)
    assert "£3,000,000estimated from the yearly value and the present term" in text
    (row,) = rows(client, FILE)
    assert row["estimated_value"] == "3000000.00"
    assert row["value_basis"] == "estimated from the yearly value and the present term"


def test_what_a_record_lacks_is_listed(client: Client, camden: Borough) -> None:
    factories.contract(lead=camden, ends_on="2027-06")
    (row,) = rows(client, FILE)
    assert row["missing"] == "what it is for; value; VAT basis; day of the end"
    assert "what it is for, value, VAT basis, day of the end" in page(client)
    assert "date of the tender notice, the dates of the new contract" in page(client)


def test_an_extension_that_may_defer_is_said(client: Client, camden: Borough) -> None:
    factories.contract(lead=camden, **OVER, extension_until="2028-09-30")
    assert "may defer it" not in page(client)
    factories.contract(lead=camden, **OVER, extension_until="2029")
    assert "an extension to 2029 may defer it" in page(client)
    assert [row["extension_may_defer"] for row in rows(client, FILE)] == ["no", "yes"]


def test_a_shared_contract_is_listed_by_its_lead_alone(client: Client, camden: Borough) -> None:
    barnet = factories.borough("Barnet")
    factories.contract(lead=barnet, partners=[camden], title="Shared", **OVER)
    assert sections(client) == {}
    assert "Led by others, who would list them: Shared (Barnet)" in page(client)
    assert sections(client, borough="barnet") == {"Shared": "over £2 m"}


def test_contracts_without_a_known_end_are_counted_and_not_forgotten(
    client: Client, camden: Borough
) -> None:
    factories.contract(lead=camden, rolling=True)
    factories.contract(lead=camden)
    factories.contract(lead=camden)
    text = page(client)
    assert "Of 3 contracts that it leads, 2 have no known end and 1 rolls on" in text


def test_contracts_that_end_soon_after_lead_to_exactly_their_list(
    client: Client, camden: Borough
) -> None:
    for end in ("2028-09-30", "2028-10-01", "2029-09-30", "2029-10-01", "2029"):
        factories.contract(lead=camden, ends_on=end)
    factories.contract(partners=[camden], ends_on="2029-01-01", source_kind="illustrative")
    for prefix, count in (("/demo", 4), ("", 3)):
        response = client.get(f"{prefix}/contracts/pipeline/", {"borough": "camden"})
        later = response.context["later"]
        assert later["count"] == count == total(client.get(later["address"]))


@pytest.mark.parametrize(
    ("answer", "said", "cell"),
    [
        (True, "yes: a notice is due", "yes"),
        (False, "no, by its own answer: no notice is due", "no"),
        (None, "not known: nobody has recorded", ""),
    ],
)
def test_only_a_person_says_whether_a_notice_is_due(
    client: Client, camden: Borough, answer: bool | None, said: str, cell: str
) -> None:
    factories.contract(lead=camden, **OVER | {"total_value": 200_000_000})
    factories.pipeline_duty(borough=camden, expects_over_100m=answer)
    factories.pipeline_duty(borough=camden, year=2028, expects_over_100m=not answer)
    assert said in page(client)
    assert [row["expects_over_100m"] for row in rows(client, FILE)] == [cell]


def test_without_a_record_nothing_is_computed_from_spending(
    client: Client, camden: Borough
) -> None:
    factories.contract(lead=camden, **OVER | {"total_value": 900_000_000})
    assert "it is never computed" in page(client)
    assert rows(client, FILE)[0]["expects_over_100m"] == ""


def test_loading_the_fixtures_says_nothing_of_duties(monkeypatch: pytest.MonkeyPatch) -> None:
    # Fixtures read later than the tests' own day would lie ahead of it
    monkeypatch.setattr(dates, "today", lambda: datetime.date(2026, 11, 27))
    call_command("load", verbosity=0)
    assert not PipelineDuty.objects.exists()


def test_staff_record_an_answer_and_history_keeps_it(client: Client, camden: Borough) -> None:
    signed_in(client)
    form = {
        "borough": camden.pk,
        "year": 2027,
        "expects_over_100m": "true",
        "note": "s.151 officer",
    }
    assert client.post(address(PipelineDuty, "add"), form).status_code == 302
    duty = PipelineDuty.objects.get()
    assert "yes: a notice is due. s.151 officer" in page(client)
    assert "Ada" in text_of(client.get(address(PipelineDuty, "history", duty.pk)))


def test_a_second_answer_a_regional_body_or_an_early_year_is_refused(
    client: Client, camden: Borough
) -> None:
    factories.pipeline_duty(borough=camden)
    region = factories.borough(kind=Borough.Kind.REGIONAL)
    signed_in(client)

    def refused(**fields: Any) -> str:
        form = {"borough": camden.pk, "year": 2027, "expects_over_100m": "unknown"} | fields
        return errors(client.post(address(PipelineDuty, "add"), form))

    assert "already recorded: change that record" in refused()
    assert "Select a valid choice" in refused(borough=region.pk)
    assert "greater than or equal to 2025" in refused(year=2024)
    with pytest.raises(ValidationError, match="none of the 33"):
        PipelineDuty(borough=region, year=2027).full_clean()


def test_the_database_refuses_an_answer_for_a_year_before_the_act(camden: Borough) -> None:
    with pytest.raises(IntegrityError, match="a_pipeline_duty_has_a_year_under_the_act"):
        factories.pipeline_duty(borough=camden, year=2024)


def test_all_boroughs_stand_by_name_with_counts_and_not_known_where_none_is(
    client: Client, camden: Borough
) -> None:
    barnet, _ = factories.borough("Barnet"), factories.borough("Bexley")
    factories.borough("GLA", kind=Borough.Kind.REGIONAL)
    factories.returned(camden, subject="contracts")
    factories.contract(lead=camden, **OVER)
    factories.contract(lead=barnet, ends_on="2027-06-30")
    response = client.get("/contracts/pipeline/")
    unknown = "not known"
    body = words(response, "tbody")
    assert f"Barnet {unknown} {unknown} {unknown} at least 1 {unknown} {unknown} Bexley" in body
    nothing = " ".join([unknown] * 6)
    assert f"Bexley {nothing} Camden {unknown} 1 0 0 0 0" in body
    assert "GLA" not in body
    assert total(response) == len(rows(client, FILE)) == 2
    assert "contracts known of 2 boroughs, 1 of 33 boroughs reporting" in words(response)


def test_another_year_moves_the_period(client: Client, camden: Borough) -> None:
    factories.contract(lead=camden, **OVER | {"ends_on": "2026-04-01"})
    assert sections(client) == {}
    assert len(sections(client, year="2026")) == 1
    assert "publish by 26 May 2026." in page(client, year="2026")


def test_the_file_says_in_its_name_and_first_column_that_it_is_a_draft(
    client: Client, camden: Borough
) -> None:
    factories.contract(lead=camden, **OVER)
    response = client.get(FILE, {"borough": "camden", "year": "2027"})
    assert 'filename="pipeline-draft-2027-camden.csv"' in response["Content-Disposition"]
    header, row = text_of(response).strip().splitlines()
    assert header.startswith("draft,gss_code,borough,year,publish_by,")
    assert row.startswith("draft: check with procurement before publishing,")
    assert "2027,2027-05-26,2027-04-01,2028-09-30" in row


HOSTILE = [
    ({"year": "2024"}, "“2024” is not known here. Write one of: 2025, 2026"),
    ({"year": "2027 "}, None),
    ({"year": "²0²7"}, "is not known here"),
    ({"year": "-1"}, "is not known here"),
    ({"year": "99999999999999999999"}, "is not known here"),
    ({"borough": "atlantis"}, "“atlantis” is not a borough known here"),
    ({"borough": "gla"}, "“gla” is not a borough known here"),
    ({"borough": ["camden", "camden"]}, "“borough” is given 2 times"),
    ({"illustrative": "maybe"}, "“illustrative” is not understood here"),
    ({"sort": "borough"}, "“sort” is not understood here"),
    ({"columns": "price"}, "“price” is not a column"),
    ({"borough": "\x00"}, None),
]


@pytest.mark.parametrize(("query", "reason"), HOSTILE)
def test_what_is_not_understood_is_named_by_page_and_file(
    client: Client, camden: Borough, query: dict[str, Any], reason: str | None
) -> None:
    factories.borough("GLA", kind=Borough.Kind.REGIONAL)
    for path in ("/contracts/pipeline/", FILE):
        response = client.get(path, query)
        text = html.unescape(text_of(response))
        assert response.status_code in ({400} if reason else {200, 400})
        assert (reason or "") in text
