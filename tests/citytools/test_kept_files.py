"""A file that was made is sent again from disk until anything changes, and never in part."""

import hashlib
from base64 import b64encode
from io import BytesIO
from pathlib import Path

import pytest
from django.db import connection
from django.http import HttpResponseBase
from django.test import Client
from django.test.utils import CaptureQueriesContext
from openpyxl import load_workbook
from pytest_django import Settings

from citytools.http import file_response
from contracts.models import Contract
from tests import factories
from tests.staff import signed_in

pytestmark = pytest.mark.django_db
CSV = "/contracts/contracts.csv"
SPOOLED = (
    *(CSV, "/contracts/contracts.xlsx", "/contracts/contracts.ocds.json"),
    *("/contracts/together.csv", "/skills/skills.csv?level=expert"),
)


BROKEN = b'{"Content-Length": "4", "X": "a\\nb"}\nrows'
"""A header that would begin another."""


@pytest.fixture(autouse=True)
def folder(settings: Settings, tmp_path: Path) -> Path:
    """Where files are kept in this test."""
    settings.MAX_CACHED_FILE_BYTES = 10_000_000
    settings.FILES_FOLDER = tmp_path
    return tmp_path / "kept"


def fetch(client: Client, address: str, **headers: str) -> tuple[bytes, HttpResponseBase, int]:
    """What is answered, and by how many queries."""
    with CaptureQueriesContext(connection) as queries:
        response = client.get(address, headers=headers)
        content = b"".join(response)
    assert response.status_code == 200
    return content, response, len(queries)


@pytest.mark.parametrize("address", SPOOLED)
def test_the_same_file_is_made_once(client: Client, address: str) -> None:
    factories.contract(systems=[factories.system()])
    first, response, many = fetch(client, address)
    again, still, queries = fetch(client, address)
    assert many > queries == 1
    assert again == first
    assert dict(still.items()) == dict(response.items())
    assert int(still["Content-Length"]) == len(again)


def test_the_hash_and_the_rows_are_those_of_the_bytes_sent(client: Client) -> None:
    factories.contract()
    fetch(client, CSV)
    content, response, _ = fetch(client, CSV)
    digest = b64encode(hashlib.sha256(content).digest()).decode()
    assert response["Repr-Digest"] == f"sha-256=:{digest}:"
    assert int(response["X-Row-Count"]) == len(content.splitlines()) - 1 == 1


def test_a_kept_workbook_opens(client: Client) -> None:
    factories.contract(title="Lifts of the town hall")
    fetch(client, "/contracts/contracts.xlsx")
    content, _, queries = fetch(client, "/contracts/contracts.xlsx")
    assert queries == 1
    cells = [cell.value for row in load_workbook(BytesIO(content)).worksheets[0] for cell in row]
    assert "Lifts of the town hall" in cells


def test_a_write_makes_the_file_anew(client: Client) -> None:
    contract = factories.contract(title="Before")
    assert b"Before" in fetch(client, CSV)[0]
    Contract.objects.filter(pk=contract.pk).update(title="After")
    content, _, many = fetch(client, CSV)
    assert many > 1
    assert b"After" in content
    assert b"Before" not in content


def test_addresses_and_hosts_are_told_apart(client: Client) -> None:
    factories.contract()
    whole, _, _ = fetch(client, CSV)
    narrow, _, many = fetch(client, f"{CSV}?columns=title")
    assert many > 1
    assert narrow != whole
    assert fetch(client, CSV, host="localhost")[2] > 1


def test_a_head_tells_the_length_and_sends_nothing(client: Client) -> None:
    factories.contract()
    content, _, _ = fetch(client, CSV)
    head = client.head(CSV)
    assert int(head["Content-Length"]) == len(content)
    assert b"".join(head) == b""


def test_what_was_refused_is_not_kept(client: Client, folder: Path) -> None:
    assert client.get(f"{CSV}?borough=atlantis").status_code == 400
    assert client.get("/contracts/contracts.ocds.json").status_code == 404
    assert not folder.exists()


def test_who_is_signed_in_neither_gets_nor_leaves_a_kept_file(client: Client, folder: Path) -> None:
    factories.contract()
    staff = signed_in(Client())
    assert fetch(staff, CSV)[2] > 1
    assert not folder.exists()
    fetch(client, CSV)
    assert fetch(staff, CSV)[2] > 1


def test_a_file_cut_short_on_disk_is_made_anew(client: Client, folder: Path) -> None:
    factories.contract()
    whole, _, _ = fetch(client, CSV)
    (path,) = folder.iterdir()
    path.write_bytes(path.read_bytes()[:-5])
    content, _, many = fetch(client, CSV)
    assert many > 1
    assert content == whole
    assert fetch(client, CSV)[2] == 1


@pytest.mark.parametrize(
    "rubbish", [b"", b"\n", b"not json\nrows", b"{}\nrows", b"[]\n", b"[" * 200_000, BROKEN]
)
def test_rubbish_on_disk_is_made_anew(client: Client, folder: Path, rubbish: bytes) -> None:
    factories.contract()
    whole, _, _ = fetch(client, CSV)
    (path,) = folder.iterdir()
    path.write_bytes(rubbish)
    assert fetch(client, CSV)[0] == whole


def test_a_folder_that_cannot_be_written_fails_no_download(
    client: Client, folder: Path, caplog: pytest.LogCaptureFixture
) -> None:
    factories.contract()
    folder.write_text("a file where the folder should be")
    content, response, _ = fetch(client, CSV)
    assert len(content) == int(response["Content-Length"])
    assert "was not kept" in caplog.text


def test_those_asked_for_last_stay(
    client: Client, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    factories.contract()
    monkeypatch.setattr(file_response, "MAX_CACHED_FILES", 2)
    addresses = [f"{CSV}?columns={name}" for name in ("title", "reference", "supplier")]
    fetch(client, addresses[0])
    fetch(client, addresses[1])
    fetch(client, addresses[0])
    fetch(client, addresses[2])
    assert len(list(folder.iterdir())) == 2
    assert [fetch(client, address)[2] == 1 for address in (addresses[0], addresses[2])] == [
        True,
        True,
    ]
    assert fetch(client, addresses[1])[2] > 1


def test_the_bytes_are_bounded(client: Client, folder: Path, settings: Settings) -> None:
    factories.contract(title="x" * 200)
    fetch(client, CSV)
    (path,) = folder.iterdir()
    settings.MAX_CACHED_FILE_BYTES = path.stat().st_size + 10
    fetch(client, f"{CSV}?sort=title")
    assert len(list(folder.iterdir())) == 1
    settings.MAX_CACHED_FILE_BYTES = 10
    fetch(client, f"{CSV}?sort=-title")
    assert list(folder.iterdir()) == []


def test_nothing_is_kept_where_it_is_turned_off(
    client: Client, folder: Path, settings: Settings
) -> None:
    factories.contract()
    fetch(client, CSV)
    settings.MAX_CACHED_FILE_BYTES = 0
    assert fetch(client, CSV)[2] > 1
