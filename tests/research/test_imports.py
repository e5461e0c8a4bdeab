"""What a file of research may quote: only metrics that there are."""

import json
from typing import Any

import pytest

from research.imports import _COLUMNS
from research.models import Finding
from tests.loading import Folder, load, load_fault

pytestmark = pytest.mark.django_db

KEY = "modern_gov_boroughs"


def research(kind: str, **cells: Any) -> Any:
    """A file with one record of a kind; it has no value but those given."""
    empty: dict[str, Any] = dict.fromkeys(_COLUMNS[kind], "") | {"published_values": {}}
    record = empty | {"slug": "a", "title": "A", "summary": "In short.", "body": "Text."} | cells
    expected = {name: value for name, value in record.items() if name in _COLUMNS[kind]}
    kinds = {name: [expected] if name == kind else [] for name in _COLUMNS}
    return lambda _: json.dumps(kinds)


@pytest.mark.parametrize(
    ("kind", "cells", "said"),
    [
        (
            "findings",
            {"summary": "{{ metric:modern_gov_borough }}"},
            f"summary: There is no metric “modern_gov_borough”. Did you mean “{KEY}”? Correct",
        ),
        (
            "case_studies",
            {"body": f"{{{{ metric:{KEY}|off }}}}"},
            f"body: {{{{ metric:{KEY}|off }}}}: a metric has no “off”. Did you mean {{{{ metric:",
        ),
        (
            "recommendations",
            {"audience": "local", "status": "proposed", "body": f"{{{{ metrics:{KEY} }}}}"},
            f"body: “{{{{ metrics:{KEY} }}}}” is no metric token. Write {{{{ metric:key }}}}",
        ),
    ],
)
def test_a_token_that_does_not_exist_stops_the_load_with_the_nearest(
    folder: Folder, kind: str, cells: dict[str, str], said: str
) -> None:
    fault = load_fault(folder("research.json", research(kind, **cells)))
    assert fault.startswith(f"fixtures/research.json, {kind}, record 1, {said}")


def test_a_token_of_a_metric_that_there_is_is_loaded(folder: Folder) -> None:
    load(folder("research.json", research("findings", body=f"{{{{ metric:{KEY}|then }}}}")))
    assert Finding.objects.get().body == f"{{{{ metric:{KEY}|then }}}}"
