"""What import_ocds says of a broken file, by place and remedy, and that nothing is written then."""

import gzip
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError

from citytools.imports.faults import LoadError
from contracts.models import Contract
from contracts.ocds import reading
from systems.models import Supplier
from tests import factories
from tests.notices import award, imported, release, tender, written

GOOD = json.dumps({"releases": [release()]})


def read(path: Path) -> list[Any]:
    return [decoded.release for decoded in reading.read_releases(path)]


def file(folder: Path, content: str | bytes, name: str = "notices.json") -> Path:
    path = folder / name
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


SHAPES: dict[str, Callable[[Any], str]] = {
    "a package": lambda one: json.dumps({"uri": "x", "releases": [one, one], "version": "1.1"}),
    "a package, releases first": lambda one: json.dumps({"releases": [one, one], "uri": "x"}),
    "a list": lambda one: json.dumps([one, one]),
    "lines": lambda one: f"{json.dumps(one)}\n{json.dumps(one)}\n",
    "lines of packages": lambda one: f"{json.dumps({'releases': [one]})}\n" * 2,
    "pretty": lambda one: json.dumps({"releases": [one, one]}, indent=4),
}


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("zipped", [False, True])
def test_every_shape_of_file_is_read(tmp_path: Path, shape: str, zipped: bool) -> None:
    text = SHAPES[shape](release()).encode()
    path = file(tmp_path, gzip.compress(text) if zipped else text)
    assert [row["ocid"] for row in read(path)] == ["ocds-b5fd17-0001"] * 2


@pytest.mark.parametrize("size", [1, 2, 3, 7, 64])
def test_it_does_not_matter_where_the_window_ends(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, size: int
) -> None:
    monkeypatch.setattr(reading, "_CHUNK_BYTES", size)
    awkward = release(number=-12.5e3, text='“é” \\" \U0001f600', yes=True, none=None, list=[[], {}])
    path = file(tmp_path, "\ufeff" + json.dumps({"a": 12, "releases": [awkward, awkward]}))
    assert read(path) == [awkward, awkward]


def test_a_byte_order_mark_does_no_harm(tmp_path: Path) -> None:
    assert len(read(file(tmp_path, "\ufeff" + GOOD))) == 1


BROKEN: dict[str, tuple[str | bytes, str]] = {
    "empty": ("", "notices.json, line 1: The file is empty."),
    "cut off": (GOOD[:-40], "line 1: This is not JSON:"),
    "a comma too many": (
        GOOD.removesuffix("]}") + ",]}",
        "line 1, after release 1: A comma stands before the end. Remove it.",
    ),
    "a word": ('{"releases": [\n{"ocid": hello}]}', "line 2: This is not JSON: Expecting value."),
    "no number": ('{"releases": [{"ocid": NaN}]}', "line 1: This is not JSON: NaN is not a number"),
    "HTML": ("<html>", "line 1: This is not OCDS. Give a release package"),
    "other JSON": ('{"a": 1}', "it has neither “releases” nor “ocid”. Give a release package"),
    "records": ('{"records": []}', "This is a record package. Take the release packages"),
    "releases by name": ('{"releases": {}}', "“releases” is not a list."),
    "cp1252": ('{"ocid": "caf\xe9"}'.encode("cp1252"), "line 1: The file is not UTF-8. Save"),
    "UTF-16": (GOOD.encode("utf-16"), "line 1: The file is not UTF-8. Save"),
    "cut off zip": (gzip.compress(GOOD.encode())[:-30], "The compressed file breaks off"),
    "no zip": (b"\x1f\x8bnonsense", "The compressed file breaks off or is damaged"),
    "nested": ('{"releases": ' + "[" * 100_000, "Lists or objects are nested too deeply."),
    "many digits": ('{"releases": [' + "1" * 5000 + "]}", "This is not JSON: Exceeds the limit"),
    "a number for a release": ('{"releases": [5]}', "release 1: It is a number, not a release."),
    "no ocid": ('{"releases": [{"id": "x"}]}', "release 1, ocid: It is missing. OCDS requires"),
}


@pytest.mark.django_db
@pytest.mark.parametrize("name", BROKEN)
def test_a_broken_file_names_its_place_and_nothing_is_imported(tmp_path: Path, name: str) -> None:
    content, reason = BROKEN[name]
    with pytest.raises(CommandError) as refused:
        imported(file(tmp_path, content))
    assert str(refused.value).endswith("Nothing was imported.")
    fault = str(refused.value.__cause__)
    assert fault.startswith("notices.json")
    assert reason in fault


WRONG = {
    "tender": (release(tender=3), "tender: It is a number, not an object."),
    "awards": (release(awards={}), "awards: It is an object, not a list."),
    "award": (release(awards=[award(), 3]), "awards[1]: It is a number, not an object."),
    "value": (
        release(awards=[award(value=120000)]),
        "awards[0].value: It is a number, not an object. Write an object, as OCDS 1.1 has it.",
    ),
    "amount": (
        release(awards=[award(value={"amount": "£5"})]),
        "awards[0].value.amount: It is text, not a number.",
    ),
    "date": (release(date="soon"), "date: “soon” is no date. Write it as 2026-11-30T12:00:00Z."),
    "code": (release(tender=tender(classification=[])), "tender.classification: It is a list, not"),
    "ocid": (release(ocid="a\x00b"), "ocid: It is not what such a field holds."),
    "title": (release(tender=tender(title=["a"])), "tender.title: It is a list, not text."),
}


@pytest.mark.django_db
@pytest.mark.parametrize("name", WRONG)
def test_a_field_of_another_kind_is_named_and_nothing_is_imported(
    tmp_path: Path, name: str
) -> None:
    factories.borough("Camden")
    wrong, reason = WRONG[name]
    with pytest.raises(CommandError) as refused:
        imported(written(tmp_path, release(ocid="ocds-b5fd17-0000"), wrong))
    assert str(refused.value.__cause__).startswith(f"notices.json, release 2, {reason}")
    assert not Contract.objects.exists()
    assert not Supplier.objects.exists()


@pytest.mark.django_db
def test_every_fault_of_every_file_is_named(tmp_path: Path) -> None:
    factories.borough("Camden")
    several = release(
        tender=tender(title=[]), awards=[3, award(value={"amount": "£5"})], date="soon"
    )
    first = file(tmp_path, json.dumps({"releases": [5, several, release(ocid=None)]}), "a.json")
    last = file(tmp_path, json.dumps(release()) + "\n{]", "b.json")
    with pytest.raises(CommandError) as refused:
        imported(first, str(last))
    assert str(refused.value).startswith(
        "7 faults in 2 files:\na.json\n  release 1: It is a number"
    )
    assert isinstance(refused.value.__cause__, LoadError)
    assert [(fault.place, fault.column) for fault in refused.value.__cause__.faults] == [
        ("release 1", ""),
        ("release 2", "date"),
        ("release 2", "awards[0]"),
        ("release 2", "awards[1].value.amount"),
        ("release 2", "tender.title"),
        ("release 3", "ocid"),
        ("line 2, after release 1", ""),
    ]
    assert not Contract.objects.exists()


@pytest.mark.django_db
def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match=r"none\.json\n  There is no such file\. Check the path"):
        imported(tmp_path / "none.json")


@pytest.mark.django_db
def test_a_folder_is_no_file(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match=r"The file cannot be read"):
        imported(tmp_path)


def test_what_is_too_large_for_a_release_is_not_read_to_its_end(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reading, "_CHUNK_BYTES", 100)
    monkeypatch.setattr(reading, "_MAX_RELEASE_CHARACTERS", 1000)
    path = file(tmp_path, '{"releases": ["' + "a" * 100_000 + '"]}')
    with pytest.raises(LoadError, match="too large for a release"):
        read(path)


def test_a_package_without_releases_holds_none(tmp_path: Path) -> None:
    assert read(file(tmp_path, '{"releases": []}')) == []
