"""The data page: every file, and every column with its meaning, from what files are made of."""

import pytest
from django.test import Client

from citytools.exports import export, registry
from citytools.exports.export import Export
from tests import factories
from tests.pages import LISTS, read, text_of, words

FILES = registry.exports()

pytestmark = pytest.mark.django_db


def test_every_file_is_there_with_its_page(client: Client) -> None:
    links = set(read(client.get("/data/")).links)
    files = {file.page_address: file.address for file in FILES}
    other_files = {
        "/systems/map/": "/systems/map.csv",
        "/functions/": "/functions/functions.csv",
        "/boroughs/compare/": "/boroughs/compare.csv",
        "/contracts/together/": "/contracts/together.csv",
        "/skills/training/": "/skills/training.csv",
        "/changes/": "/changes/changes.csv",
        "/contracts/pipeline/": "/contracts/pipeline.csv",
        "/contracts/concentration/": "/contracts/concentration.csv",
        "/contracts/transparency/": "/contracts/contracts.transparency.csv",
        "/research/metrics/": "/research/metrics.csv",
        "/research/": "/research/findings.csv",
        "/research/case-studies/": "/research/case-studies.csv",
        "/research/recommendations/": "/research/recommendations.csv",
    }
    assert files == LISTS | other_files
    assert set(files) | {file.address for file in FILES if file.whole} <= links
    assert [file.name for file in FILES if not file.whole] == ["compare"]


def test_the_page_says_from_how_many_rows_a_csv_is_sent_while_it_is_read(client: Client) -> None:
    assert f"A CSV above {export.MAX_ROWS_SENT_WHOLE:,} rows" in words(client.get("/data/"))


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.name)
def test_the_dictionary_names_the_columns_of_the_file_in_their_order(
    client: Client, file: Export
) -> None:
    some = [factories.borough().slug for _ in range(2)] if file.name == "compare" else []
    header = text_of(client.get(file.address, {"borough": some})).strip().splitlines()[0]
    assert ",".join(column.name for column in file.columns) == header
    section = text_of(client.get("/data/")).split(f'id="{file.name}"')[1].split("</details>")[0]
    named = [part.split("</code>")[0] for part in section.split("<code>")[1:]]
    assert named == header.split(",")


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.name)
def test_every_column_has_a_meaning_and_no_name_twice(client: Client, file: Export) -> None:
    said = words(client.get("/data/"))
    for column in file.columns:
        assert column.meaning.endswith("."), column.name
        assert " ".join(column.meaning.split()) in said
        assert all(value in said for value in column.allowed)
    names = [column.name for column in file.columns]
    assert len(names) == len(set(names))


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.name)
def test_every_number_has_a_unit_or_its_values(file: Export) -> None:
    for column in file.columns:
        counts = column.numeric and not column.name.endswith("_id")
        assert not counts or column.unit or column.allowed, column.name


def test_the_page_says_how_to_fetch_a_file_by_script(client: Client) -> None:
    said = words(client.get("/data/"))
    assert "http://testserver/systems/systems.csv?borough=camden" in said
