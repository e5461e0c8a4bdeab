"""The same report is printed once, one at a time over all workers, and for nobody who has left."""

import contextlib
import datetime
import os
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.http.response import HttpResponseBase
from django.test import Client
from pytest_django import Settings

from citytools.facts import dates
from citytools.http import file_response
from research.models import Finding
from research.report import pdf
from tests import factories
from tests.log import move_events

pytestmark = pytest.mark.django_db

ADDRESS = "/research/report.pdf"
FAILING = "import sys; sys.stderr.write('no such label'); sys.exit(1)"
SLOW = """
import os, pathlib, time
pathlib.Path(__file__).with_suffix(".pid").write_text(str(os.getpid()))
time.sleep(60)
"""


@pytest.fixture(autouse=True)
def folder(settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where PDFs are kept in this test."""
    monkeypatch.setattr(dates, "today", lambda: datetime.date(2026, 11, 30))
    settings.MAX_CACHED_FILE_BYTES = 10_000_000
    settings.FILES_FOLDER = tmp_path / "files"
    return tmp_path / "files/kept"


@pytest.fixture
def printed(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The day of each report that was printed."""
    days: list[str] = []
    run = pdf._run

    def noted(document: bytes, day: str, *rest: object) -> bytes:
        days.append(day)
        return run(document, day, *rest)  # type: ignore[arg-type]

    monkeypatch.setattr(pdf, "_run", noted)
    return days


def replace_press(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, source: str) -> Path:
    """Print with another program; the path at which SLOW notes its process."""
    program = tmp_path / "press.py"
    program.write_text(source)
    monkeypatch.setattr(pdf, "PROGRAM", program)
    return program.with_suffix(".pid")


def content(response: HttpResponseBase) -> bytes:
    assert response.status_code == 200
    return b"".join(response)


@contextlib.contextmanager
def lock_of_another_process(place: Path) -> Iterator[None]:
    """A second process that holds the lock, as another worker does while it prints."""
    place.mkdir(parents=True, exist_ok=True)
    source = "import sys; from pathlib import Path; from citytools.local import file_locks\n"
    source += (
        "file_locks.try_exclusive(Path(sys.argv[1])); print('held', flush=True); sys.stdin.read()"
    )
    command = [sys.executable, "-c", source, str(place / "report-pdf-lock")]
    pipe = subprocess.PIPE
    with subprocess.Popen(command, stdin=pipe, stdout=pipe) as process:
        assert process.stdout
        assert process.stdout.readline() == b"held\n"
        yield
        process.kill()


def test_the_same_content_is_printed_once_whatever_changed_besides(
    client: Client, printed: list[str]
) -> None:
    factories.finding()
    first = client.get(ADDRESS)
    factories.function()  # a new version of the data, and not of the report
    second = client.get(ADDRESS)
    assert content(second) == content(first)
    assert len(printed) == 1
    for name in ("Content-Type", "Content-Disposition", "Content-Length"):
        assert second[name] == first[name]


def test_other_content_is_printed_anew(client: Client, printed: list[str]) -> None:
    factories.finding(title="Before")
    before = content(client.get(ADDRESS))
    Finding.objects.update(title="After")
    assert content(client.get(ADDRESS)) != before
    assert len(printed) == 2


def test_variants_days_and_hosts_are_other_content(client: Client, printed: list[str]) -> None:
    factories.finding()
    move_events(datetime.date(2026, 10, 20))
    for _ in range(2):
        content(client.get(ADDRESS))
        content(client.get(f"/demo{ADDRESS}"))
        content(client.get(f"{ADDRESS}?as_at=2026-10-20"))
        content(client.get(ADDRESS, headers={"Host": "localhost"}))
    assert len(printed) == 4


def test_another_compiler_or_template_prints_anew(
    client: Client, printed: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    content(client.get(ADDRESS))
    factories.function()
    monkeypatch.setattr(pdf, "_version", lambda: "another")
    content(client.get(ADDRESS))
    assert len(printed) == 2


def test_a_head_and_a_condition_are_answered_from_what_is_kept(
    client: Client, printed: list[str]
) -> None:
    response = client.get(ADDRESS)
    length = len(content(response))
    head = client.head(ADDRESS)
    assert (int(head["Content-Length"]), b"".join(head)) == (length, b"")
    again = client.get(ADDRESS, headers={"If-None-Match": response["ETag"]})
    assert (again.status_code, len(printed)) == (304, 1)


def test_pdfs_are_bounded_with_the_other_files(
    client: Client, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(file_response, "MAX_CACHED_FILES", 2)
    for number in range(3):
        factories.finding(title=f"Claim {number}")
        content(client.get(ADDRESS))
    assert len(list(folder.iterdir())) == 2


def test_while_another_worker_prints_the_answer_is_503_at_once(
    client: Client, settings: Settings, printed: list[str]
) -> None:
    with lock_of_another_process(settings.FILES_FOLDER):
        started = time.monotonic()
        response = client.get(ADDRESS)
        took = time.monotonic() - started
    assert (response.status_code, response["Retry-After"]) == (503, "10")
    assert "Another report is being printed" in response.text
    assert took < 5  # printing may take 30 s, and waiting did
    assert printed == []


def test_what_is_kept_is_sent_while_another_worker_prints(
    client: Client, settings: Settings
) -> None:
    first = content(client.get(ADDRESS))
    with lock_of_another_process(settings.FILES_FOLDER):
        assert content(client.get(ADDRESS)) == first


def test_a_worker_that_was_killed_leaves_no_lock(client: Client, settings: Settings) -> None:
    with lock_of_another_process(settings.FILES_FOLDER):
        pass
    content(client.get(ADDRESS))


def test_a_program_whose_worker_was_killed_keeps_the_lock_until_it_ends(
    client: Client, settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    replace_press(monkeypatch, tmp_path, "import sys; sys.stdin.readline()")
    with pdf._exclusive() as lock:
        assert lock is not None
        command = [sys.executable, str(pdf.PROGRAM)]
        program = subprocess.Popen(command, stdin=subprocess.PIPE, pass_fds=(lock,))
    assert client.get(ADDRESS).status_code == 503
    program.communicate(b"\n")
    assert client.get(ADDRESS).status_code == 200


def test_of_two_threads_one_prints(client: Client) -> None:
    with pdf._exclusive():
        assert client.get(ADDRESS).status_code == 503
    content(client.get(ADDRESS))


def test_a_reader_who_has_left_ends_the_program_and_frees_the_lock(
    client: Client, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    noted = replace_press(monkeypatch, tmp_path, SLOW)
    gone = threading.Event()

    def leave_once_it_prints() -> None:
        while not (noted.exists() and noted.read_text()):
            time.sleep(0.01)
        gone.set()

    threading.Thread(target=leave_once_it_prints, daemon=True).start()
    response = client.get(ADDRESS, **{"citytools.disconnected": gone})  # type: ignore[arg-type]
    assert response.status_code == 503
    with pytest.raises(ProcessLookupError):  # neither running nor a zombie
        os.kill(int(noted.read_text()), 0)
    with pdf._exclusive() as lock:
        assert lock is not None


def test_a_program_that_takes_too_long_is_ended_and_nothing_kept(
    client: Client, folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pdf, "TIMEOUT_SECONDS", 0.5)
    replace_press(monkeypatch, tmp_path, SLOW)
    response = client.get(ADDRESS)
    assert (response.status_code, response["Retry-After"]) == (503, "60")
    assert not folder.exists()
    with pdf._exclusive() as lock:
        assert lock is not None


def test_a_program_that_fails_is_an_error_and_no_empty_file(
    folder: Path, client: Client, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    replace_press(monkeypatch, tmp_path, FAILING)
    with pytest.raises(RuntimeError, match="no such label"):
        client.get(ADDRESS)
    assert not folder.exists()
    with pdf._exclusive() as lock:
        assert lock is not None


def test_without_a_folder_it_is_printed_all_the_same(
    client: Client, settings: Settings, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "file").write_text("a file where the folder should be")
    settings.FILES_FOLDER = tmp_path / "file"
    content(client.get(ADDRESS))
    assert "without the lock" in caplog.text
