"""What the skills matrix can be narrowed by: each filter once, the same in matrix and file."""

from typing import Any

import pytest
from django.test import Client

from citytools.facts.provenance import SourceKind
from skills.models import Level
from tests import factories
from tests.pages import column, rows

pytestmark = pytest.mark.django_db

CSV = "/skills/skills.csv"


def levels_for(client: Client, **query: Any) -> set[tuple[str, str]]:
    """(borough, skill) of the levels that a query finds, in the matrix and the file alike."""
    matrix = client.get("/skills/", query).context["matrix"]
    cells = {
        (cell.borough.name, row.skill.name)
        for _, group in matrix.groups
        for row in group
        for cell in row.cells
        if cell.label.state not in {"unknown", "left-out"}
    }
    in_file = [(row["borough"], row["skill"]) for row in rows(client, CSV, query)]
    assert sorted(in_file) == sorted(cells)
    return cells


CASES: list[tuple[str, str, dict[str, Any]]] = [
    ("borough", "camden", {"borough": lambda: factories.borough("Camden")}),
    ("skill", "design", {"skill": lambda: factories.skill("Design")}),
    ("group", "craft", {"skill": lambda: factories.skill(group=factories.skill_group("Craft"))}),
    ("level", "none", {"level": Level.NONE}),
    ("level", "awareness", {"level": Level.AWARENESS}),
    ("level", "practitioner", {"level": Level.PRACTITIONER}),
    ("level", "expert", {"level": Level.EXPERT}),
    ("can_teach", "yes", {"can_teach": True}),
    ("wants_help", "yes", {"wants_help": True}),
    ("source", "press", {"source_kind": SourceKind.PRESS, "note": "Gazette"}),
    ("q", "desi", {"skill": lambda: factories.skill("Design")}),
    ("q", "CRAFT", {"skill": lambda: factories.skill(group=factories.skill_group("Craft"))}),
    ("q", "amde", {"borough": lambda: factories.borough("Camden")}),
]


@pytest.mark.parametrize(("name", "value", "fields"), CASES)
def test_a_filter_keeps_the_levels_that_fit_and_no_other(
    client: Client, name: str, value: str, fields: dict[str, Any]
) -> None:
    fields = {key: value() if callable(value) else value for key, value in fields.items()}
    fits = factories.skill_level(**fields)
    factories.skill_level(
        level=Level.WORKING, can_teach=False, wants_help=False, source_kind="return"
    )
    assert levels_for(client, **{name: value}) == {(fits.borough.name, fits.skill.name)}


@pytest.mark.parametrize("name", ["can_teach", "wants_help"])
def test_no_means_asked_and_denied_not_unasked(client: Client, name: str) -> None:
    denied = factories.skill_level(**{name: False})
    factories.skill_level(**{name: True})
    factories.skill_level(**{name: None})
    assert levels_for(client, **{name: "no"}) == {(denied.borough.name, denied.skill.name)}


def test_several_levels_mean_any_of_them(client: Client) -> None:
    for level in Level:
        factories.skill_level(level=level)
    levels = column(client, CSV, "level_name", {"level": ["none", "expert", "expert"]})
    assert sorted(levels) == ["expert", "none"]
    assert len(levels_for(client, level=["none", "expert"])) == 2


def test_different_names_must_all_hold_for_the_same_level(client: Client) -> None:
    borough, skill = factories.borough(), factories.skill()
    factories.skill_level(borough=borough)
    factories.skill_level(skill=skill)
    assert levels_for(client, borough=borough.slug, skill=skill.slug) == set()
    factories.skill_level(borough=borough, skill=skill)
    assert levels_for(client, borough=borough.slug, skill=skill.slug) == {
        (borough.name, skill.name)
    }


@pytest.mark.parametrize("name", ["borough", "group", "skill", "level", "as_of"])
def test_levels_sort_by_each_column_both_ways(client: Client, name: str) -> None:
    late = factories.skill_group("A", position=2)
    early = factories.skill_group("Z", position=1)
    factories.skill_level(
        borough=factories.borough("Camden"),
        skill=factories.skill("A", group=late, position=2),
        level=Level.EXPERT,
        as_of="2026-10",
    )
    factories.skill_level(
        borough=factories.borough("Barnet"),
        skill=factories.skill("Z", group=early, position=1),
        level=Level.NONE,
        as_of="2026-09-30",
    )
    assert column(client, CSV, "borough", {"sort": name}) == ["Barnet", "Camden"]
    assert column(client, CSV, "borough", {"sort": f"-{name}"}) == ["Camden", "Barnet"]


def test_ties_keep_the_order_of_their_numbers(client: Client) -> None:
    levels = [factories.skill_level(level=Level.WORKING) for _ in range(5)]
    expected = [level.borough.name for level in levels]
    assert column(client, CSV, "borough", {"sort": "-level"}) == expected


def test_a_level_of_a_regional_body_is_in_the_matrix_as_in_the_file(client: Client) -> None:
    level = factories.skill_level(borough=factories.borough("GLA", kind="regional"))
    assert levels_for(client) == {("GLA", level.skill.name)}
