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
TEXTS = [one for kind in ("findings", "case_studies", "recommendations") for one in RECORDS[kind]]


def test_every_metric_is_spoken_of_by_a_finding() -> None:
    spoken = {one["metric"] for one in FINDINGS}
    spoken |= {key for one in FINDINGS for key in text.token_keys(one["body"])}
    assert set(METRICS) <= spoken


@pytest.mark.parametrize("one", FINDINGS, ids=lambda one: one["slug"])
def test_a_finding_that_is_tested_says_against_what(one: dict[str, Any]) -> None:
    assert bool(one["comparison"]) == bool(one["threshold"])
    assert one["comparison"] in ["", *Comparison.values]
    assert one["sources"]
    assert one["claimed_value"]
    if one["metric"]:
        assert one["metric"] in text.token_keys(one["body"])


@pytest.mark.parametrize("one", TEXTS, ids=lambda one: one["slug"])
def test_every_number_of_a_text_was_kept_when_it_was_published(one: dict[str, Any]) -> None:
    named = [
        one.get("metric", ""),
        *text.token_keys(one.get("summary", "")),
        *text.token_keys(one["body"]),
    ]
    assert set(one["published_values"]) == set(named) - {""}
    assert {value["on"] for value in one["published_values"].values()} <= {one["published_on"]}


@pytest.mark.parametrize("one", TEXTS, ids=lambda one: one["slug"])
def test_a_text_links_to_research_that_is_there(one: dict[str, Any]) -> None:
    slugs = {
        *(f"/research/findings/{other['slug']}/" for other in FINDINGS),
        *(f"/research/case-studies/{other['slug']}/" for other in RECORDS["case_studies"]),
    }
    linked = set(re.findall(r"\]\((/research/[^)]+)\)", one["body"]))
    assert linked <= slugs
    assert "http" not in one["body"]


def test_claims_rest_on_a_source_of_their_case_study() -> None:
    sources = {one["slug"]: one["sources"] for one in RECORDS["case_studies"]}
    for claim in RECORDS["claims"]:
        assert claim["source"] in sources[claim["case_study"]]


def test_our_own_findings_name_us_as_their_source() -> None:
    for one in FINDINGS:
        if "our own finding" in one["body"] or "We counted this ourselves" in one["body"]:
            assert "city-tools-record" in one["sources"], one["slug"]
