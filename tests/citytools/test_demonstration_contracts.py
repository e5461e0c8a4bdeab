"""The invented contracts and skills are plausible, and show what the pages must show."""

from collections import Counter

import pytest

from citytools.management.demonstration.returns import BOROUGHS_WITHOUT_RETURN
from tests.invention import parts, real, rows


def test_there_are_320_contracts_some_shared_some_rolling() -> None:
    contracts = rows("contracts.csv")
    assert len(contracts) == 320
    assert sum(row["partners"] != "" for row in contracts) == 12
    assert sum(row["rolling"] == "yes" for row in contracts) == 15


def test_a_contract_covers_systems_of_its_own_boroughs_once() -> None:
    systems = {row["key"]: row for row in rows("systems.csv")}
    covered = Counter(key for row in rows("contracts.csv") for key in parts(row["systems"]))
    assert set(covered) <= systems.keys()
    assert max(covered.values()) == 1
    for row in rows("contracts.csv"):
        boroughs = [systems[key]["borough"] for key in parts(row["systems"])]
        assert {row["lead"], *parts(row["partners"])} == set(boroughs)
        functions = [systems[key]["function"] for key in parts(row["systems"])]
        assert parts(row["functions"]) == list(dict.fromkeys(functions))


def test_a_contract_names_suppliers_and_frameworks_that_exist() -> None:
    suppliers = {row["name"] for row in rows("suppliers.csv")}
    frameworks = {row["name"] for row in rows("frameworks.csv")} | {""}
    for row in rows("contracts.csv"):
        assert row["supplier"] in suppliers
        assert row["framework"] in frameworks
        assert not row["framework"] or row["route"].startswith("framework")


def test_contract_dates_are_in_order() -> None:
    for row in rows("contracts.csv"):
        assert "2017" <= row["starts_on"] <= row["as_of"]
        assert (row["ends_on"] == "") == (row["rolling"] == "yes")
        if row["ends_on"]:
            assert row["starts_on"] < row["ends_on"] < "2033"
        if row["extension_until"]:
            assert row["extension_until"] > row["ends_on"] > ""


def test_some_ends_are_known_only_to_the_month_or_year_and_some_have_passed() -> None:
    ends = [row["ends_on"] for row in rows("contracts.csv") if row["ends_on"]]
    assert {len(end) for end in ends} == {4, 7, 10}
    assert 10 <= sum(end < "2026-11" for end in ends) <= 20


def test_extensions_and_notice_are_as_often_known_as_asked() -> None:
    contracts = rows("contracts.csv")
    assert 0.3 < sum(row["extension_until"] != "" for row in contracts) / 320 < 0.5
    assert 0.18 < sum(row["notice_months"] == "" for row in contracts) / 320 < 0.32
    assert {row["notice_months"] for row in contracts} == {"", "3", "6", "9", "12"}


def test_values_are_round_and_agree() -> None:
    contracts = rows("contracts.csv")
    assert 0.12 < sum(row["annual_value"] == "" for row in contracts) / 320 < 0.28
    for row in contracts:
        assert int(row["annual_value"] or 0) % 100 == 0
        if row["annual_value"] and row["total_value"]:
            calendar_years = int(row["ends_on"][:4]) - int(row["starts_on"][:4])
            years = int(row["total_value"]) / int(row["annual_value"])
            assert years in (calendar_years, calendar_years + 1)


@pytest.mark.parametrize(
    ("function", "quarter"),
    [
        ("Housing management", ("2027-10-01", "2027-12-31")),
        ("Adults case management", ("2028-01-01", "2028-03-31")),
        ("Council tax", ("2027-07-01", "2027-09-30")),
    ],
)
def test_contracts_of_a_function_end_in_one_quarter(
    function: str, quarter: tuple[str, str]
) -> None:
    ending = {
        row["lead"]
        for row in rows("contracts.csv")
        if function in parts(row["functions"]) and quarter[0] <= row["ends_on"] <= quarter[1]
    }
    assert len(ending) >= 4


def test_the_skills_matrix_is_full() -> None:
    cells = {(row["borough"], row["skill"]) for row in rows("skill_levels.csv")}
    answered = set(real().boroughs) - BOROUGHS_WITHOUT_RETURN
    assert cells == {(borough, skill) for borough in answered for skill in real().skills}
    assert len(cells) == 27 * 30


def test_only_practitioners_teach_and_mostly_beginners_want_help() -> None:
    levels = rows("skill_levels.csv")
    assert min(int(row["level"]) for row in levels if row["can_teach"] == "yes") == 3
    wanting = [int(row["level"]) <= 2 for row in levels if row["wants_help"] == "yes"]
    assert sum(wanting) / len(wanting) > 0.9


def test_nobody_has_a_skill_of_level_none_and_somebody_every_other() -> None:
    for row in rows("skill_levels.csv"):
        assert row["headcount"] == "" or (row["headcount"] == "0") == (row["level"] == "0")


def test_every_skill_can_be_taught_by_someone() -> None:
    teachers = Counter(r["skill"] for r in rows("skill_levels.csv") if r["can_teach"] == "yes")
    assert set(teachers) == set(real().skills)
