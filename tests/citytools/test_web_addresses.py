"""No address that pages link to can run a script, whatever way it was written."""

from typing import Any

import pytest
from django.apps import apps
from django.db import IntegrityError, models, transaction
from django.test import Client

from citytools.staff.group import APPS
from research.models import Finding, Source
from systems.models import System
from tests import factories
from tests.staff import PROVENANCE, address, signed_in

pytestmark = pytest.mark.django_db

SCRIPTS = ["javascript:alert(1)", "JavaScript:alert(1)", " javascript:alert(1)", "data:text/html,x"]
ADDRESSES: list[tuple[Any, str]] = [
    (factories.system, "source_url"), (factories.contract, "source_url"),
    (factories.skill_level, "source_url"), (factories.past_level, "source_url"),
    (factories.returned, "source_url"), (factories.source, "url"),
]  # fmt: skip


def name(value: Any) -> str:
    return value if isinstance(value, str) else value.__name__


def test_every_address_of_the_models_is_tried_here() -> None:
    tables = {build()._meta.model for build, _ in ADDRESSES}
    models_ = [model for model in apps.get_models() if model._meta.app_label in APPS]
    fields = [field for one in models_ for field in one._meta.fields]
    urls = {field.model for field in fields if isinstance(field, models.URLField)}
    assert {url for url in urls if not hasattr(url, "pgh_tracked_model")} == tables


@pytest.mark.parametrize("script", SCRIPTS)
@pytest.mark.parametrize(("build", "field"), ADDRESSES, ids=name)
def test_the_database_refuses_a_script(build: Any, field: str, script: str) -> None:
    with pytest.raises(IntegrityError, match=f"{field}_is_of_the_web"), transaction.atomic():
        build(**{field: script})


@pytest.mark.parametrize("web", ["https://a.example/", "HTTP://a.example", ""])
@pytest.mark.parametrize(("build", "field"), ADDRESSES, ids=name)
def test_the_database_takes_addresses_of_the_web(build: Any, field: str, web: str) -> None:
    build(**{field: web})


@pytest.mark.parametrize("page", ["javascript:alert(1)", "//a.example/", "/\\a.example", "x"])
def test_a_finding_links_to_rows_of_this_site_alone(page: str) -> None:
    with pytest.raises(IntegrityError, match="rows_of_this_site"), transaction.atomic():
        factories.finding(rows=page)
    factories.finding(rows="/systems/?q=uniform")
    factories.finding(rows="/")


@pytest.mark.parametrize(("model", "field"), [(System, "source_url"), (Source, "url")])
def test_a_form_refuses_a_script(client: Client, model: Any, field: str) -> None:
    posted = PROVENANCE | {field: "javascript:alert(1)"}
    posted |= {"contractsystem_set-TOTAL_FORMS": "0", "contractsystem_set-INITIAL_FORMS": "0"}
    response = signed_in(client).post(address(model, "add"), posted)
    assert field in response.context["adminform"].form.errors
    assert not Finding.objects.exists()
