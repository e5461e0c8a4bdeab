"""The research that is loaded: what its texts name is there, and every number is spoken of."""

import json
import re
from typing import Any

import pytest

from research.metrics.definitions import METRICS
from research.models import Comparison
from research.publications import text
from tests.loading import FIXTURES

RECORDS: dict[str, list[dict[str, Any]]] = json.loads((FIXTURES / "research.json").read_text())
FINDINGS = RECORDS["findings"]
TEXTS = [
    record for kind in ("findings", "case_studies", "recommendations") for record in RECORDS[kind]
]


def test_every_metric_is_spoken_of_by_a_finding() -> None:
    spoken = {record["metric"] for record in FINDINGS}
    spoken |= {key for record in FINDINGS for key in text.token_keys(record["body"])}
    assert set(METRICS) <= spoken


@pytest.mark.parametrize("record", FINDINGS, ids=lambda record: record["slug"])
def test_a_finding_that_is_tested_says_against_what(record: dict[str, Any]) -> None:
    assert bool(record["comparison"]) == bool(record["threshold"])
    assert record["comparison"] in ["", *Comparison.values]
    assert record["sources"]
    assert record["claimed_value"]
    if record["metric"]:
        assert record["metric"] in text.token_keys(record["body"])


@pytest.mark.parametrize("record", TEXTS, ids=lambda record: record["slug"])
def test_every_number_of_a_text_was_kept_when_it_was_published(record: dict[str, Any]) -> None:
    named = [
        record.get("metric", ""),
        *text.token_keys(record.get("summary", "")),
        *text.token_keys(record["body"]),
    ]
    assert set(record["published_values"]) == set(named) - {""}
    assert {value["on"] for value in record["published_values"].values()} <= {
        record["published_on"]
    }


@pytest.mark.parametrize("record", TEXTS, ids=lambda record: record["slug"])
def test_a_text_links_to_research_that_is_there(record: dict[str, Any]) -> None:
    slugs = {
        *(f"/research/findings/{other['slug']}/" for other in FINDINGS),
        *(f"/research/case-studies/{other['slug']}/" for other in RECORDS["case_studies"]),
    }
    linked = set(re.findall(r"\]\((/research/[^)]+)\)", record["body"]))
    assert linked <= slugs
    assert "http" not in record["body"]


def test_claims_rest_on_a_source_of_their_case_study() -> None:
    sources = {record["slug"]: record["sources"] for record in RECORDS["case_studies"]}
    for claim in RECORDS["claims"]:
        assert claim["source"] in sources[claim["case_study"]]


def test_our_own_findings_name_us_as_their_source() -> None:
    for record in FINDINGS:
        if "our own finding" in record["body"] or "We counted this ourselves" in record["body"]:
            assert "city-tools-record" in record["sources"], record["slug"]
