"""The embedded server survives what happens to servers on people's machines."""

import os
import signal
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import psycopg2
import pytest
from django.db import connection

from citytools.local.postgres import base, cluster, homes, programs, reaper, server
from tests.machine.conftest import (
    ROOT,
    Starter,
    eventually,
    forget,
    postmaster_seen_by,
    version_at,
)

IN_USE = {"dbname": "dropped_in_use"}

pytestmark = pytest.mark.drill


def test_first_use_starts_a_server_that_answers(empty: Path) -> None:
    assert int(version_at(server.ensure_running(empty)).split(".")[0]) >= 14


def test_simultaneous_first_starts_share_one_server(empty: Path, start_client: Starter) -> None:
    clients = [start_client(empty) for _ in range(6)]
    assert len({postmaster_seen_by(client) for client in clients}) == 1


def test_server_stops_when_its_last_user_is_killed(folder: Path, start_client: Starter) -> None:
    clients = [start_client(folder) for _ in range(2)]
    seen = [postmaster_seen_by(client) for client in clients]
    clients[0].kill()
    clients[0].wait()
    assert programs.postmaster_pid(folder / "data") == seen[0]
    clients[1].kill()
    assert eventually(lambda: programs.postmaster_pid(folder / "data") is None)


def test_release_stops_the_server_at_once(folder: Path) -> None:
    server.ensure_running(folder)
    assert server.release(folder)
    assert programs.postmaster_pid(folder / "data") is None


def test_release_leaves_the_server_to_others(folder: Path, start_client: Starter) -> None:
    client = start_client(folder)
    seen = postmaster_seen_by(client)
    server.ensure_running(folder)
    assert not server.release(folder)
    assert programs.postmaster_pid(folder / "data") == seen


def test_killed_server_is_started_again(folder: Path) -> None:
    server.ensure_running(folder)
    killed = _postmaster(folder)
    os.kill(killed, signal.SIGKILL)
    assert eventually(lambda: programs.postmaster_pid(folder / "data") is None)
    version_at(server.ensure_running(folder))
    assert _postmaster(folder) != killed


def test_pid_file_that_names_a_stranger_is_not_believed(folder: Path) -> None:
    server.ensure_running(folder)
    lines = (folder / "data" / "postmaster.pid").read_text().split("\n")
    server.release(folder)
    (folder / "data" / "postmaster.pid").write_text("\n".join([str(os.getpid()), *lines[1:]]))
    assert version_at(server.ensure_running(folder))


def test_half_made_cluster_is_made_anew(empty: Path) -> None:
    (empty / "data.new").mkdir(parents=True)
    (empty / "data.new" / "PG_VERSION").write_text("18")
    assert version_at(server.ensure_running(empty))


def test_killed_reaper_is_replaced(folder: Path, start_client: Starter) -> None:
    postmaster_seen_by(start_client(folder))
    os.kill(_reaper(folder), signal.SIGKILL)
    postmaster_seen_by(start_client(folder))
    assert _reaper(folder)


def test_path_too_long_for_a_socket(empty: Path) -> None:
    deep = empty.parent / ("deep " * 15) / ".postgres"
    deep.parent.mkdir()
    try:
        address = server.ensure_running(deep)
        assert len(address.host) < cluster.MAX_SOCKET_PATH_BYTES
        assert version_at(address)
    finally:
        forget(deep)
        Path(address.host).rmdir()


def test_quote_and_comma_in_the_path(empty: Path) -> None:
    odd = empty.parent / "it's, well, odd" / ".postgres"
    odd.parent.mkdir()
    try:
        address = server.ensure_running(odd)
        assert version_at(address)
    finally:
        forget(odd)
        Path(address.host).rmdir()


def test_cluster_of_another_version_is_refused_in_one_line(folder: Path) -> None:
    server.ensure_running(folder)
    server.release(folder)
    (folder / "data" / "PG_VERSION").write_text("9\n")
    with pytest.raises(cluster.StartError, match=r"of PostgreSQL 9 .* set PG_BINDIR") as refusal:
        server.ensure_running(folder)
    assert "\n" not in str(refusal.value)


def test_named_programs_that_are_not_there(empty: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PG_BINDIR", "/nowhere")
    with pytest.raises(cluster.StartError, match="set PG_BINDIR"):
        server.ensure_running(empty)


def test_folder_that_somebody_laid_for_us_is_refused(empty: Path) -> None:
    trap = empty.parent / "trap"
    trap.mkdir()
    trap.chmod(0o777)
    with pytest.raises(cluster.StartError, match="is not ours"):
        homes.make_own_folder(trap, uid=os.geteuid(), mode=0o700)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root has to change accounts")
@pytest.mark.usefixtures("lasting")
def test_root_loosens_no_modes_where_the_server_cannot_go(empty: Path) -> None:
    empty.parent.chmod(0o700)
    ours = homes.locate_cluster(empty)
    try:
        assert version_at(server.ensure_running(empty))
        assert ours.home != empty
        assert empty.parent.stat().st_mode & 0o777 == 0o700
    finally:
        server.release(empty)
        subprocess.run(["rm", "-r", ours.home], check=True)


def test_two_test_runs_have_databases_of_their_own() -> None:
    program = "import django; django.setup(); from citytools.local.postgres import base; "
    program += "print(base.DatabaseCreation._run_number(), flush=True); input()"
    command = [sys.executable, "-c", program]
    pipe = subprocess.PIPE
    with (
        subprocess.Popen(command, cwd=ROOT, stdin=pipe, stdout=pipe, text=True) as first,
        subprocess.Popen(command, cwd=ROOT, stdin=pipe, stdout=pipe, text=True) as second,
    ):
        assert first.stdout
        assert second.stdout
        assert first.stdout.readline() != second.stdout.readline()
        first.communicate("\n")
        second.communicate("\n")


@pytest.mark.django_db
def test_database_in_use_is_dropped_all_the_same() -> None:
    with connection._nodb_cursor() as cursor:
        cursor.execute("CREATE DATABASE dropped_in_use")
    with closing(psycopg2.connect(**connection.get_connection_params() | IN_USE)) as user:
        base.drop_database("dropped_in_use")
        with pytest.raises(psycopg2.OperationalError), user.cursor() as cursor:
            cursor.execute("SELECT 1")


def _postmaster(folder: Path) -> int:
    pid = programs.postmaster_pid(folder / "data")
    assert pid is not None
    return pid


def _reaper(folder: Path) -> int:
    """The pid of the reaper on duty for this folder."""
    listing = subprocess.run(
        ["ps", "-wweo", "pid=,args="], capture_output=True, text=True, check=True
    )
    (line,) = (
        line
        for line in listing.stdout.splitlines()
        if reaper.__name__ in line and str(folder) in line
    )
    return int(line.split()[0])


@pytest.mark.django_db
def test_another_database_is_made_when_first_used() -> None:
    asks = (
        "from django.db import connection as c; k = c.cursor(); "
        "k.execute('SELECT current_database()'); print(k.fetchone()[0])"
    )
    command = [sys.executable, "manage.py", "shell", "-v", "0", "-c", asks]
    env = {**os.environ, "CITYTOOLS_DATABASE": "made_in_a_test"}
    base.drop_database("made_in_a_test")
    try:
        for _ in range(2):
            outcome = subprocess.run(
                command, cwd=ROOT, env=env, capture_output=True, text=True, check=True
            )
            assert outcome.stdout.strip() == "made_in_a_test"
    finally:
        base.drop_database("made_in_a_test")
