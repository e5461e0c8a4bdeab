"""The number on the screen is the rows in the file, in the same order, however it is filtered."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st

from citytools.lists.filters import FactFilterSet
from contracts.filters import ContractFilter
from contracts.models import Contract
from skills.filters import SkillLevelFilter
from skills.matrix import LEFT_OUT
from skills.models import SkillLevel
from systems.filters import SystemFilter
from systems.models import System
from tests.drawing import Query, choices, often, queries
from tests.estate import small_london
from tests.pages import LISTS, column, row_links, rows, total


@pytest.fixture
def _london(db: None) -> None:
    small_london()


@pytest.mark.usefixtures("_london")
@pytest.mark.parametrize(
    ("address", "kind", "model", "name"),
    [
        ("/systems/", SystemFilter, System, "system_id"),
        ("/contracts/", ContractFilter, Contract, "contract_id"),
    ],
)
def test_a_list_over_all_its_pages_is_its_file(
    client: Client, address: str, kind: type[FactFilterSet], model: Any, name: str
) -> None:
    given_values = choices(kind, model)

    @often
    @given(st.data())
    def check(data: st.DataObject) -> None:
        query = queries(data.draw, given_values)
        numbers = column(client, LISTS[address], name, query)
        count, links = over_all_pages(client, address, query)
        assert count == len(numbers)
        assert links == [f"{address}{number}/" for number in numbers]

    check()


def over_all_pages(client: Client, address: str, query: Query) -> tuple[int, list[str]]:
    """The count in words, and the row links of each page after the other."""
    links: list[str] = []
    first = client.get(address, query)
    for number in first.context["listing"].page.paginator.page_range:
        links += row_links(client, address, query | {"page": [str(number)]})
    return total(first), links


@pytest.mark.usefixtures("_london")
def test_the_matrix_is_its_file(client: Client) -> None:
    given_values = choices(SkillLevelFilter, SkillLevel)

    @often
    @given(st.data())
    def check(data: st.DataObject) -> None:
        query = queries(data.draw, given_values)
        in_file = rows(client, "/skills/skills.csv", query)
        response = client.get("/skills/", query)
        assert total(response) == len(in_file)
        cells = sorted(matching_cells(response.context["matrix"]))
        expected = [(row["borough"], row["skill"], int(row["level"])) for row in in_file]
        assert cells == sorted(expected)

    check()


def matching_cells(matrix: Any) -> Iterator[tuple[str, str, int]]:
    """Borough, skill and level of each cell that the filter keeps."""
    for _, group in matrix.groups:
        for row in group:
            for cell in row.cells:
                if cell.level and cell.label is not LEFT_OUT:
                    yield cell.borough.name, row.skill.name, cell.level.level


@pytest.mark.usefixtures("_london")
@pytest.mark.parametrize(
    ("address", "name", "model"),
    [
        ("/systems/", "kind", System),
        ("/systems/", "hosting", System),
        ("/systems/", "status", System),
        ("/systems/", "source", System),
        ("/systems/", "borough", System),
        ("/contracts/", "route", Contract),
        ("/contracts/", "standing", Contract),
        ("/contracts/", "source", Contract),
        ("/skills/", "level", SkillLevel),
        ("/skills/", "group", SkillLevel),
    ],
)
def test_the_values_of_an_exclusive_filter_add_up_to_all_rows(
    client: Client, address: str, name: str, model: Any
) -> None:
    kind: Any = {System: SystemFilter, Contract: ContractFilter, SkillLevel: SkillLevelFilter}
    counts = [
        total(client.get(address, {name: value})) for value in choices(kind[model], model)[name]
    ]
    assert sum(counts) == total(client.get(address)) == model.objects.count()
    assert len([count for count in counts if count]) > 1
