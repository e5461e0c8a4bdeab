"""Our OCDS packages against the official schemas of OCDS 1.1.5, and what those leave open."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from jsonschema import Draft4Validator

from contracts.models import Contract, Route
from tests import factories, notices, packages, schemas
from tests.loading import load
from tests.packages import ADDRESS, OURS, full, official, package
from tests.pages import DemonstrationClient

pytestmark = pytest.mark.django_db


def shared() -> None:
    full(partners=[factories.borough("Barnet"), factories.borough("GLA", kind="regional")])


def bare() -> None:
    factories.contract(supplier=None)


def called_off() -> None:
    for route in Route:
        cloud = factories.framework(f"Cloud {route}", reference="RM1557.14", ends_on="2027-09")
        factories.contract(route=route, framework=cloud, functions=[factories.function()])


def extended() -> None:
    factories.contract(ends_on="2027-03-31", extension_until="2029-03-31", notice_months=6)
    factories.contract(ends_on="2027", extension_until="2029-03", annual_value="1200.50")
    factories.contract(starts_on="2012-02-29", rolling=True, vat="including", total_value=0)


def invented() -> None:
    note = "Made up: a “quote”, a <tag>, a\nline and \U0001f600."
    factories.contract(source_kind="illustrative", note=note, title="Zoë’s & Søn")


def planned() -> Any:
    full(stage="planned", tender_value=5, includes_services=True, starts_on="2027", ends_on="")


def undated() -> Any:
    full(as_of="", read_on="2026-11-27", confidence="medium", award_id="7")


def led_by_a_region() -> None:
    full(lead=factories.borough("GLA", kind="regional"), supplier=factories.supplier())


def addressed_in_other_letters() -> None:
    for address in (
        "https://bücher.example/verträge/1?q=ä|c[1]%zz#“x”#y",
        'http://[2001:db8::1]:8080/a[1]{2}%20^`\\<>"?a=b/c?d&e=100%',
    ):
        contract = factories.contract(source_kind="decision", source_url=address)
        contract.full_clean()


@pytest.mark.parametrize(
    "made",
    [
        full, shared, bare, called_off, extended, invented, led_by_a_region, planned, undated,
        addressed_in_other_letters,
    ],
)  # fmt: skip
def test_a_package_is_valid(made: Callable[[], Any]) -> None:
    made()
    published = package(DemonstrationClient())
    assert len(published["releases"]) == Contract.objects.count() > 0
    assert packages.faults(published) == []
    assert packages.beyond_the_standard(published) <= OURS
    assert list(packages.empties(published)) == []


@pytest.mark.parametrize("demo", ["no", "yes"])
def test_what_is_loaded_makes_a_valid_package(demo: str) -> None:
    load(demo=demo)
    published = package(DemonstrationClient())
    assert len(published["releases"]) == Contract.objects.count() > 30
    assert packages.faults(published) == []
    assert packages.beyond_the_standard(published) <= OURS
    assert list(packages.empties(published)) == []


@pytest.mark.parametrize(
    ("typed", "told"),
    [
        (
            "https://bücher.example/ä?a=100%#x#y",
            "https://b%C3%BCcher.example/%C3%A4?a=100%25#x%23y",
        ),
        ("http://[2001:db8::1]:8080/a[1]%20b", "http://[2001:db8::1]:8080/a%5B1%5D%20b"),
        ("https://a.example/~b;c=d/,e(f)!*'$+@?g/&", "https://a.example/~b;c=d/,e(f)!*'$+@?g/&"),
    ],
)
def test_an_address_leads_where_it_led(client: Client, typed: str, told: str) -> None:
    full(source_url=typed)
    (signed,) = packages.release(client)["contracts"]
    assert signed["documents"][0]["url"] == told


def test_a_framework_s_ceiling_makes_no_value_and_a_valid_package(
    client: Client, tmp_path: Path
) -> None:
    factories.borough("Camden", gss_code="E09000007")
    ceiling = {"amount": 5_000_000_000, "currency": "GBP"}
    called_off = notices.tender(
        procurementMethodDetails="Call-off from a framework agreement", value=ceiling
    )
    notice = notices.release(tender=called_off, awards=[notices.award(value=ceiling)])
    assert "1 new" in notices.imported(notices.written(tmp_path, notice))
    published = package(client)
    assert packages.faults(published) == []
    assert "5000000000" not in str(published["releases"][0]["contracts"])


@pytest.mark.parametrize(
    "query",
    [
        "", "q=Housing", "q=Housing&", "q=100%25", "q=a b|c", "q=[x]&sort=-ends_on", "q=%C3%A9",
        "q=%zz&page=1", "q=\"<>\\^`{}",
    ],
)  # fmt: skip
def test_the_package_names_its_own_address_validly(client: Client, query: str) -> None:
    full(title='Housing 100% a b|c [x] é %zz "<>\\^`{} \ufffd')
    published = package(client, QUERY_STRING=query)
    assert packages.faults(published) == []
    address, _, choices = published["uri"].partition("?")
    assert address == f"http://testserver{ADDRESS}"
    assert package(client, QUERY_STRING=choices)["releases"] == published["releases"]


def test_every_reference_within_a_release_leads_somewhere(client: Client) -> None:
    load(demo="yes")
    for published in package(client)["releases"]:
        parties = {party["id"]: party["name"] for party in published["parties"]}
        assert len(parties) == len(published["parties"])
        if published["tag"] == ["tender"]:
            assert published.keys().isdisjoint({"awards", "contracts"})
            continue
        (award,), (signed,) = published["awards"], published["contracts"]
        for named in [published["buyer"], *award.get("suppliers", [])]:
            assert parties[named["id"]] == named["name"]
        assert signed["awardID"] == award["id"]


def test_money_is_said_in_pounds(client: Client) -> None:
    load(demo="yes")
    releases = package(client)["releases"]
    published = [row["tender"] for row in releases]
    published += [row["contracts"][0] for row in releases if "contracts" in row]
    values = [stated["value"] for stated in published if "value" in stated]
    assert len(values) > 10
    assert {value["currency"] for value in values} == {"GBP"}
    assert all(value["amount"] >= 0 for value in values)


def test_the_schemas_are_the_official_ones_and_whole() -> None:
    release, whole = official(schemas.RELEASE_SCHEMA), official(schemas.PACKAGE_SCHEMA)
    for schema in (release, whole):
        Draft4Validator.check_schema(schema)
    assert release["id"].endswith("/schema/1__1__5/release-schema.json")
    assert whole["id"].endswith("/schema/1__1__5/release-package-schema.json")
    assert whole["properties"]["releases"]["items"] == {"$ref": release["id"]}
    assert release["required"] == ["ocid", "id", "date", "tag", "initiationType"]
    parts = {"Award", "Contract", "Document", "Organization", "Period", "Tender", "Value"}
    assert parts < release["definitions"].keys()
    assert len(release["definitions"]) == 20


@pytest.mark.parametrize(
    ("place", "wrong"),
    [
        (("uri",), "contracts of ours"),
        (("publishedDate",), "25 November 2026"),
        (("publisher",), {}),
        (("version",), "one"),
        (("releases",), []),
        (("releases", 0, "ocid"), None),
        (("releases", 0, "date"), "2026-02-30T00:00:00Z"),
        (("releases", 0, "tag"), ["signed"]),
        (("releases", 0, "initiationType"), "wish"),
        (("releases", 0, "parties", 0, "roles"), "buyer"),
        (("releases", 0, "tender", "procurementMethod"), "secret"),
        (("releases", 0, "contracts", 0, "awardID"), None),
        (("releases", 0, "contracts", 0, "status"), "ended"),
        (("releases", 0, "contracts", 0, "period", "endDate"), "2028"),
        (("releases", 0, "contracts", 0, "value", "currency"), "pounds"),
        (("releases", 0, "contracts", 0, "value", "amount"), "a lot"),
        (("releases", 0, "awards", 0, "documents", 0, "url"), "a page"),
    ],
)
def test_the_official_schemas_find_what_is_wrong(
    client: Client, place: tuple[str | int, ...], wrong: Any
) -> None:
    full()
    published: Any = package(client)
    within = published
    for step in place[:-1]:
        within = within[step]
    within[place[-1]] = wrong
    assert packages.faults(published)


def test_what_the_official_schemas_allow_is_found_too(client: Client) -> None:
    full()
    published = package(client)
    published["releases"][0]["contracts"][0] |= {"colour": "blue", "description": ""}
    assert packages.faults(published) == []
    assert packages.beyond_the_standard(published) - OURS == {"colour"}
    assert list(packages.empties(published)) == ["$.releases.0.contracts.0.description"]


def test_schemas_that_are_missing_fail_the_tests_and_say_what_to_do(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(schemas, "SCHEMA_FOLDER", tmp_path)
    with pytest.raises(pytest.fail.Exception, match="run make setup"):
        official.__wrapped__(schemas.RELEASE_SCHEMA)
