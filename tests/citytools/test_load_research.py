"""Research as a file brings it: claims, values at publication, and what is wrong with a record."""

import json
import re
from collections.abc import Callable
from typing import Any

import pytest

from research.models import CaseClaim, CaseStudy, Finding, Recommendation
from tests.loading import FIXTURES, VALUE, Folder, document, events, load, load_fault

pytestmark = pytest.mark.django_db


def written(**changes: Any) -> Callable[[str], str]:
    return lambda _: json.dumps(document(**changes))


def test_records_arrive_whole_with_claims_and_values(folder: Folder) -> None:
    load(folder("research.json", written()))
    finding, claim = Finding.objects.get(), CaseClaim.objects.get()
    assert (finding.metric, finding.comparison) == ("modern_gov_boroughs", "more_than")
    assert str(finding.threshold) == "-0.5000"
    assert finding.published_values["modern_gov_boroughs"]["value"] == "52"
    assert CaseStudy.objects.get().outcome == "It ended."
    assert str(claim) == "Saving of £18,000,000, according to A paper"
    assert (claim.period, claim.source.key) == ("four years", "press")
    assert Recommendation.objects.get().status == "proposed"


def test_a_second_load_of_research_changes_nothing(folder: Folder) -> None:
    load(folder("research.json", written()))
    before = events()
    report = load(folder("research.json", written()))
    assert events() == before
    assert re.search(r"^fixtures/research.json +0 +0 +11 +0 +0 +0$", report, re.MULTILINE)


def test_a_claim_that_says_more_is_changed_and_not_doubled(folder: Folder) -> None:
    load(folder("research.json", written()))
    load(folder("research.json", written(claims__note="A forecast.")))
    assert CaseClaim.objects.get().note == "A forecast."


UNREADABLE: list[Any] = [1, {}, [], VALUE | {"on": "May"}, VALUE | {"value": "x"}]
WRONG = "The value of “a” cannot be read. Write on (a day), value, part and whole"


@pytest.mark.parametrize(
    ("column", "value", "message"),
    [
        ("findings__threshold", "half", "findings, record 1, threshold: “half” is not a number."),
        ("findings__threshold", 50, "findings, record 1, threshold: This is not text."),
        ("findings__threshold", "", "findings, record 1: Give metric, comparison and threshold"),
        (
            "findings__comparison",
            "above",
            "“above” is none of the choices. Write one of more_than, at_least",
        ),
        ("findings__published_values", "", "published_values: This is not an object. Write {…}"),
        ("findings__title", {}, "findings, record 1, title: This is not text."),
        *(
            ("findings__published_values", {"a": value}, f"published_values: {WRONG}")
            for value in UNREADABLE
        ),
        ("findings__published_values", {"a": VALUE | {"value": "NaN"}}, WRONG),
        ("findings__published_values", {"a": VALUE | {"counted": "many"}}, WRONG),
        ("claims__amount", "18t", "claims, record 1, amount: “18t” is not an amount."),
        ("claims__amount", "", "claims, record 1, amount: The cell is empty. Fill it in"),
        ("claims__amount", "0", "claims, record 1: Write pounds above nought."),
        ("claims__kind", "gain", "Write one of cost, saving."),
        ("claims__case_study", "two", "claims, record 1, case_study: “two” is not known."),
        ("claims__source", "pres", "claims, record 1, source: “pres” is not known. Did you mean"),
        ("claims__claimed_by", "", "claims, record 1, claimed_by: The cell is empty."),
        ("recommendations__status", "begun", "Write one of proposed, accepted, under_way"),
        ("recommendations__status", "", "recommendations, record 1, status: "),
    ],
)
def test_what_is_wrong_with_a_record_is_named_and_nothing_is_loaded(
    folder: Folder, column: str, value: Any, message: str
) -> None:
    fault = load_fault(folder("research.json", written(**{column: value})))
    assert fault.startswith("fixtures/research.json, ")
    assert message in fault


def test_two_claims_of_the_same_are_one_too_many(folder: Folder) -> None:
    twice = document()
    twice["claims"] *= 2
    fault = load_fault(folder("research.json", lambda _: json.dumps(twice)))
    assert "claims, record 1 is about the same record" in fault


def test_the_fixtures_hold_nothing_but_what_the_loader_reads() -> None:
    load(FIXTURES)
    assert CaseStudy.objects.count() == 8
    assert CaseClaim.objects.count() >= 5
