"""The commands behind make: each sets up what it needs, then runs it."""

import os
import secrets
import shlex
import subprocess
from collections.abc import Callable
from functools import partial

from citytools.local.bootstrap import install
from citytools.local.bootstrap.install import RUNTIME_LOCK, TEST_LOCK, ensure_packages

BENCH_LOCK = "requirements-bench.lock"
# uv writes one lock file for every platform, hashes and all; nothing else needs it
UV = "uv~=0.13"


def run(arguments: list[str]) -> int:
    if not arguments or arguments[0] not in COMMANDS:
        raise install.SetupError(f"name a command: {', '.join(COMMANDS)}")
    return COMMANDS[arguments[0]]()


def setup() -> int:
    ensure_packages(TEST_LOCK)
    install.ensure_node_modules()
    # All other tests can do without the schemas: `run_tests` goes on if they cannot be fetched
    return _python("-m", "tests.schemas")


def serve() -> int:
    """Set up and serve; this process becomes the server."""
    python = ensure_packages(RUNTIME_LOCK)
    install.ensure_node_modules()
    install.become([python, "-m", "citytools", "serve"])
    return 0


def run_tests(markers: str) -> int:
    """Set up and run the tests, on every core; ARGS are for pytest and may say -n 0."""
    setup()
    options = ["-n", "auto", "--dist", "worksteal", "-m", markers]
    install.become([install.PYTHON, "-m", "pytest", *options, *_arguments()])
    return 0


def bench() -> int:
    """Measure against rivals over the same rows, a database for each of SIZES or the fixtures."""
    ensure_packages(RUNTIME_LOCK)
    install.ensure_node_modules()
    venv = install.SETUP_FOLDER / "datasette"
    datasette = ensure_packages(BENCH_LOCK, venv).with_name("datasette")
    for results in install.ROOT.glob(".bench/run-*.json"):
        results.unlink()  # all targets are read from this run
    for size in os.environ.get("SIZES", "fixtures 809 80900 809000").split():
        print(f"== {size}", flush=True)
        rows = "--fixtures" if size == "fixtures" else f"--systems={size}"
        options = [rows, f"--datasette={datasette}", *_arguments()]
        database = {"CITYTOOLS_DATABASE": f"bench_{size}"}
        if failed := _python("-m", "tests.benchmark", "bench", *options, env=database):
            return failed
    return 0


def staff() -> int:
    """Make a staff account, called NAME if that is set."""
    python = ensure_packages(RUNTIME_LOCK)
    name = os.environ.get("NAME", "")
    install.become([python, "-m", "citytools", "staff", *([name] if name else [])])
    return 0


def run_all(*modules: list[str]) -> int:
    """Run each of these modules; the first failure does not hide the next."""
    ensure_packages(TEST_LOCK)
    return max([_python("-m", *module) for module in modules])


def check() -> int:
    """Are migrations complete, and would production's settings pass Django's own audit?"""
    setup()
    migrations = _python("-m", "citytools", "makemigrations", "--check", "--dry-run")
    deployment = _python(
        *("-m", "citytools", "check", "--deploy", "--fail-level", "WARNING"),
        env={
            "CITYTOOLS_MODE": "production",
            "SECRET_KEY": secrets.token_urlsafe(64),
            "DATABASE_URL": "postgresql://nobody@localhost/citytools",
            "ALLOWED_HOSTS": "city-tools.example",
        },
    )
    return migrations or deployment


def lock() -> int:
    """Write the lock files again, with hashes and without any registry's address."""
    uv = install.SETUP_FOLDER / "uv"
    with install.setup_lock():
        options = ["install", "--upgrade", "--target", str(uv), UV]
        install.run_logged([*install.pip_command(), *options], "installing uv")
    # Like npm's, its cache is not in the home folder, which may not be writable
    env = {**os.environ, "UV_CACHE_DIR": str(install.SETUP_FOLDER / "uv-cache")}
    options = ["--universal", "--python-version=3.11", "--generate-hashes", "--only-binary=:all:"]
    options += ["--no-emit-index-url", "--no-header", "--no-annotate", *_arguments()]
    test_groups = ["--group=test", "--group=lint", f"--constraint={RUNTIME_LOCK}"]
    sources = {
        RUNTIME_LOCK: ["pyproject.toml"],
        TEST_LOCK: ["pyproject.toml", *test_groups],
        BENCH_LOCK: ["--group=pyproject.toml:bench"],
    }
    for name, inputs in sources.items():
        command = [str(uv / "bin" / "uv"), "pip", "compile", *inputs, *options]
        install.run_logged([*command, f"--output-file={name}"], "locking", env)
    ensure_packages(RUNTIME_LOCK)
    install.run_npm("install", "--package-lock-only")
    return 0


def _arguments() -> list[str]:
    return shlex.split(os.environ.get("ARGS", ""))


def _python(*arguments: str, env: dict[str, str] | None = None) -> int:
    command = [str(install.PYTHON), *arguments]
    outcome = subprocess.run(
        command, cwd=install.ROOT, env={**os.environ, **(env or {})}, check=False
    )
    return abs(outcome.returncode)


COMMANDS: dict[str, Callable[[], int]] = {
    "run": serve,
    "test": partial(run_tests, "not drill"),
    # The long tests, which the one above leaves out
    "prove": partial(run_tests, "drill"),
    "bench": bench,
    "lint": partial(run_all, ["ruff", "check"], ["ruff", "format", "--check"], ["mypy", "."]),
    "check": check,
    "format": partial(run_all, ["ruff", "check", "--fix"], ["ruff", "format"]),
    "lock": lock,
    "staff": staff,
    "setup": setup,
}
