"""When something was said or seen never lies ahead: in forms, in loads, in the database."""

import datetime
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, connection, transaction
from django.test import Client

from boroughs.models import Return
from citytools.facts import dates
from citytools.facts.provenance import not_ahead
from research.models import CaseStudy, Finding, Source
from systems.models import System
from tests import factories
from tests.loading import Folder, load_fault, swap
from tests.staff import PROVENANCE, address, errors, signed_in

DAY = datetime.timedelta(days=1)
DATES: list[tuple[Any, str]] = [
    (factories.system, "as_of"), (factories.system, "confirmed_on"),
    (factories.contract, "as_of"), (factories.contract, "confirmed_on"),
    (factories.skill_level, "as_of"), (factories.skill_level, "confirmed_on"),
    (factories.past_level, "as_of"), (factories.past_level, "confirmed_on"),
    (factories.returned, "as_of"), (factories.returned, "confirmed_on"),
    (factories.returned, "received_on"), (factories.finding, "as_of"),
    (factories.case_study, "happened_on"), (factories.source, "published_on"),
]  # fmt: skip


def name(value: Any) -> str:
    return str(getattr(value, "__name__", value if isinstance(value, str) else ""))


def london_today() -> datetime.date:
    """By the clock of the database, which no test can stop."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT (clock_timestamp() AT TIME ZONE 'Europe/London')::date")
        (day,) = cursor.fetchone()
    assert isinstance(day, datetime.date)
    return day


@pytest.mark.parametrize("text", ["2026-11-27", "2026-11", "2026", "2025-12-31", ""])
def test_what_has_begun_by_today_may_be_said(monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    monkeypatch.setattr(dates, "today", lambda: datetime.date(2026, 11, 27))
    not_ahead(text)


@pytest.mark.parametrize("text", ["2026-11-28", "2026-12", "2027", datetime.date(2026, 11, 28)])
def test_what_is_to_come_may_not(monkeypatch: pytest.MonkeyPatch, text: Any) -> None:
    monkeypatch.setattr(dates, "today", lambda: datetime.date(2026, 11, 27))
    with pytest.raises(ValidationError, match="lies ahead"):
        not_ahead(text)


@pytest.mark.django_db
@pytest.mark.parametrize(("build", "field"), DATES, ids=name)
def test_the_database_refuses_a_date_ahead(build: Any, field: str) -> None:
    # Two days: tomorrow may have come when the row is written
    ahead = (london_today() + 2 * DAY).isoformat()
    with pytest.raises(IntegrityError, match=f"{field}_not_ahead"), transaction.atomic():
        build(**{field: ahead})


@pytest.mark.django_db
@pytest.mark.parametrize(("build", "field"), DATES, ids=name)
def test_the_database_takes_today_in_london_whatever_the_session(build: Any, field: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL TimeZone TO 'Pacific/Pago_Pago'")
    build(**{field: london_today().isoformat()})


@pytest.mark.django_db
@pytest.mark.parametrize("cut", [4, 7])
def test_the_year_and_the_month_that_run_may_be_said(cut: int) -> None:
    factories.system(as_of=london_today().isoformat()[:cut])


@pytest.mark.django_db
def test_the_year_to_come_is_refused_by_the_database() -> None:
    with pytest.raises(IntegrityError, match="as_of_not_ahead"), transaction.atomic():
        factories.system(as_of=str(london_today().year + 1))


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("model", "form", "field"),
    [
        (System, PROVENANCE, "as_of"), (System, PROVENANCE, "confirmed_on"),
        (Return, PROVENANCE, "received_on"), (Source, {}, "published_on"),
        (Finding, {}, "as_of"), (CaseStudy, {}, "happened_on"),
    ],
    ids=name,
)  # fmt: skip
def test_a_form_names_the_field_and_the_remedy(
    client: Client, model: Any, form: dict[str, str], field: str
) -> None:
    posted = form | {field: (dates.today() + 2 * DAY).isoformat()}
    for prefix in ("contractsystem_set", "claims"):
        posted |= {f"{prefix}-TOTAL_FORMS": "0", f"{prefix}-INITIAL_FORMS": "0"}
    response = signed_in(client).post(address(model, "add"), posted)
    said = response.context["adminform"].form.errors[field]
    assert any("lies ahead. Write today or a date that has passed." in words for words in said)
    assert "lies ahead" in errors(response)


@pytest.mark.django_db
def test_a_load_names_the_row_and_the_field(folder: Folder) -> None:
    ahead = swap("return,,2026,high,\nsouth", "return,,2199,high,\nsouth")
    said = "systems.csv, row 2, as_of: “2199” lies ahead. Write today"
    assert said in load_fault(folder("systems.csv", ahead))
