"""While the disk is full or closed to us: a file is 503, pages go on, and nothing is left."""

import errno
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.test import Client
from pytest_django import Settings

from citytools.exports import formats, registry, zip_archive
from citytools.http import file_response, outages
from citytools.pages import data, home
from citytools.worlds import World, use_world
from tests import factories
from tests.pages import text_of, words

FILES = registry.exports()

pytestmark = pytest.mark.django_db
ZIP = "/data/citytools.zip"
GENERATED = ["/systems/systems.csv", "/contracts/contracts.ocds.json", "/contracts/together.csv"]
Popen = subprocess.Popen
begin = zip_archive.ArchiveBuilder.begin  # as it is, before the tests' own replaces it


@pytest.fixture(autouse=True)
def _every_line_is_logged(monkeypatch: pytest.MonkeyPatch) -> None:
    for log in (outages._log, file_response._log):
        monkeypatch.setattr(log, "filters", [])


@pytest.fixture
def client() -> Client:
    """A client that shows what a browser would see of a fault."""
    factories.contract(systems=[factories.system()])
    return Client(raise_request_exception=False)


@pytest.fixture
def spooled(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """Every file goes through this folder, however small it is."""
    monkeypatch.setattr(file_response, "_MAX_BYTES_IN_MEMORY", 1)
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    return tmp_path


@pytest.fixture
def full(spooled: Path, settings: Settings) -> Iterator[Path]:
    """A disk with no room left, for temporary files and for those that are kept."""
    settings.FILES_FOLDER = spooled / "files"
    mount = ["mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", str(spooled)]
    if os.geteuid() or subprocess.run(mount, capture_output=True, check=False).returncode:
        pytest.skip("nothing may be mounted here")
    try:
        with (spooled / "filling").open("wb", buffering=0) as file:
            try:
                while file.write(bytes(4096)):
                    pass
            except OSError:
                yield spooled
    finally:
        subprocess.run(["umount", "-l", spooled], check=True)


@pytest.mark.parametrize("address", GENERATED)
def test_a_file_for_which_there_is_no_room_says_so(
    client: Client, full: Path, caplog: pytest.LogCaptureFixture, address: str
) -> None:
    response = client.get(address)
    assert (response.status_code, response["Retry-After"]) == (503, "300")
    assert response["Content-Type"] == "text/plain; charset=utf-8"
    assert "could not be made: the server's disk is full" in text_of(response)
    assert "No space left on device" in caplog.text
    assert "Traceback" not in caplog.text
    assert [path.name for path in full.iterdir()] == ["filling"]


def test_a_workbook_that_failed_leaves_no_drafts(
    client: Client, spooled: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def write(*_: object) -> None:
        assert list(spooled.rglob("*.xml")) or list(spooled.rglob("tmp*"))
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(formats, "_write", write)
    assert client.get("/systems/systems.xlsx").status_code == 503
    assert list(spooled.iterdir()) == []


def test_pages_go_on_while_the_disk_is_full(client: Client, full: Path) -> None:
    assert full
    for address in ("/", "/systems/", "/data/"):
        assert client.get(address).status_code == 200


def test_after_there_is_room_again_the_file_is_whole(client: Client, full: Path) -> None:
    assert client.get("/systems/systems.csv").status_code == 503
    os.truncate(full / "filling", 0)
    response = client.get("/systems/systems.csv")
    assert response.status_code == 200
    assert len(text_of(response)) == int(response["Content-Length"])


def test_a_file_that_is_not_kept_leaves_nothing(
    client: Client, full: Path, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(file_response, "_MAX_BYTES_IN_MEMORY", 1_000_000)
    settings.MAX_CACHED_FILE_BYTES = 1_000_000
    assert text_of(client.get("/systems/systems.csv"))
    assert [path for path in settings.FILES_FOLDER.rglob("*") if path.is_file()] == []
    assert full


def test_a_zip_for_which_there_is_no_room_leaves_no_half(full: Path, settings: Settings) -> None:
    factories.system()
    settings.FILES_FOLDER.mkdir()
    with pytest.raises(OSError, match="No space"):
        zip_archive.build_archive(FILES)
    assert [path.name for path in settings.FILES_FOLDER.iterdir()] == ["lock"]
    assert full


def test_a_folder_for_temporary_files_that_has_gone(client: Client, spooled: Path) -> None:
    spooled.rmdir()
    response = client.get("/systems/systems.csv")
    assert response.status_code == 503
    assert "the server cannot write to its disk" in text_of(response)


@pytest.mark.parametrize("code", ["ENOSPC", "EDQUOT", "EFBIG", "EROFS", "EACCES"])
def test_every_fault_of_the_disk_is_told(
    client: Client, failing: Callable[..., None], code: str
) -> None:
    failing(OSError(getattr(errno, code), "?"))
    assert client.get("/").status_code == 503


@pytest.mark.parametrize(
    "fault", [FileNotFoundError(errno.ENOENT, "?", "/srv/template.html"), OSError("?"), KeyError()]
)
def test_faults_of_ours_are_still_faults(
    client: Client, failing: Callable[..., None], fault: Exception
) -> None:
    failing(fault)
    assert client.get("/").status_code == 500


@pytest.fixture
def failing(monkeypatch: pytest.MonkeyPatch) -> Callable[[Exception], None]:
    """The overview fails."""

    def fail(fault: Exception) -> None:
        def broken(*_: object) -> None:
            raise fault

        monkeypatch.setattr(home, "overview_figures", broken)

    return fail


class Built:
    """A process that built, or did not, and is over."""

    started = 0

    def __init__(self, *_: Any, **__: Any) -> None:
        type(self).started += 1
        script = 'import sys; sys.exit("CommandError: the server\'s disk is full: [Errno 28]")'
        self._process = Popen([sys.executable, "-c", script], stderr=subprocess.PIPE)
        self._process.wait()
        self.stderr = self._process.stderr

    def poll(self) -> int | None:
        return self._process.poll()


@pytest.fixture
def builder(
    monkeypatch: pytest.MonkeyPatch, settings: Settings, tmp_path: Path
) -> zip_archive.ArchiveBuilder:
    """A builder whose processes find the disk full."""
    settings.FILES_FOLDER = tmp_path
    archive_builder = zip_archive.ArchiveBuilder()
    monkeypatch.setattr(zip_archive.ArchiveBuilder, "begin", begin)
    monkeypatch.setattr(
        zip_archive.subprocess, "Popen", type("Built", (Built,), {"__module__": ""})
    )
    monkeypatch.setitem(data._builders, World.EVIDENCE, archive_builder)
    return archive_builder


def test_a_zip_that_failed_is_not_begun_at_every_request(
    client: Client, builder: zip_archive.ArchiveBuilder, caplog: pytest.LogCaptureFixture
) -> None:
    for _ in range(4):
        response = client.get(ZIP)
    assert (response.status_code, response["Retry-After"]) == (503, "600")
    assert "could not be made: the server's disk is full" in text_of(response)
    assert "The last try to build the zip failed" in words(client.get("/data/"))
    assert caplog.text.count("was not built: the server's disk is full: [Errno 28]") == 1
    assert zip_archive.subprocess.Popen.started == 1  # type: ignore[attr-defined]
    assert why(builder)


def why(builder: zip_archive.ArchiveBuilder) -> str:
    """Why it failed, looked at anew each time."""
    with use_world(World.EVIDENCE):
        return builder.failure


def test_new_data_or_ten_minutes_are_worth_another_try(
    client: Client, builder: zip_archive.ArchiveBuilder, monkeypatch: pytest.MonkeyPatch
) -> None:
    client.get(ZIP)
    assert why(builder)
    factories.borough()
    assert not why(builder)
    client.get(ZIP)
    assert why(builder)
    monkeypatch.setattr(zip_archive, "RETRY_AFTER_SECONDS", 0)
    assert not why(builder)


@pytest.mark.usefixtures("full")
def test_the_command_says_why_in_a_line(settings: Settings) -> None:
    settings.FILES_FOLDER.mkdir()
    with pytest.raises(CommandError, match=r"^the server's disk is full: "):
        call_command("build_zip")
