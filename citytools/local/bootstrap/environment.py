"""The virtual environment: .venv, made from the hashed lock files."""

import importlib.util
import os
import platform
import re
import shutil
import subprocess
import sys
from pathlib import Path

from citytools.local.bootstrap import steps

VENV = steps.ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
STAMP = VENV / "installed"
# Each lock file holds all that stand before it
LOCKS = ("requirements.lock", "requirements-test.lock")
# pip learnt --python in 22.3
OLDEST_PIP = (22, 3)
_INSTALL = (
    *("install", "--require-hashes", "--no-deps", "--only-binary=:all:", "--no-compile"),
    *("--quiet", "--no-input", "--no-warn-script-location", "--disable-pip-version-check"),
    "--retries=2",
)
# Settings of a person's pip that would put packages elsewhere than in .venv
_MISLEADING = ("PIP_USER", "PIP_TARGET", "PIP_PREFIX", "PIP_ROOT", "PIP_REQUIRE_VIRTUALENV")


def ensure(lock: str) -> Path:
    """Make .venv hold what the lock file lists, and return its interpreter."""
    if not _holds(lock):
        with steps.one_at_a_time():
            if not _holds(lock):
                _install(lock)
    return PYTHON


def _holds(lock: str) -> bool:
    return PYTHON.exists() and _line(lock) in _stamped()


def _line(lock: str) -> str:
    return f"{lock} {steps.fingerprint(steps.ROOT / lock, _this_python())}"


def _this_python() -> str:
    version = ".".join(map(str, sys.version_info[:2]))
    return f"{platform.python_implementation()} {version} {platform.machine()}"


def _stamped() -> list[str]:
    return STAMP.read_text().splitlines() if STAMP.exists() else []


def _install(lock: str) -> None:
    # Without its stamp an environment may be half made, or another Python's: begin again
    if not (PYTHON.exists() and _this_python() in _stamped()):
        _make(VENV)
    STAMP.unlink(missing_ok=True)
    _install_into(PYTHON, lock)
    held = LOCKS[: LOCKS.index(lock) + 1]
    STAMP.write_text("\n".join([_this_python(), *map(_line, held)]))


def ensure_apart(name: str, lock: str) -> Path:
    """An environment of its own beneath the workshop, for a program that we only run."""
    folder = steps.WORKSHOP / name
    stamp, wanted = folder / "installed", _line(lock)
    with steps.one_at_a_time():
        if not (stamp.exists() and stamp.read_text() == wanted):
            _make(folder)
            _install_into(folder / "bin" / "python", lock)
            stamp.write_text(wanted)
    return folder / "bin"


def _make(folder: Path) -> None:
    steps.say(f"Making {folder.relative_to(steps.ROOT)} …")
    command: list[str | Path] = [sys.executable, "-m", "venv", "--clear", "--without-pip", folder]
    steps.quietly(command, f"making {folder.name}")


def _install_into(python: Path, lock: str) -> None:
    steps.say(f"Installing Python packages from {lock} …")
    steps.quietly(
        [*pip_command(), "--python", python, *_INSTALL, "-r", steps.ROOT / lock],
        "installing Python packages",
        env=variables(),
    )


def variables() -> dict[str, str]:
    """This process's environment variables, without those that would mislead pip."""
    return {name: value for name, value in os.environ.items() if name not in _MISLEADING}


def pip_command() -> list[str]:
    """A pip that can install into .venv: this Python's, else one on PATH, else ensurepip's."""
    candidates = [[sys.executable, "-m", "pip"]]
    candidates += [[found] for found in map(shutil.which, ("pip3", "pip")) if found]
    for candidate in candidates:
        if _pip_version(candidate) >= OLDEST_PIP:
            return candidate
    ensurepip = importlib.util.find_spec("ensurepip")
    # Without an origin it is a folder that a package left behind
    if ensurepip and ensurepip.origin:
        return [str(_pip_of_our_own()), "-m", "pip"]
    raise steps.CannotGoOn(
        "this Python has neither pip nor ensurepip: "
        "install them (Debian: apt-get install python3-venv) and start again"
    )


def _pip_version(command: list[str]) -> tuple[int, ...]:
    outcome = subprocess.run([*command, "--version"], capture_output=True, text=True, check=False)
    found = re.match(r"pip (\d+)\.(\d+)", outcome.stdout)
    return tuple(map(int, found.groups())) if found else (0,)


def _pip_of_our_own() -> Path:
    folder = steps.WORKSHOP / "pip"
    python = folder / "bin" / "python"
    steps.quietly([sys.executable, "-m", "venv", "--clear", folder], "making a pip")
    return python
