"""The demonstration set: exact, repeatable, marked, and about nobody real."""

import re
import shutil
from collections import Counter, defaultdict
from datetime import date
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from citytools.management.demonstration.contracts import term_ending_on
from citytools.management.demonstration.files import (
    COLUMNS,
    demonstration_files,
    stale_files,
    write_files,
)
from citytools.management.demonstration.market import MARK
from citytools.management.demonstration.random_draws import stream
from citytools.management.demonstration.reference_data import (
    bare_letters,
    clashing_names,
    read_reference_data,
)
from citytools.management.demonstration.returns import (
    BOROUGHS_WITHOUT_CONTRACTS,
    BOROUGHS_WITHOUT_RETURN,
)
from tests.invention import FACTS, FIXTURES, invented, parts, real, rows


def test_each_return_answers_for_about_half_of_what_evidence_leaves_open() -> None:
    functions = {(row["borough"], row["function"]) for row in rows("systems.csv")}
    named = Counter(borough for borough, _ in functions)
    for slug, count in named.items():
        open_ = sum((slug, function) not in real().evidence for function in real().functions)
        assert 0.43 < count / open_ < 0.64


def test_the_same_seed_gives_the_same_bytes() -> None:
    assert demonstration_files(FIXTURES) == invented()


def test_another_seed_gives_another_estate_of_about_the_same_size() -> None:
    other = demonstration_files(FIXTURES, seed=7)
    assert other["systems.csv"] != invented()["systems.csv"]
    sizes = [files["systems.csv"].count("\n") for files in (other, invented())]
    assert 0.9 < sizes[0] / sizes[1] < 1.1


def test_the_committed_files_are_what_would_be_invented() -> None:
    assert stale_files(invented(), FIXTURES / "demo") == []


def test_check_names_a_file_that_differs(tmp_path: Path) -> None:
    write_files(invented(), tmp_path)
    (tmp_path / "systems.csv").write_text("borough\n")
    with pytest.raises(CommandError, match=r"systems\.csv in .* run manage\.py invent"):
        call_command("invent", "--check", "--into", str(tmp_path))


def test_invent_writes_what_check_accepts(tmp_path: Path) -> None:
    call_command("invent", "--into", str(tmp_path / "demo"))
    call_command("invent", "--check", "--into", str(tmp_path / "demo"))


def test_files_have_the_columns_of_the_real_ones_and_bare_line_feeds() -> None:
    for name in COLUMNS:
        header = invented()[name].splitlines()[0]
        assert header == COLUMNS[name]
        if (FIXTURES / name).exists():
            assert header == (FIXTURES / name).read_text(encoding="utf-8").splitlines()[0]
        assert "\r" not in invented()[name]


def test_no_invented_name_touches_a_real_one() -> None:
    assert len(real().real_names) > 100
    names = [row["name"] for row in (*rows("suppliers.csv"), *rows("products.csv"))]
    former = [name for row in rows("products.csv") for name in parts(row["former_names"])]
    for name in (*names, *former):
        assert clashing_names(name, real().real_names) == []


def test_no_illustrative_record_names_a_real_supplier_or_product() -> None:
    """Whole words of every free text; functions and skills are real on purpose."""
    free_text = {
        *("title", "reference", "department", "supplier", "product", "framework", "note"),
    }
    texts = {
        row[column] for name in FACTS for row in rows(name) for column in free_text & row.keys()
    }
    words = "|".join(re.escape(name) for name in real().real_names if len(bare_letters(name)) > 2)
    real_name = re.compile(rf"(?<!\w)(?:{words})(?!\w)", re.IGNORECASE)
    assert [text for text in texts if real_name.search(text)] == []


def test_every_invented_name_says_so() -> None:
    for row in (*rows("suppliers.csv"), *rows("products.csv"), *rows("frameworks.csv")):
        assert row["name"].endswith(MARK)
        assert row["slug"].endswith("-invented")
        assert row["illustrative"] == "yes"


def test_invented_suppliers_have_no_company_number() -> None:
    assert {row["company_number"] for row in rows("suppliers.csv")} == {""}


EARLIEST = {"returns.csv": "2024-07-01", "past_levels.csv": "2024-07-01"}
"""Earlier returns on skills reach further back than all else."""


def test_every_record_is_marked_as_illustrative() -> None:
    for name, row in ((file, row) for file in FACTS for row in rows(file)):
        assert (row["source_kind"], row["source_url"]) == ("illustrative", "")
        assert row["confidence"] == "low"
        assert EARLIEST.get(name, "2025-09-01") <= row["as_of"] <= "2026-10-31"
        assert not row["confirmed_on"] or row["as_of"] < row["confirmed_on"] < "2026-11-01"


KEYS = [
    ("suppliers.csv", ("slug",)),
    ("products.csv", ("slug",)),
    ("systems.csv", ("borough", "function", "product")),
    ("contracts.csv", ("lead", "title", "starts_on")),
    ("returns.csv", ("borough", "subject", "received_on")),
    ("skill_levels.csv", ("borough", "skill")),
    ("past_levels.csv", ("borough", "skill")),
]


def test_no_key_occurs_twice() -> None:
    for name, key in KEYS:
        counts = Counter(tuple(row[column] for column in key) for row in rows(name))
        assert [once for once, times in counts.items() if times > 1] == []


def test_27_boroughs_returned_systems_and_skills_and_24_contracts() -> None:
    returned = {(row["borough"], row["subject"]) for row in rows("returns.csv")}
    counts = Counter(subject for _, subject in returned)
    assert counts == {"systems": 27, "skills": 27, "contracts": 24}


def test_some_boroughs_returned_skills_twice_and_said_less_at_first() -> None:
    days = defaultdict(list)
    for row in rows("returns.csv"):
        if row["subject"] == "skills":
            days[row["borough"]].append((row["received_on"], row["complete"]))
    twice = {slug: sorted(sent) for slug, sent in days.items() if len(sent) > 1}
    assert 15 <= len(twice) <= 24
    past = defaultdict(set)
    for row in rows("past_levels.csv"):
        assert row["as_of"] == twice[row["borough"]][0][0]
        past[row["borough"]].add(row["skill"])
    assert past.keys() == twice.keys()
    assert {complete for sent in twice.values() for _, complete in sent[:-1]} == {"no"}
    assert all(len(skills) <= 30 for skills in past.values())


def test_levels_went_up_more_often_than_down_and_mostly_stayed() -> None:
    now = {(row["borough"], row["skill"]): int(row["level"]) for row in rows("skill_levels.csv")}
    before = [
        (now[row["borough"], row["skill"]], int(row["level"])) for row in rows("past_levels.csv")
    ]
    up, down = sum(a > b for a, b in before), sum(a < b for a, b in before)
    assert 0 < down < up < len(before) / 2
    assert len(before) < len(now)


def test_six_boroughs_are_silent_and_the_city_is_not_among_them() -> None:
    assert len(BOROUGHS_WITHOUT_RETURN) == 6
    assert set(real().boroughs) >= BOROUGHS_WITHOUT_RETURN
    assert "city-of-london" not in BOROUGHS_WITHOUT_RETURN


def test_every_latest_return_is_complete() -> None:
    latest = {(row["borough"], row["subject"]): row["complete"] for row in rows("returns.csv")[:78]}
    assert len(latest) == 27 + 24 + 27
    assert set(latest.values()) == {"yes"}


def test_a_borough_without_a_return_has_no_invented_facts() -> None:
    assert not {row["borough"] for row in rows("systems.csv")} & BOROUGHS_WITHOUT_RETURN
    assert not {row["borough"] for row in rows("skill_levels.csv")} & BOROUGHS_WITHOUT_RETURN
    for row in rows("contracts.csv"):
        assert not {row["lead"], *parts(row["partners"])} & BOROUGHS_WITHOUT_CONTRACTS


def test_nothing_is_invented_where_a_real_system_serves_the_function() -> None:
    run = {(row["borough"], row["function"]) for row in rows("systems.csv")}
    assert run & real().evidence == set()


def test_a_borough_has_at_most_one_live_system_for_a_function() -> None:
    live = [row for row in rows("systems.csv") if row["status"] == "live"]
    assert len({(row["borough"], row["function"]) for row in live}) == len(live)


def test_products_cover_every_function() -> None:
    functions = {name for row in rows("products.csv") for name in parts(row["functions"])}
    assert functions == set(real().functions)


def test_a_system_uses_a_product_for_a_function_it_has() -> None:
    made_for = {row["name"]: parts(row["functions"]) for row in rows("products.csv")}
    for row in rows("systems.csv"):
        assert row["function"] in made_for[row["product"]]


def test_some_products_are_shared_by_many_and_some_are_rare() -> None:
    users = defaultdict(set)
    for row in rows("systems.csv"):
        users[row["product"]].add(row["borough"])
    counts = [len(boroughs) for boroughs in users.values()]
    assert max(counts) >= 12
    assert sum(count <= 2 for count in counts) >= 20


def test_satisfaction_is_one_to_five_and_missing_for_about_a_third() -> None:
    answers = [row["satisfaction"] for row in rows("systems.csv")]
    assert {*answers} == {"", "1", "2", "3", "4", "5"}
    assert 0.28 < answers.count("") / len(answers) < 0.42


def test_dates_of_going_live_are_as_precise_as_memory() -> None:
    known = [row["live_since"] for row in rows("systems.csv")]
    assert {len(text) for text in known} == {0, 4, 7, 10}


def test_planned_systems_are_not_live_yet() -> None:
    for row in rows("systems.csv"):
        if row["status"] in ("planned", "implementing"):
            assert row["live_since"] == row["users"] == row["satisfaction"] == ""


def test_a_clash_is_found_whatever_case_spaces_and_punctuation() -> None:
    assert clashing_names("Quill-Feather Rents", ["quillfeather", "feather rents ltd"]) == [
        "quillfeather"
    ]
    assert clashing_names("Rents", ["Quill Rents"]) == ["Quill Rents"]
    assert clashing_names("Rents", ["", "Homes"]) == []


def test_a_term_to_the_end_of_february_starts_in_march() -> None:
    agreed = term_ending_on(date(2028, 2, 29), stream(1), date(2026, 9, 1))
    assert agreed.starts_on.endswith("-03-01")
    assert agreed.ends_on == "2028-02-29"


def test_an_assumption_is_asked_for_each_function(tmp_path: Path) -> None:
    for path in FIXTURES.glob("*.csv"):
        shutil.copy(path, tmp_path)
    with (tmp_path / "functions.csv").open("a", encoding="utf-8") as file:
        file.write("Housing,housing,frontline,Beekeeping,beekeeping,,\n")
    with pytest.raises(ValueError, match="Beekeeping: add this function"):
        read_reference_data(tmp_path)
