"""Importing notices: whom they mean, what is left out and why, and that people stay out."""

import json
from pathlib import Path
from typing import Any

import pghistory.models
import pytest
from django.core.management import CommandError, call_command
from django.db import DatabaseError, connection
from django.test.utils import CaptureQueriesContext

from boroughs.models import Borough
from citytools.models import Batch
from contracts.management.commands import import_ocds
from contracts.models import Contract
from contracts.ocds import import_plan, matching
from contracts.ocds.parties import Party
from systems.models import Supplier
from tests import factories
from tests.loading import events
from tests.notices import award, imported, many, release, tender, written

pytestmark = pytest.mark.django_db


@pytest.fixture
def camden() -> Borough:
    return factories.borough("Camden", gss_code="E09000007", code="CMD")


def bought_by(name: str = "", **buyer: Any) -> dict[str, Any]:
    """A release of this buyer, whose party may say more."""
    party = {"id": "B1", "name": name, "roles": ["buyer"]} | buyer
    return release(buyer={"id": party["id"], "name": name}, parties=[party])


@pytest.mark.parametrize(
    "name",
    [
        "Camden", "LONDON BOROUGH OF CAMDEN", "London Borough of Camden Council", "LB Camden",
        "Camden  Council", "L.B. Camden", "The London Borough of Camden",
        "The Mayor and Burgesses of the London Borough of Camden",
    ],
)  # fmt: skip
def test_a_borough_is_known_by_each_name_it_goes_by(
    tmp_path: Path, camden: Borough, name: str
) -> None:
    name = name.removeprefix("The ") if "Mayor" in name else name
    imported(written(tmp_path, bought_by(name)))
    assert Contract.objects.get().lead == camden


@pytest.mark.parametrize(
    "name",
    [
        "Camden Learning",
        "Camden New Journal",
        "University of Camden",
        "Camdem",
        "Camden and Barnet",
    ],
)
def test_a_like_name_is_no_borough(tmp_path: Path, camden: Borough, name: str) -> None:
    factories.borough("Barnet")
    text = imported(written(tmp_path, bought_by(name)))
    assert f"1 because the buyer is none of the boroughs:\n  {name} (1)" in text
    assert not Contract.objects.exists()


def test_official_names_with_an_ampersand_are_known() -> None:
    fulham = factories.borough(
        "Hammersmith and Fulham", official_name="London Borough of Hammersmith & Fulham"
    )
    westminster = factories.borough("Westminster", official_name="City of Westminster")
    bodies = matching.Bodies()
    assert bodies.match(Party("London Borough of Hammersmith &amp; Fulham"))[0] == fulham
    assert bodies.match(Party("LBHF"))[0] == fulham
    assert bodies.match(Party("WESTMINSTER CITY COUNCIL"))[0] == westminster


@pytest.mark.parametrize(
    "party",
    [
        {"identifier": {"scheme": "GB-LAC", "id": "E09000007"}},
        {"additionalIdentifiers": [{"scheme": "GB-GSS", "id": "e09000007"}]},
        {"id": "GB-LAC-E09000007"},
        {"id": "GB-LAE-CMD"},
        {"identifier": {"scheme": "GB-LAE", "id": "CMD"}},
    ],
)
def test_a_borough_is_known_by_its_code(
    tmp_path: Path, camden: Borough, party: dict[str, Any]
) -> None:
    imported(written(tmp_path, bought_by("Procurement hub", **party)))
    assert Contract.objects.get().lead == camden


def test_a_code_of_another_scheme_means_nothing(tmp_path: Path, camden: Borough) -> None:
    imported(written(tmp_path, bought_by("Procurement hub", id="GB-CFS-CMD")))
    assert not Contract.objects.exists()


def test_a_code_and_a_name_of_two_boroughs_are_not_settled(tmp_path: Path, camden: Borough) -> None:
    factories.borough("Barnet")
    text = imported(written(tmp_path, bought_by("Barnet Council", id="GB-LAC-E09000007")))
    assert "the buyer's identifier and name mean two boroughs" in text
    assert not Contract.objects.exists()


def test_a_borough_that_another_body_leads_is_told_apart(tmp_path: Path, camden: Borough) -> None:
    parties = [{"id": "P", "name": "Camden", "roles": ["buyer"]}]
    led = release(buyer={"id": "X", "name": "Purchasing Ltd"}, parties=parties)
    text = imported(written(tmp_path, led))
    assert "another body leads it, with a borough among the buyers" in text


LEFT_OUT = {
    "no award or contract in it yet": release(awards=[], tag=["tender"]),
    "it names no buyer": release(buyer=None, parties=[]),
    "its CPV codes are not technology": release(
        tender=tender(classification={"scheme": "CPV", "id": "45000000"})
    ),
    "no CPV code": release(tender=tender(classification=None)),
    "the award or contract is not in force": release(awards=[award(status="cancelled")]),
    "the award has no id": release(awards=[award(id=None)]),
    "nothing in it has a title": release(tender=tender(title=" ")),
    "it ends before it starts": release(
        awards=[award(contractPeriod={"startDate": "2026-04-01", "endDate": "2025"})]
    ),
    "invented for demonstration": release(cityTools={"invented": True}),
}


@pytest.mark.parametrize("reason", LEFT_OUT)
def test_what_is_left_out_is_explained(tmp_path: Path, camden: Borough, reason: str) -> None:
    text = imported(written(tmp_path, LEFT_OUT[reason]))
    assert f"1 because {reason}" in text
    assert "  release 1, ocds-b5fd17-0001:" in text
    assert not Contract.objects.exists()


@pytest.mark.parametrize(
    "bought",
    [
        tender(classification={"scheme": "CPV", "id": "98351110"}),
        tender(classification={"id": "45"}, additionalClassifications=[{"id": "72000000"}]),
        tender(classification=None, items=[{"id": "1", "classification": {"id": "30200000"}}]),
    ],
)
def test_any_code_of_technology_will_do(tmp_path: Path, camden: Borough, bought: Any) -> None:
    imported(written(tmp_path, release(tender=bought)))
    assert Contract.objects.count() == 1


def test_all_lifts_the_filter_of_technology(tmp_path: Path, camden: Borough) -> None:
    path = written(tmp_path, release(tender=tender(classification=None)))
    imported(path, "--all")
    assert Contract.objects.count() == 1


def test_importing_twice_changes_nothing(tmp_path: Path, camden: Borough) -> None:
    path = written(tmp_path, *many(120))
    assert "8 new" in imported(path)
    recorded = events()
    assert "0 new, 0 changed, 8 unchanged" in imported(path)
    assert events() == recorded


def test_a_history_of_two_states_is_not_written_again(tmp_path: Path, camden: Borough) -> None:
    first = release(awards=[award(value={"amount": 1})], date="2026-01-15T08:00:00Z")
    last = release(awards=[award(value={"amount": 2})], date="2026-01-15T09:00:00+00:00")
    path = written(tmp_path, last, first)
    imported(path)
    recorded = events()
    assert "0 new, 0 changed, 1 unchanged" in imported(path)
    assert (Contract.objects.get().total_value, events()) == (2, recorded)


def test_an_earlier_notice_does_not_undo_a_later_one(tmp_path: Path, camden: Borough) -> None:
    imported(written(tmp_path, release(date="2026-05-01T00:00:00Z")))
    text = imported(written(tmp_path, release(awards=[award(value={"amount": 1})])))
    assert "a later notice is recorded already" in text
    assert Contract.objects.get().total_value == 120000


def test_an_update_says_nothing_of_what_it_leaves_out(tmp_path: Path, camden: Borough) -> None:
    imported(written(tmp_path, release()))
    bare = release(awards=[{"id": "ocds-b5fd17-0001-1"}], date="2026-05-01T00:00:00Z")
    imported(written(tmp_path, bare))
    contract = Contract.objects.get()
    assert (contract.ends_on, contract.total_value) == ("2028-03-31", 120000)
    assert str(contract.supplier) == "Sampleton Software Ltd"
    assert contract.source_url.endswith("/Notice/0001")


def test_what_staff_added_stays(tmp_path: Path, camden: Borough) -> None:
    imported(written(tmp_path, release()))
    added = {"notice_months": 6, "department": "Housing", "note": "Ask for the schedule."}
    Contract.objects.update(**added)
    imported(written(tmp_path, release(date="2026-05-01T00:00:00Z")))
    assert Contract.objects.filter(**added, as_of="2026-05-01").count() == 1


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ({"source_kind": "return"}, "it is recorded from another source since"),
        ({"confirmed_on": "2026-06-01"}, "the borough has confirmed the record since"),
    ],
)
def test_what_was_confirmed_since_is_kept(
    tmp_path: Path, camden: Borough, fields: Any, reason: str
) -> None:
    imported(written(tmp_path, release()))
    Contract.objects.update(**fields)
    later = release(awards=[award(value={"amount": 1})], date="2026-05-01T00:00:00Z")
    assert reason in imported(written(tmp_path, later))
    assert Contract.objects.get().total_value == 120000


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ({"ocid": "ocds-b5fd17-0001"}, "a contract of this OCID is recorded by hand"),
        (
            {"title": "Case management software", "starts_on": "2026-04-01"},
            "a contract of this lead, title and start is recorded by hand",
        ),
    ],
)
def test_what_is_recorded_by_hand_is_not_doubled(
    tmp_path: Path, camden: Borough, fields: Any, reason: str
) -> None:
    by_hand = factories.contract(lead=camden, **fields)
    text = imported(written(tmp_path, release()))
    assert reason in text
    assert f"contract {by_hand.pk}" in text
    assert Contract.objects.count() == 1


def test_a_cancelled_award_that_is_recorded_is_pointed_out(tmp_path: Path, camden: Borough) -> None:
    imported(written(tmp_path, release()))
    contract = Contract.objects.get()
    cancelled = release(awards=[award(status="cancelled")], date="2026-05-01T00:00:00Z")
    text = imported(written(tmp_path, cancelled))
    assert f"contract {contract.pk} records it: decide about it by hand" in text


def test_a_dry_run_says_what_would_change_and_writes_nothing(
    tmp_path: Path, camden: Borough
) -> None:
    text = imported(written(tmp_path, release(), bought_by("Shire Council")), "--dry-run")
    assert "2 releases read. Contracts: 1 new, 0 changed, 0 unchanged." in text
    assert "Would be new:\n  release 1, ocds-b5fd17-0001, award ocds-b5fd17-0001-1: Case" in text
    assert "Shire Council (1)" in text
    assert "Nothing was written: this was a dry run." in text
    assert not Contract.objects.exists()
    assert not Supplier.objects.exists()


def test_every_release_is_named_where_all_are_asked_for(tmp_path: Path) -> None:
    shires = [bought_by("Shire Council") | {"ocid": f"ocds-b5fd17-{n}"} for n in range(8)]
    path = written(tmp_path, *shires)
    assert "8 because the buyer is none of the boroughs:\n  Shire Council (8)" in imported(path)
    text = imported(path, "-v", "2")
    assert all(f"release {n + 1}, ocds-b5fd17-{n}: Shire Council" in text for n in range(8))


def test_the_history_names_the_import(tmp_path: Path, camden: Borough) -> None:
    text = imported(written(tmp_path, release()))
    context = Contract.objects.get().events.get().pgh_context  # type: ignore[attr-defined]
    assert context is not None
    assert context.metadata == {"command": "import_ocds"}
    batch = Batch.objects.get()
    assert (batch.context, batch.files[0]["name"]) == (context.pk, "notices.json")
    assert f"Batch {batch.pk}. To undo: manage.py undo {batch.pk}" in text


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (KeyboardInterrupt(), "Stopped. Nothing was imported."),
        (DatabaseError("disk full\nDETAIL"), "The database refuses it: disk full. Nothing was"),
    ],
)
def test_an_import_that_breaks_off_leaves_nothing_behind(
    tmp_path: Path,
    camden: Borough,
    monkeypatch: pytest.MonkeyPatch,
    error: BaseException,
    words: str,
) -> None:
    def half(*args: Any) -> None:
        raise error

    monkeypatch.setattr(import_plan, "_write_wave", half)
    later = release(awards=[award(value={"amount": 1})], date="2026-05-01T00:00:00Z")
    with pytest.raises(CommandError, match=words):
        imported(written(tmp_path, release(), later))
    assert not Contract.objects.exists()
    assert not Supplier.objects.exists()


def test_progress_is_told_now_and_then(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(import_ocds, "PROGRESS_EVERY", 2)
    call_command("import_ocds", str(written(tmp_path, *many(5))))
    assert capsys.readouterr().err.split("\n")[:2] == ["2 releases read …", "4 releases read …"]


def test_many_releases_ask_as_few_queries_as_few(tmp_path: Path, camden: Borough) -> None:
    counts = []
    for count in (30, 600):
        Contract.objects.all().delete()
        Supplier.objects.all().delete()
        with CaptureQueriesContext(connection) as queries:
            imported(written(tmp_path, *many(count)))
        counts.append(len(queries))
    assert Contract.objects.count() == 40
    assert counts[0] == counts[1]


PERSON = {
    "name": "Josephine Bloggs",
    "email": "jo.bloggs@camden.example",
    "telephone": "020 7946 0123",
    "faxNumber": "+44 20 7946 0999",
    "url": "https://camden.example/people/josephine",
}


def test_no_person_is_ever_stored(tmp_path: Path, camden: Borough) -> None:
    title = "Software (contact Josephine Bloggs, jo.bloggs@camden.example, 020 7946 0123)"
    url = "https://notices.example/1?to=jo.bloggs@camden.example"
    hostile = release(
        tender=tender(
            id="jo.bloggs@camden.example", title=title, description=json.dumps(PERSON),
            procurementMethodDetails="Call-off from a framework agreement, ask Josephine Bloggs",
        ),
        buyer={"id": "GB-CFS-1", "name": "London Borough of Camden"},
        parties=[
            {
                "id": "GB-CFS-1", "name": "London Borough of Camden", "roles": ["buyer"],
                "contactPoint": PERSON,
            },
            {
                "id": "S", "name": "Acme Ltd – Josephine Bloggs, +44 20 7946 0999",
                "contactPoint": PERSON, "additionalIdentifiers": [],
            },
        ],
        awards=[
            award(
                suppliers=[{"id": "S", "contactPoint": PERSON}], description=title,
                documents=[{"id": "1", "url": url, "title": title}],
            )
        ],
        contactPoint=PERSON,
    )  # fmt: skip
    imported(written(tmp_path, hostile))
    contract = Contract.objects.get()
    assert contract.title.startswith("Software")
    assert str(contract.supplier) == "Acme Ltd"
    remaining = everything_stored().casefold()
    for trace in ("josephine", "bloggs", "7946", "@"):
        assert trace not in remaining, trace


def everything_stored() -> str:
    """Every text of contracts, suppliers and their histories."""
    models = [Contract, Supplier, Contract.pgh_event_model, Supplier.pgh_event_model]  # type: ignore[attr-defined]
    rows = [row for model in models for row in model._default_manager.values()]
    contexts = list(pghistory.models.Context.objects.values_list("metadata", flat=True))
    return f"{rows} {contexts}"


def test_an_organisation_that_is_its_own_contact_keeps_its_name(
    tmp_path: Path, camden: Borough
) -> None:
    party = {"contactPoint": {"name": "London Borough of Camden"}}
    named = bought_by("London Borough of Camden", **party)
    named["tender"] = tender(title="Case system of the London Borough of Camden")
    imported(written(tmp_path, named))
    assert Contract.objects.get().title == "Case system of the London Borough of Camden"
