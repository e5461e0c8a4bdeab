"""The zip of everything: whole, valid by two standards, and of what the data says."""

import csv
import datetime
import hashlib
import io
import json
import os
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.test import Client
from pytest_django import Settings

from citytools.exports import export, registry, zip_archive
from citytools.worlds import World
from citytools.worlds.addresses import visit_world
from tests import factories
from tests.estate import small_london
from tests.pages import text_of, words

FILES = registry.exports()

pytestmark = pytest.mark.django_db
PLACE = "/data/citytools.zip"
VALIDATE = """
import sys
import frictionless
report = frictionless.validate(sys.argv[1])
print(report.flatten(["type", "title", "note"]))
sys.exit(not report.valid)
"""


@pytest.fixture(autouse=True)
def begun(tmp_path: Path, settings: Settings, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """A folder of its own, and how often a build was begun, which no test lets run by itself."""
    settings.FILES_FOLDER = tmp_path / "files"
    found: list[str] = []
    monkeypatch.setattr(zip_archive.ArchiveBuilder, "begin", lambda self: found.append("begun"))
    return found


def built(world: World = World.EVIDENCE) -> zip_archive.Archive:
    with visit_world(world):
        return zip_archive.build_archive(FILES)


def opened() -> zipfile.ZipFile:
    return zipfile.ZipFile(built().path)


def test_every_file_lies_in_it_as_the_site_gives_it(client: Client) -> None:
    small_london(rows=20)
    bundle = opened()
    whole = [file for file in FILES if file.whole]
    for file in whole:
        assert bundle.read(f"{file.name}.csv").decode() == text_of(client.get(file.address))
    others = {"datapackage.json", "csv-metadata.json", "README.txt"}
    assert set(bundle.namelist()) == {f"{file.name}.csv" for file in whole} | others


def test_the_data_package_and_every_row_are_valid(tmp_path: Path) -> None:
    small_london()
    opened().extractall(tmp_path)
    command = [sys.executable, "-c", VALIDATE, str(tmp_path / "datapackage.json")]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def test_a_wrong_row_would_not_be_valid(tmp_path: Path) -> None:
    factories.system(hosting="saas")
    opened().extractall(tmp_path)
    file = tmp_path / "systems.csv"
    file.write_text(file.read_text().replace("saas", "moon"))
    command = [sys.executable, "-c", VALIDATE, str(tmp_path / "datapackage.json")]
    assert subprocess.run(command, capture_output=True, check=False).returncode == 1


def test_the_package_tells_rows_bytes_hash_and_licence() -> None:
    small_london(rows=20)
    bundle = opened()
    package = json.loads(bundle.read("datapackage.json"))
    assert package["licenses"][0]["name"] == "OGL-UK-3.0"
    for resource in package["resources"]:
        body = bundle.read(resource["path"])
        assert resource["bytes"] == len(body)
        assert resource["hash"] == f"sha256:{hashlib.sha256(body).hexdigest()}"
        assert resource["rows"] == len(list(csv.reader(io.StringIO(body.decode())))) - 1
    assert "Open Government Licence v3.0" in bundle.read("README.txt").decode()


def test_csvw_describes_every_column_of_every_file() -> None:
    bundle = opened()
    told: dict[str, Any] = json.loads(bundle.read("csv-metadata.json"))
    assert told["@context"] == "http://www.w3.org/ns/csvw"
    for table in told["tables"]:
        head = next(csv.reader(io.StringIO(bundle.read(table["url"]).decode())))
        assert [column["name"] for column in table["tableSchema"]["columns"]] == head
        assert all(column["dc:description"] for column in table["tableSchema"]["columns"])


def test_it_is_built_once_for_the_same_data_and_anew_after_a_change(begun: list[str]) -> None:
    factories.contract(title="First")
    first = built()
    made = first.path.stat().st_mtime_ns
    call_command("build_zip", verbosity=0)
    assert first.path.stat().st_mtime_ns == made
    factories.contract(title="Second")
    second = built()
    assert second.path != first.path
    assert not first.path.exists()
    assert "Second" in zipfile.ZipFile(second.path).read("contracts.csv").decode()


def test_before_the_first_is_built_a_visitor_is_asked_to_wait(
    client: Client, begun: list[str]
) -> None:
    response = client.get(PLACE)
    assert (response.status_code, response["Retry-After"]) == (503, "30")
    assert response["Cache-Control"] == "no-store"
    assert "Ask again in half a minute" in text_of(response)
    assert begun == ["begun"]


def test_a_stale_one_is_served_while_a_fresh_one_is_built(client: Client, begun: list[str]) -> None:
    archive = built()
    fresh = client.get(PLACE)
    body = b"".join(fresh)
    assert body == archive.path.read_bytes()
    assert ("ETag" in fresh, begun) == (True, [])
    factories.contract()
    stale = client.get(PLACE)
    assert b"".join(stale) == body
    assert stale["X-As-At"] == fresh["X-As-At"]
    assert ("ETag" in stale, stale["Cache-Control"], begun) == (False, "no-store", ["begun"])


def test_the_data_page_leads_to_it_and_says_of_when_it_is(client: Client) -> None:
    assert "Everything in one zip" in words(client.get("/data/"))
    assert "says in X-As-At and in its README.txt of when it is" in words(client.get("/data/"))


def test_each_world_has_a_zip_of_its_own(client: Client) -> None:
    factories.contract(title="Real")
    factories.contract(title="Made up", source_kind="illustrative")
    for world, prefix, mark in (
        (World.EVIDENCE, "", ""),
        (World.DEMONSTRATION, "/demo", "-demonstration"),
    ):
        bundle = zipfile.ZipFile(built(world).path)
        assert ("Made up" in bundle.read(f"contracts{mark}.csv").decode()) == bool(mark)
        response = client.get(f"{prefix}{PLACE}")
        assert f'filename="citytools{mark}.zip"' in response["Content-Disposition"]
        assert b"".join(response) == built(world).path.read_bytes()


def test_a_zip_knows_no_filter(client: Client) -> None:
    response = client.get(PLACE, {"borough": "camden"})
    assert response.status_code == 400
    assert "borough" in text_of(response)


def test_one_process_builds_at_a_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.undo()
    started: list[Any] = []

    class Running:
        def __init__(self, command: list[str], **_: Any) -> None:
            started.append(command)

        def poll(self) -> int | None:
            return None if len(started) == 1 else 0

    monkeypatch.setattr(subprocess, "Popen", Running)
    builder = zip_archive.ArchiveBuilder()
    builder.begin()
    builder.begin()
    assert [command[-3:] for command in started] == [["build_zip", "--world", "evidence"]]
    assert FILES


def test_what_is_more_than_its_own_address_would_give_is_left_out_and_said(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    small_london(rows=20)
    monkeypatch.setattr(export, "MAX_COMPUTED_ROWS", 1)
    bundle = opened()
    assert client.get("/systems/map.csv").status_code == 400
    named = {load["path"] for load in json.loads(bundle.read("datapackage.json"))["resources"]}
    assert "map.csv" not in {*bundle.namelist(), *named}
    assert "systems.csv" in named
    left_out = bundle.read("README.txt").decode().partition("Left out")[2].partition("Licence")[0]
    assert "map" in left_out
    assert "systems" not in left_out


def test_it_is_as_at_when_its_data_were_read(client: Client) -> None:
    created = json.loads(opened().read("datapackage.json"))["created"]
    response = client.get(PLACE)
    b"".join(response)
    moment = datetime.datetime.fromisoformat(response["X-As-At"])
    assert moment == datetime.datetime.fromisoformat(created)


def test_what_a_stopped_build_left_goes_with_the_next(settings: Settings) -> None:
    settings.FILES_FOLDER.mkdir()
    left = settings.FILES_FOLDER / "draft-half"
    left.write_text("half")
    built()
    assert not left.exists()


def test_each_database_has_a_folder_of_its_own() -> None:
    command = [sys.executable, "-c", "from citytools import settings as s; print(s.FILES_FOLDER)"]
    told = os.environ | {"CITYTOOLS_DATABASE": "nation"}
    done = subprocess.run(command, env=told, capture_output=True, text=True, check=True)
    assert Path(done.stdout.strip()).name == "nation"
