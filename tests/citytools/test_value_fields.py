"""Forms of the admin read what people write, and show back how they read it."""

import datetime
from decimal import Decimal
from typing import Any

import pytest
from django.contrib import admin
from django.db import models
from django.forms import NumberInput
from django.test import Client, RequestFactory

from boroughs.models import Borough, Return
from citytools.facts.dates import PartialDateField
from citytools.staff import group
from citytools.staff.value_fields import ReadValueField
from contracts.models import Contract
from research.models import CaseStudy
from systems.models import Ownership, System
from tests import factories
from tests.staff import (
    PROVENANCE,
    address,
    errors,
    form_values,
    messages,
    post_change,
    rows,
    signed_in,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def contract() -> Contract:
    return factories.contract(annual_value=Decimal(100), ends_on="2027")


def save(client: Client, record: models.Model, **typed: str) -> Any:
    """The answer to the record's form as it is filled in, with these fields typed anew."""
    opened = signed_in(client).get(address(type(record), "change", record.pk))
    return post_change(client, record, form_values(opened) | typed)


def test_what_was_understood_is_shown_back(client: Client, contract: Contract) -> None:
    response = save(
        client,
        contract,
        annual_value="£12,500",
        total_value="£1.2m",
        starts_on="1 Apr 2024",
        ends_on="Mar 2027",
        notice_months="6.00",
        confirmed_on="1/10/2026",
        source_url="camden.gov.uk/it",
    )
    contract.refresh_from_db()
    assert (contract.annual_value, contract.total_value) == (Decimal(12500), Decimal(1_200_000))
    assert (contract.starts_on, contract.ends_on) == ("2024-04-01", "2027-03")
    assert (contract.notice_months, contract.source_url) == (6, "https://camden.gov.uk/it")
    assert contract.confirmed_on == datetime.date(2026, 10, 1)
    said = messages(response)
    for note in (
        "Annual value: “£12,500” was read as 12,500.00.",
        "Total value: “£1.2m” was read as 1,200,000.00.",
        "Starts on: “1 Apr 2024” was read as 1 April 2024 (2024-04-01).",
        "Ends on: “Mar 2027” was read as March 2027 (2027-03).",
        "Confirmed on: “1/10/2026” was read as 1 October 2026 (2026-10-01).",
        "Source address: “camden.gov.uk/it” was read as https://camden.gov.uk/it.",
    ):
        assert note in said
    assert not [note for note in said if note.startswith("Notice months")]


def test_what_is_typed_as_it_is_stored_is_not_shown_back(
    client: Client, contract: Contract
) -> None:
    Contract.objects.update(confirmed_on="2026-10-01", notice_months=3)
    contract.refresh_from_db()
    typed = {"annual_value": " 12500 ", "total_value": "12,500.00", "ends_on": "March 2027"}
    response = save(client, contract, **typed)
    assert response.status_code == 302
    assert not [note for note in messages(response) if "was read as" in note]


def test_the_same_value_written_otherwise_is_no_change(client: Client, contract: Contract) -> None:
    save(client, contract, annual_value="£100", ends_on="2027")
    assert contract.events.count() == 1  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("field", "typed", "error"),
    [
        ("annual_value", "12,5", "“12,5” is not an amount. Write pounds, as in 1200, £1,200.50"),
        ("annual_value", "-5", "“-5” is not an amount."),
        ("notice_months", "6m", "“6m” is not a whole number. Write digits, as in 1200"),
        ("ends_on", "31/03/27", "“31/03/27” gives its year in two digits. Write the year in four"),
        ("ends_on", "2026-27", "“2026-27” may be a financial year, which is no date. Write the"),
        ("ends_on", "31/02/2027", "“31/02/2027” is not a date. Write a day as 2026-11-30, a"),
        ("confirmed_on", "Mar 2026", "“Mar 2026” is not a day. Write a whole day, as in 2026"),
        ("source_url", "ftp://a.uk", "“ftp://a.uk” is not a web address. Write it from its"),
    ],
)
def test_an_error_names_the_value_and_the_remedy(
    client: Client, contract: Contract, field: str, typed: str, error: str
) -> None:
    response = save(client, contract, **{field: typed})
    assert error in errors(response)
    assert form_values(response)[field] == typed


def test_a_form_with_another_mistake_keeps_what_was_typed_with_its_reading(
    client: Client, contract: Contract
) -> None:
    response = save(client, contract, annual_value="£12,500", ends_on="<b>Mar 2027", title="")
    typed = form_values(response)
    assert (typed["annual_value"], typed["ends_on"]) == ("£12,500", "<b>Mar 2027")
    page = response.content.decode()
    assert "Pounds a year. <strong>“£12,500” was read as 12,500.00.</strong>" in page
    assert "<b>Mar 2027" not in page


def test_help_never_holds_html_that_was_typed(client: Client, contract: Contract) -> None:
    typed = "a.uk/?<script>alert(1)</script>"
    page = save(client, contract, source_url=typed, title="").content.decode()
    assert "<script>alert" not in page
    assert "“a.uk/?&lt;script&gt;alert(1)&lt;/script&gt;” was read as https://a.uk/" in page


def test_rows_of_an_inline_are_shown_back_as_well(client: Client) -> None:
    supplier, owner = factories.supplier(), factories.supplier()
    response = save(
        client,
        supplier,
        **rows("ownerships", {"owner": owner.pk, "since": "Mar 2021", "source": ""}),
    )
    assert Ownership.objects.get().since == "2021-03"
    assert "Ownership, since: “Mar 2021” was read as March 2021 (2021-03)." in messages(response)


def test_an_amount_in_a_row_of_its_own_fields_is_read(client: Client) -> None:
    study, source = factories.case_study(), factories.source()
    claim = {"kind": "cost", "amount": "£1.5m", "claimed_by": "A paper", "source": source.pk}
    response = save(client, study, **rows("claims", claim))
    assert CaseStudy.objects.get().claims.get().amount == 1_500_000
    assert "Case claim, amount: “£1.5m” was read as 1,500,000.00." in messages(response)


def test_a_return_beside_its_borough_is_read(client: Client) -> None:
    borough = factories.borough()
    row = PROVENANCE | {"subject": "systems", "received_on": "1 Oct 2026", "as_of": "Sep 2026"}
    response = save(
        client, borough, population="8.9 million", population_year="2021", **rows("returns", row)
    )
    record = Return.objects.get()
    assert (record.received_on, record.as_of) == (datetime.date(2026, 10, 1), "2026-09")
    assert Borough.objects.get().population == 8_900_000
    said = messages(response)
    assert "Population: “8.9 million” was read as 8,900,000." in said
    assert "Return, received on: “1 Oct 2026” was read as 1 October 2026 (2026-10-01)." in said
    assert "Return, as of: “Sep 2026” was read as September 2026 (2026-09)." in said


def test_a_record_is_added_with_values_as_people_write_them(client: Client) -> None:
    typed = PROVENANCE | {
        "borough": factories.borough().pk,
        "product": factories.product().pk,
        "function": factories.function().pk,
        "users": "1,200",
        "live_since": "04/2019",
    }
    page = address(System, "add")
    response = signed_in(client).post(page, form_values(client.get(page)) | typed)
    system = System.objects.get()
    assert (system.users, system.live_since) == (1200, "2019-04")
    assert "Live since: “04/2019” was read as April 2019 (2019-04)." in messages(response)


def test_every_form_of_the_admin_reads_its_values_so(rf: RequestFactory, admin_user: Any) -> None:
    kinds = (
        models.IntegerField,
        models.DecimalField,
        models.DateField,
        models.URLField,
        PartialDateField,
    )
    request = rf.get("/")
    request.user = admin_user
    checked = 0
    for model, model_admin in admin.site._registry.items():
        if model._meta.app_label not in group.APPS:
            continue
        forms = [model_admin.get_form(request)]
        inlines = model_admin.get_inline_instances(request)
        forms += [inline.get_formset(request).form for inline in inlines]
        for form in forms:
            columns = {field.name: field for field in form._meta.model._meta.fields}
            for name, field in form.base_fields.items():
                column = columns.get(name)
                if isinstance(column, kinds) and not column.choices:
                    assert isinstance(field, ReadValueField), f"{model.__name__}.{name}"
                    assert not isinstance(field.widget, NumberInput)
                    checked += 1
    assert checked > 40
