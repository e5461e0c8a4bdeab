"""The description of the JSON addresses, held against what they do."""

import contextlib
from collections.abc import Iterator
from typing import Any

import pytest
import schemathesis
from django.core import signals
from django.db import close_old_connections
from django.test import Client
from hypothesis import HealthCheck, given, settings
from schemathesis import GenerationMode, checks
from schemathesis.core.failures import FailureGroup

from citytools.exports import registry
from citytools.exports.export import Export
from citytools.facts import dates
from citytools.wsgi import application
from research.metrics import record
from tests.estate import published, small_london

FILES = registry.exports()

pytestmark = [pytest.mark.django_db, pytest.mark.drill]


@contextlib.contextmanager
def kept_connection() -> Iterator[None]:
    """The application closes connections after a request; the test's own must stay.

    Django's client does the same, and undoes it after each of its requests.
    """
    of_requests = (signals.request_started, signals.request_finished)
    for signal in of_requests:
        signal.disconnect(close_old_connections)
    yield
    for signal in of_requests:
        signal.connect(close_old_connections)


def described(client: Client) -> Any:
    return client.get("/data/openapi.json").json()


def test_every_file_is_described_with_its_filters_and_columns(client: Client) -> None:
    paths = described(client)["paths"]
    assert set(paths) == {file.address_as("json") for file in FILES}
    for file in FILES:
        operation = paths[file.address_as("json")]["get"]
        names = [one["name"] for one in operation["parameters"]]
        filters = list(file.filter.fields_by_name())
        paging = [] if file.compute_rows else ["limit", "after"]
        assert names == [*filters, "columns", *paging]
        answer = operation["responses"]["200"]["content"]["application/json"]["schema"]
        cells = answer["properties"]["rows"]["items"]["properties"]
        assert list(cells) == [column.name for column in file.columns]


def test_the_description_is_read_only_and_names_the_licence(client: Client) -> None:
    document = described(client)
    assert document["openapi"] == "3.1.0"
    assert "Open Government Licence" in document["info"]["license"]["name"]
    assert {tuple(value) for value in document["paths"].values()} == {("get",)}


HELD = [
    checks.not_a_server_error,
    checks.status_code_conformance,
    checks.content_type_conformance,
    checks.response_schema_conformance,
]


def held(case: Any) -> Any:
    """The answer, if it is as described; werkzeug's client does not unpack it."""
    return case.call_and_validate(
        base_url="http://testserver",
        app=application,
        headers={"Accept-Encoding": "identity"},
        checks=HELD,
    )


often = settings(max_examples=15, deadline=None, suppress_health_check=list(HealthCheck))


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.name)
def test_what_is_described_is_what_is_answered(client: Client, file: Export) -> None:
    small_london(rows=20)
    published()
    record.record_day(dates.today(), dates.today())
    schema = schemathesis.openapi.from_dict(described(client))
    operation = schema[file.address_as("json")]["GET"]

    @often
    @given(case=operation.as_strategy())
    def check(case: Any) -> None:
        held(case)

    @often
    @given(case=operation.as_strategy(generation_mode=GenerationMode.NEGATIVE))
    def refuse(case: Any) -> None:
        held(case)

    plain = operation.Case(query=query_of(file))
    with kept_connection():
        check()
        refuse()
        answer = held(plain)
    assert answer.status_code == 200
    assert answer.json()["rows"]


def query_of(file: Export) -> dict[str, Any]:
    """What must be chosen for the file to have rows."""
    return {} if file.whole else {"borough": ["borough-a", "borough-b"]}


def test_the_description_would_catch_a_wrong_answer(client: Client) -> None:
    document = described(client)
    answer = document["paths"]["/systems/systems.json"]["get"]["responses"]["200"]
    schema = answer["content"]["application/json"]["schema"]
    schema["properties"]["rows"]["items"]["properties"]["users"] = {"type": "string"}
    small_london(rows=20)
    operation = schemathesis.openapi.from_dict(document)["/systems/systems.json"]["GET"]
    with kept_connection(), pytest.raises(FailureGroup):
        held(operation.Case())
