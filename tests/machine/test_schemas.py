"""The official schemas are fetched once, as files and by hash; what fails says what to do."""

import hashlib
import io
import os
import tarfile
from collections.abc import Callable
from pathlib import Path

import pytest

from citytools.local.bootstrap import commands, install
from tests import schemas

Publisher = Callable[..., None]


@pytest.fixture
def publish(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Publisher:
    """Make packages of ours the only ones there are, and lock them; `content` is their schema."""
    index = tmp_path / "an index"
    index.mkdir()
    monkeypatch.setattr(schemas, "SCHEMA_FOLDER", tmp_path / "set up" / "schemas")
    monkeypatch.setattr(schemas, "SCHEMA_LOCK", tmp_path / "schemas.lock")
    monkeypatch.setattr(install, "SETUP_FOLDER", tmp_path / "set up")
    monkeypatch.setattr(install, "LOG", tmp_path / "log")
    monkeypatch.setenv("PIP_CONFIG_FILE", os.devnull)
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", index.as_uri())

    def _publish(content: str = "{}", version: str = "1.0") -> None:
        lines = []
        for package, name in PACKAGES.items():
            packed = _source_package(f"{package}-{version}", name, content, tmp_path / "was run")
            (index / f"{package}-{version}.tar.gz").write_bytes(packed)
            digest = hashlib.sha256(packed).hexdigest()
            lines.append(f"{package}=={version} --hash=sha256:{digest}")
        schemas.SCHEMA_LOCK.write_text("\n".join(lines))

    return _publish


PACKAGES = {"ocdsextensionregistry": schemas.RELEASE_SCHEMA, "ocdskit": schemas.PACKAGE_SCHEMA}


def _source_package(top: str, name: str, content: str, trace: Path) -> bytes:
    """A source package as they are published, which leaves a trace if its code is ever run."""
    package, _, version = top.partition("-")
    build = '[build-system]\nrequires = ["setuptools"]\nbuild-backend = "setuptools.build_meta"\n'
    files = {
        "PKG-INFO": f"Metadata-Version: 2.4\nName: {package}\nVersion: {version}\n",
        "pyproject.toml": build,
        "setup.py": f"open({str(trace)!r}, 'w')\n",
        f"tests/fixtures/{name}": content,
        f"tests/fixtures/a/{name}": "another",
    }
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w:gz") as archive:
        for path, text in files.items():
            member = tarfile.TarInfo(f"{top}/{path}")
            member.size = len(text)
            archive.addfile(member, io.BytesIO(text.encode()))
    return packed.getvalue()


def _fetched() -> dict[str, str]:
    return {path.name: path.read_text() for path in schemas.SCHEMA_FOLDER.glob("*.json")}


def test_the_schemas_alone_are_kept_and_nothing_is_run(publish: Publisher, tmp_path: Path) -> None:
    publish('{"title": "e"}')
    schemas.ensure_schemas()
    assert _fetched() == dict.fromkeys(
        (schemas.RELEASE_SCHEMA, schemas.PACKAGE_SCHEMA), '{"title": "e"}'
    )
    assert sorted(path.name for path in install.SETUP_FOLDER.iterdir()) == ["lock", "schemas"]
    assert not (tmp_path / "was run").exists()


def test_what_is_there_is_not_fetched_again(
    publish: Publisher, monkeypatch: pytest.MonkeyPatch
) -> None:
    publish()
    schemas.ensure_schemas()
    monkeypatch.setattr(install, "pip_command", lambda: ["/no/pip"])
    schemas.ensure_schemas()
    assert len(_fetched()) == 2


def test_a_changed_lock_and_a_lost_schema_are_fetched_anew(publish: Publisher) -> None:
    publish("old")
    schemas.ensure_schemas()
    publish("new", version="1.1")
    schemas.ensure_schemas()
    assert set(_fetched().values()) == {"new"}
    (schemas.SCHEMA_FOLDER / schemas.PACKAGE_SCHEMA).unlink()
    schemas.ensure_schemas()
    assert len(_fetched()) == 2


def test_a_package_that_differs_from_the_lock_is_refused(publish: Publisher) -> None:
    publish("what was locked")
    locked = schemas.SCHEMA_LOCK.read_text()
    publish("what somebody put in its place")
    schemas.SCHEMA_LOCK.write_text(locked)
    with pytest.raises(install.SetupError, match="differs from the lock file"):
        schemas.ensure_schemas()
    assert _fetched() == {}


def test_an_index_without_source_packages_is_said_in_one_line(
    publish: Publisher, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    publish()
    monkeypatch.setenv("PIP_FIND_LINKS", str(tmp_path / "set up"))
    with pytest.raises(install.SetupError, match="where PIP_FIND_LINKS names"):
        schemas.ensure_schemas()


def test_set_up_without_the_schemas_fails_at_its_end(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def _fail() -> None:
        raise install.SetupError("no network")

    installed: list[str] = []
    monkeypatch.setattr(commands, "ensure_packages", installed.append)
    monkeypatch.setattr(install, "ensure_node_modules", lambda: installed.append("front end"))
    monkeypatch.setattr(commands, "_python", lambda *module: module == ("-m", "tests.schemas"))
    assert commands.setup() == 1
    assert installed == ["requirements-test.lock", "front end"]
    monkeypatch.setattr(schemas, "ensure_schemas", _fail)
    assert schemas.main() == 1
    assert capsys.readouterr().err == "City Tools: no network\n"
