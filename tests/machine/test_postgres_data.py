"""The embedded database's data last: told where they are, never begun anew, never shared unseen."""

import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from citytools.local.postgres import cluster, homes, programs, server
from citytools.local.postgres.cluster import StartError
from tests.machine.conftest import Starter, forget, postmaster_seen_by, version_at

as_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root keeps data outside the project")

pytestmark = pytest.mark.drill


@pytest.fixture
def closed(empty: Path) -> Path:
    """A project that the server's account cannot enter, as in root's home."""
    empty.parent.chmod(0o700)
    return empty


@pytest.fixture
def outside(closed: Path, lasting: Path, folder: Path) -> Iterator[Path]:
    """A project in use whose data lie in the lasting place."""
    home = lasting / cluster.path_hash(closed)
    home.mkdir()
    subprocess.run(["cp", "-a", folder / "data", home / "data"], check=True)
    server.ensure_running(closed)
    server.release(closed)
    yield closed
    forget(closed)


def test_a_record_says_where_the_cluster_is_and_which(folder: Path) -> None:
    server.ensure_running(folder)
    number = cluster.system_identifier(folder / "data")
    assert cluster.read_record(folder) == cluster.ClusterRecord(folder, number or 0)
    assert server.data_folder(folder) == folder / "data"


@pytest.mark.parametrize("left", [[], ["global"]])
def test_data_that_have_gone_are_not_begun_anew(folder: Path, left: list[str]) -> None:
    server.ensure_running(folder)
    server.release(folder)
    shutil.rmtree(folder / "data")
    for name in left:
        (folder / "data" / name).mkdir(parents=True)
    with pytest.raises(StartError, match=r"backup; or, .* remove .*cluster\.json") as refusal:
        server.ensure_running(folder)
    assert "\n" not in str(refusal.value)
    assert not (folder / "data" / "PG_VERSION").exists()


def test_data_that_go_while_the_process_runs_are_not_begun_anew(folder: Path) -> None:
    server.ensure_running(folder)
    programs.stop_postmaster(programs.postmaster_pid(folder / "data") or 0, folder / "data")
    shutil.rmtree(folder / "data")
    with pytest.raises(StartError, match="are not there any more"):
        server.ensure_running(folder)


def test_without_the_record_a_new_cluster_is_begun(folder: Path) -> None:
    server.ensure_running(folder)
    server.release(folder)
    shutil.rmtree(folder / "data")
    cluster.record_path(folder).unlink()
    assert version_at(server.ensure_running(folder))


def test_another_cluster_in_its_place_is_refused(folder: Path) -> None:
    cluster.write_record(folder, cluster.ClusterRecord(folder, 42))
    with pytest.raises(StartError, match="is not the one that was made for this folder"):
        server.ensure_running(folder)


def test_damaged_data_without_a_record_are_left_alone(folder: Path) -> None:
    (folder / "data" / "PG_VERSION").unlink()
    with pytest.raises(StartError, match="are damaged"):
        server.ensure_running(folder)
    assert (folder / "data" / "global" / "pg_control").exists()


def test_a_moved_folder_takes_its_data_along(folder: Path) -> None:
    server.ensure_running(folder)
    server.release(folder)
    moved = folder.with_name("moved")
    folder.rename(moved)
    try:
        assert version_at(server.ensure_running(moved))
    finally:
        forget(moved)


@as_root
def test_what_lay_where_the_system_cleans_up_is_moved(
    closed: Path, lasting: Path, folder: Path, caplog: pytest.LogCaptureFixture
) -> None:
    former = lasting / "cleaned" / f"citytools-{cluster.path_hash(closed)}"
    former.mkdir(mode=0o755)
    subprocess.run(["cp", "-a", folder / "data", former / "data"], check=True)
    number = cluster.system_identifier(former / "data")
    assert version_at(server.ensure_running(closed))
    assert cluster.read_record(closed) == cluster.ClusterRecord(
        lasting / cluster.path_hash(closed), number or 0
    )
    assert "was moved from" in caplog.text
    assert not former.exists()


@as_root
def test_what_is_in_use_there_is_moved_when_next_started(
    closed: Path, lasting: Path, folder: Path, start_client: Starter
) -> None:
    former = lasting / "cleaned" / f"citytools-{cluster.path_hash(closed)}"
    postmaster_seen_by(start_client(folder))
    former.mkdir(mode=0o755)
    (former / "data").symlink_to(folder / "data")
    assert homes.locate_home(closed) == former


@as_root
def test_root_keeps_data_in_a_lasting_place(outside: Path, lasting: Path) -> None:
    home = lasting / cluster.path_hash(outside)
    record = cluster.read_record(outside)
    assert record
    assert record.home == home
    assert homes.locate_cluster(outside).home == home


@as_root
def test_a_copy_of_the_project_does_not_share_its_data(outside: Path) -> None:
    copy = outside.parent / "copy" / ".postgres"
    shutil.copytree(outside, copy)
    with pytest.raises(StartError, match=r"is a copy of .* remove"):
        server.ensure_running(copy)
    assert homes.locate_cluster(outside)


@as_root
def test_a_moved_project_keeps_its_data(outside: Path) -> None:
    home = homes.locate_cluster(outside).home
    moved = outside.with_name("moved")
    outside.rename(moved)
    assert homes.locate_cluster(moved).home == home
    # Another clone where it was gets a home of its own
    again = homes.locate_cluster(outside)
    assert again.home not in (home, outside)
    assert not again.data.exists()


@as_root
def test_a_new_clone_at_the_same_path_finds_the_data_and_says_so(
    outside: Path, caplog: pytest.LogCaptureFixture
) -> None:
    home = homes.locate_cluster(outside).home
    shutil.rmtree(outside)
    assert homes.locate_cluster(outside).home == home
    assert "an earlier clone at this path" in caplog.text


@as_root
def test_where_no_lasting_place_is_to_be_had_the_former_serves(
    closed: Path, lasting: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(homes, "LASTING_FOLDERS", (Path(os.devnull) / "city-tools",))
    assert homes.locate_cluster(closed).home.parent == lasting / "cleaned"


@as_root
def test_a_full_disk_is_said_in_one_line(empty: Path) -> None:
    empty.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=2m", "tmpfs", str(empty)]
    if subprocess.run(mount, capture_output=True, check=False).returncode:
        pytest.skip("nothing may be mounted here")
    try:
        with pytest.raises(StartError, match="No space left on device") as refusal:
            server.ensure_running(empty)
        assert "\n" not in str(refusal.value)
        assert not (empty / "data").exists()
    finally:
        subprocess.run(["umount", empty], check=True)


@as_root
def test_a_folder_that_another_account_laid_there_is_not_taken(
    closed: Path, lasting: Path, folder: Path
) -> None:
    planted = lasting / "cleaned" / f"citytools-{cluster.path_hash(closed)}"
    planted.mkdir(mode=0o755)
    subprocess.run(["cp", "-a", folder / "data", planted / "data"], check=True)
    os.chown(planted, 65534, -1)
    assert version_at(server.ensure_running(closed))
    assert (planted / "data" / "PG_VERSION").exists()
    assert not (planted / homes.OWNER_FILE).exists()
    record = cluster.read_record(closed)
    assert record is not None
    assert record.system_identifier != cluster.system_identifier(planted / "data")
