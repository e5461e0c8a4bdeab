"""Setting up: what is wrong is said in one line, and what is there is not fetched again."""

import ast
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from citytools.local.bootstrap import __main__ as entry
from citytools.local.bootstrap import commands, install
from tests.machine.conftest import ROOT

PIECES = ("requirements.lock", "requirements-test.lock", "package.json", "package-lock.json")


@pytest.fixture
def clone(tmp_path: Path) -> Path:
    """What a fresh clone has of the set-up, in a path with a blank."""
    top = tmp_path / "a clone"
    shutil.copytree(ROOT / "citytools" / "local", top / "citytools" / "local")
    (top / "citytools" / "__init__.py").touch()
    for piece in (*PIECES, "Makefile"):
        shutil.copy(ROOT / piece, top / piece)
    return top


def _run(clone: Path, *command: str, **variables: str) -> subprocess.CompletedProcess[str]:
    env = {**os.environ, **variables}
    env.pop("MAKEFLAGS", None)
    return subprocess.run(command, cwd=clone, env=env, capture_output=True, text=True, check=False)


def test_no_network_is_said_in_one_line(clone: Path) -> None:
    nowhere = {"PIP_INDEX_URL": "http://127.0.0.1:9/simple", "PIP_CONFIG_FILE": os.devnull}
    elsewhere = {"PIP_FIND_LINKS": "", "PIP_NO_CACHE_DIR": "1", "PIP_RETRIES": "0"}
    outcome = _run(
        clone, sys.executable, "-m", "citytools.local.bootstrap", "run", **nowhere, **elsewhere
    )
    assert outcome.returncode == 1
    (line,) = outcome.stderr.strip().splitlines()
    assert "connect to the network and start again" in line


def test_unknown_command_is_said_in_one_line(clone: Path) -> None:
    outcome = _run(clone, sys.executable, "-m", "citytools.local.bootstrap", "dance")
    assert outcome.stderr.startswith("City Tools: name a command: run, test")


def test_make_without_python_says_what_to_do(clone: Path) -> None:
    outcome = _run(clone, "make", "run", "PYTHON=python9")
    assert "install Python 3.11 or newer" in outcome.stderr
    assert len(outcome.stderr.strip().splitlines()) == 1


def test_python_that_is_too_old_understands_the_entry() -> None:
    ast.parse(Path(entry.__file__).read_text(), feature_version=(3, 6))


def test_python_that_is_too_old_is_said_in_one_line(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(entry.sys, "version_info", (3, 9, 2))
    monkeypatch.setenv("PATH", "")
    assert entry.main() == 1
    assert "Python 3.11 or newer is needed and this is 3.9" in capsys.readouterr().err


def test_python_without_any_pip_is_said_in_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(install, "_pip_version", lambda _command: (0,))
    monkeypatch.setattr(install.importlib.util, "find_spec", lambda _name: None)
    with pytest.raises(install.SetupError, match="apt-get install python3-venv"):
        install.pip_command()


def test_pip_too_old_to_install_elsewhere_is_passed_over(monkeypatch: pytest.MonkeyPatch) -> None:
    versions = {sys.executable: (21, 0), "/usr/bin/pip3": (23, 0)}
    monkeypatch.setattr(install.shutil, "which", lambda name: f"/usr/bin/{name}")
    monkeypatch.setattr(install, "_pip_version", lambda command: versions[command[0]])
    assert install.pip_command() == ["/usr/bin/pip3"]


@pytest.mark.parametrize(
    ("output", "advice"),
    [
        ("ERROR: [Errno 28] No space left on device", "make room"),
        ("Retrying after connection broken by 'NewConnectionError'", "connect to the network"),
        ("npm error code EAI_AGAIN", "connect to the network"),
        ("npm error code EACCES\nnpm error You can rerun", "may not write there"),
        ("SSLError(SSLCertVerificationError) Max retries exceeded", "PIP_CERT"),
        ("THESE PACKAGES DO NOT MATCH THE HASHES", "differs from the lock file"),
        ("ERROR: No matching distribution found for x", "no wheel for this machine"),
        ("ERROR: No matching distribution found for ocdskit==1.7.0", "no source package"),
        ("a line\nthe last line\n", "the last line"),
        ("", "it said nothing"),
    ],
)
def test_cause_says_what_to_do(output: str, advice: str) -> None:
    assert advice in install.advice_for(output)


def test_changed_lock_is_installed_anew(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    installed: list[str] = []

    def run_logged(_command: object, purpose: str, _env: object = None) -> None:
        installed.append(purpose)
        (tmp_path / ".venv" / "bin").mkdir(parents=True, exist_ok=True)
        (tmp_path / ".venv" / "bin" / "python").touch()

    monkeypatch.setattr(install, "ROOT", tmp_path)
    monkeypatch.setattr(install, "run_logged", run_logged)
    lock = tmp_path / "requirements.lock"
    for text in ("django==5.2", "django==5.2", "django==5.3"):
        lock.write_text(text)
        install.ensure_packages(lock.name, tmp_path / ".venv")
    assert installed == ["making .venv", *["installing Python packages"] * 2]


def test_npm_comes_with_the_wheel_and_needs_no_home_folder(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    # A folder that nobody can make, root included
    monkeypatch.setenv("HOME", f"{os.devnull}/home")
    monkeypatch.setenv("NPM_CONFIG_CACHE", f"{os.devnull}/cache")
    monkeypatch.setenv("PATH", "")
    monkeypatch.setattr(install, "NPM_CACHE", tmp_path / "npm")
    install.run_npm("cache", "verify")
    assert (tmp_path / "npm" / "_cacache").is_dir()


def test_npm_keeps_its_cache_within_the_project() -> None:
    assert install.NPM_CACHE.is_relative_to(ROOT)


@pytest.mark.parametrize("lock", [install.RUNTIME_LOCK, install.TEST_LOCK, "schemas.lock"])
def test_locks_hold_hashes_and_no_address(lock: str) -> None:
    text = (ROOT / lock).read_text()
    assert "://" not in text
    assert str(ROOT) not in text
    packages = re.split(r"\n(?=\S)", re.sub(r"(?m)^#.*\n", "", text).strip())
    assert all("--hash=sha256:" in package for package in packages)


def test_testing_lock_holds_all_of_the_running_one() -> None:
    pins = [
        set(re.findall(r"^\S+==\S+", (ROOT / lock).read_text(), re.MULTILINE))
        for lock in PIECES[:2]
    ]
    assert pins[0] < pins[1]


def test_front_end_lock_holds_no_address() -> None:
    assert '"resolved"' not in (ROOT / "package-lock.json").read_text()


def test_every_command_has_a_make_target() -> None:
    (listed,) = re.findall(r"^COMMANDS := (.+)$", (ROOT / "Makefile").read_text(), re.MULTILINE)
    assert set(listed.split()) == set(commands.COMMANDS)
