"""The commands behind make: each sets up what it needs, then runs it."""

import os
import secrets
import shlex
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

from citytools.local.bootstrap import environment, frontend, schemas, steps

RUNTIME, TESTING = environment.LOCKS
RIVALS = "requirements-bench.lock"
# uv writes one lock file for every platform, hashes and all; nothing else needs it
UV = "uv~=0.13"


def run(arguments: list[str]) -> int:
    """Run the command of that name and return its exit status."""
    if not arguments or arguments[0] not in COMMANDS:
        raise steps.CannotGoOn(f"name a command: {', '.join(COMMANDS)}")
    return COMMANDS[arguments[0]]()


def setup() -> int:
    """Install what running and testing need."""
    environment.ensure(TESTING)
    frontend.ensure()
    try:
        schemas.ensure()
    except steps.CannotGoOn as reason:
        # All other tests can do without, so that who tests hears of it and goes on
        print(f"City Tools: {reason}", file=sys.stderr)
        return 1
    return 0


def serve() -> int:
    """Set up and serve; this process becomes the server."""
    python = environment.ensure(RUNTIME)
    frontend.ensure()
    steps.become([python, "-m", "citytools", "serve"])
    return 0


def test() -> int:
    """Set up and run the tests, on every core; ARGS are for pytest and may say -n 0."""
    return _pytest("not drill")


def prove() -> int:
    """Set up and run the long tests, which `make test` leaves out; ARGS as there."""
    return _pytest("drill")


def _pytest(markers: str) -> int:
    setup()
    options = ["-n", "auto", "--dist", "worksteal", "-m", markers]
    steps.become([environment.PYTHON, "-m", "pytest", *options, *_arguments()])
    return 0


def bench() -> int:
    """Measure against rivals over the same rows, a database for each of SIZES."""
    environment.ensure(RUNTIME)
    frontend.ensure()
    datasette = environment.ensure_apart("datasette", RIVALS) / "datasette"
    for size in os.environ.get("SIZES", "809 80900 809000").split():
        steps.say(f"== {size} systems")
        command = ["-m", "citytools", "bench", f"--systems={size}", f"--datasette={datasette}"]
        if failed := _python(*command, *_arguments(), env={"CITYTOOLS_DATABASE": f"bench_{size}"}):
            return failed
    return 0


def staff() -> int:
    """Make a staff account, called NAME if that is set."""
    python = environment.ensure(RUNTIME)
    name = os.environ.get("NAME", "")
    steps.become([python, "-m", "citytools", "staff", *([name] if name else [])])
    return 0


def lint() -> int:
    """Check style and types; the first failure does not hide the next."""
    return _all_of(["ruff", "check"], ["ruff", "format", "--check"], ["mypy", "."])


def format_() -> int:
    """Put the style right."""
    return _all_of(["ruff", "check", "--fix"], ["ruff", "format"])


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
    folder = steps.WORKSHOP / "uv"
    with steps.one_at_a_time():
        steps.quietly(
            [*environment.pip_command(), "install", "--upgrade", "--target", folder, UV],
            "installing uv",
        )
    tail = ["--universal", "--python-version=3.11", "--generate-hashes", "--only-binary=:all:"]
    tail += ["--no-emit-index-url", "--no-header", "--no-annotate", *_arguments()]
    compile_: list[str | Path] = [folder / "bin" / "uv", "pip", "compile", "pyproject.toml", *tail]
    groups = ["--group=test", "--group=lint", f"--constraint={RUNTIME}"]
    # Like npm's, its cache is not in the home folder, which may not be writable
    env = {**os.environ, "UV_CACHE_DIR": str(steps.WORKSHOP / "uv-cache")}
    steps.quietly([*compile_, f"--output-file={RUNTIME}"], "locking", env)
    steps.quietly([*compile_, *groups, f"--output-file={TESTING}"], "locking", env)
    apart: list[str | Path] = [folder / "bin" / "uv", "pip", "compile", *tail]
    rivals = ["--group=pyproject.toml:bench", f"--output-file={RIVALS}"]
    steps.quietly([*apart, *rivals], "locking", env)
    environment.ensure(RUNTIME)
    frontend.npm(frontend.npm_of_the_wheel(), "install", "--package-lock-only")
    return 0


COMMANDS: dict[str, Callable[[], int]] = {
    "run": serve,
    "test": test,
    "prove": prove,
    "bench": bench,
    "lint": lint,
    "check": check,
    "format": format_,
    "lock": lock,
    "staff": staff,
    "setup": setup,
}


def _arguments() -> list[str]:
    return shlex.split(os.environ.get("ARGS", ""))


def _all_of(*modules: list[str]) -> int:
    environment.ensure(TESTING)
    return max([_python("-m", *module) for module in modules])


def _python(*arguments: str | Path, env: dict[str, str] | None = None) -> int:
    command = [str(environment.PYTHON), *map(str, arguments)]
    outcome = subprocess.run(
        command, cwd=steps.ROOT, env={**os.environ, **(env or {})}, check=False
    )
    return abs(outcome.returncode)
