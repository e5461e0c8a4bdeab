"""Columns are only ever added at the end, and each change of them has a version of its own."""

from itertools import pairwise
from pathlib import Path

import pytest
from django.test import Client

from citytools.exports import registry
from citytools.exports.export import Export
from tests.pages import text_of

FILES = registry.exports()

ALL = pytest.mark.parametrize("file", FILES, ids=lambda file: file.name)


def golden() -> dict[str, list[tuple[int, list[str]]]]:
    """By file: its versions, each with "name type" of every column."""
    versions: dict[str, list[tuple[int, list[str]]]] = {}
    for line in Path(__file__).with_name("columns.txt").read_text().splitlines():
        if line and not line.startswith("#"):
            head, _, columns = line.partition(": ")
            name, version = head.split()
            versions.setdefault(name, []).append((int(version), columns.split(", ")))
    return versions


@ALL
def test_the_columns_are_those_of_the_newest_version(file: Export) -> None:
    version, columns = golden()[file.name][-1]
    assert version == file.version, "a new column takes a new version"
    assert [f"{column.name} {column.kind}" for column in file.columns] == columns


def test_each_version_begins_with_all_of_the_one_before() -> None:
    assert golden().keys() == {file.name for file in FILES}
    for versions in golden().values():
        assert [number for number, _ in versions] == list(range(1, len(versions) + 1))
        for (_, before), (_, after) in pairwise(versions):
            assert after[: len(before)] == before
            assert len(after) > len(before)


@pytest.mark.django_db
@ALL
def test_a_file_begins_with_its_columns_and_says_their_version(
    client: Client, file: Export
) -> None:
    if not file.whole:
        return
    response = client.get(file.address)
    first = text_of(response).splitlines()[0]
    assert first == ",".join(entry.partition(" ")[0] for entry in golden()[file.name][-1][1])
    assert response["X-Schema-Version"] == str(file.version)
