"""Our OCDS packages as a reader gets them, and the official schemas that they are held to."""

import json
from collections.abc import Iterator
from functools import cache
from typing import Any

import pytest
from django.test import Client
from jsonschema import Draft4Validator
from referencing import Registry
from referencing.jsonschema import DRAFT4

from contracts.models import Contract
from tests import factories, schemas
from tests.pages import text_of

ADDRESS = "/contracts/contracts.ocds.json"
OURS = frozenset({"cityTools", "valueAddedTaxIncluded"})
"""Fields that the standard does not define; it allows more, and takes no notice of them."""

Json = dict[str, Any]


def package(client: Client, query: Any = None, **environ: Any) -> Json:
    """The package of the contracts that the query chooses."""
    response = client.get(ADDRESS, query, **environ)
    text = text_of(response)
    assert response.status_code == 200, text
    data: Json = json.loads(text)
    return data


def release(client: Client) -> Json:
    """The only release of the package."""
    (only,) = package(client)["releases"]
    assert isinstance(only, dict)
    return only


def full(**fields: Any) -> Contract:
    """A contract of which everything is known that OCDS has a place for."""
    known = {
        "title": "Housing system",
        "reference": "REF-9",
        "ocid": "ocds-b5fd17-9",
        "award_id": "ocds-b5fd17-9-1",
        "starts_on": "2025-04-01",
        "ends_on": "2028-03-31",
        "extension_until": "2030-03-31",
        "total_value": "120000.50",
        "vat": "excluding",
        "route": "framework_direct",
        "source_kind": "notice",
        "source_url": "https://notices.example/9",
        "as_of": "2025-03-20",
        "lead": factories.borough("Camden", gss_code="E09000007"),
        "supplier": factories.supplier("Acme Ltd", company_number="01234567", sme=True, vcse=False),
    }
    return factories.contract(**known | fields)


@cache
def official(name: str) -> Json:
    """An official schema; where set-up has not fetched it the test fails and says what to do."""
    path = schemas.SCHEMA_FOLDER / name
    if not path.exists():
        pytest.fail(
            f"The official OCDS schemas are not in {schemas.SCHEMA_FOLDER}: run make setup."
        )
    schema: Json = json.loads(path.read_text())
    return schema


def validator(name: str) -> Draft4Validator:
    """Holds something to the official schema of that name, dates and addresses too.

    The one schema refers to the other, which is taken from the disk; nothing is fetched.
    """
    known = [official(each) for each in (schemas.RELEASE_SCHEMA, schemas.PACKAGE_SCHEMA)]
    resources = [(each["id"], DRAFT4.create_resource(each)) for each in known]
    return Draft4Validator(
        official(name),
        registry=Registry().with_resources(resources),
        format_checker=Draft4Validator.FORMAT_CHECKER,
    )


def faults(data: Json) -> list[str]:
    """What the official schemas find in a package, and in each of its releases alone."""
    single = validator(schemas.RELEASE_SCHEMA)
    errors = [*validator(schemas.PACKAGE_SCHEMA).iter_errors(data)]
    errors += [fault for each in data["releases"] for fault in single.iter_errors(each)]
    return [f"{fault.json_path}: {fault.message}" for fault in errors]


def beyond_the_standard(data: Json) -> set[str]:
    """Names of fields in the releases that the official schema does not define."""
    schema = _closed(official(schemas.RELEASE_SCHEMA))
    strict = Draft4Validator(schema)
    errors = (fault for each in data["releases"] for fault in strict.iter_errors(each))
    return {
        name
        for fault in errors
        if fault.validator == "additionalProperties" and isinstance(fault.instance, dict)
        for name in fault.instance.keys() - fault.schema["properties"].keys()
    }


def _closed(schema: Any) -> Any:
    """The schema with every object that lists its fields closed to others."""
    if isinstance(schema, list):
        return [_closed(each) for each in schema]
    if not isinstance(schema, dict):
        return schema
    closed = {name: _closed(each) for name, each in schema.items()}
    lists_fields = isinstance(schema.get("properties"), dict) and "type" in schema
    return closed | ({"additionalProperties": False} if lists_fields else {})


def empties(value: Any, path: str = "$") -> Iterator[str]:
    """Where a package says nothing in many words: null, an empty text, list or object."""
    if value in (None, "", [], {}):
        yield path
    named = value.items() if isinstance(value, dict) else ()
    listed = enumerate(value) if isinstance(value, list) else ()
    for key, each in [*named, *listed]:
        yield from empties(each, f"{path}.{key}")
