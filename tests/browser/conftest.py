"""Which Chromium the browser tests drive, and what is said where there is none."""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.db import connections

# Playwright's synchronous interface runs an event loop in the thread that also asks the database
os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "1")

FLAGS = (
    *("--disable-gpu", "--disable-quic", "--no-first-run"),
    *("--disable-background-networking", "--disable-component-update", "--disable-sync"),
)
PACKAGED = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
PLAYWRIGHTS_OWN = (
    "chromium-*/chrome-linux*/chrome",
    "chromium-*/chrome-mac*/Chromium.app/Contents/MacOS/Chromium",
    "chromium-*/chrome-mac*/Google Chrome for Testing.app/Contents/MacOS/*",
)
WANTED = (
    "Browser tests did NOT run: no Chromium found. Set CHROMIUM to one, or install one: "
    "apt-get install chromium, or .venv/bin/python -m playwright install chromium"
)


def chromium() -> Path | None:
    """$CHROMIUM, else the newest of Playwright's own, else the system's."""
    if named := os.environ.get("CHROMIUM"):
        if not (Path(named).is_file() and os.access(named, os.X_OK)):
            raise pytest.UsageError(f"CHROMIUM={named} is no program: unset it or mend it")
        return Path(named)
    own = [path for pattern in PLAYWRIGHTS_OWN for path in _downloads().glob(pattern)]
    if own:
        return max(own, key=lambda path: path.stat().st_mtime)
    program = next(filter(None, map(shutil.which, PACKAGED)), None)
    return Path(program) if program else None


def _downloads() -> Path:
    if named := os.environ.get("PLAYWRIGHT_BROWSERS_PATH"):
        return Path(named)
    mac = Path.home() / "Library/Caches/ms-playwright"
    return mac if mac.exists() else Path.home() / ".cache/ms-playwright"


@pytest.fixture(scope="session", autouse=True)
def _connections_end_with_their_request() -> None:
    """A browser keeps its connection to the server; the server's to the database must not stay.

    Otherwise the test database is still in use when the session ends and drops it.
    """
    connections.settings["default"]["CONN_MAX_AGE"] = 0


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict[str, Any]) -> dict[str, Any]:
    """Start the Chromium that was found; its sandbox stays on, except for root, who has none."""
    return {
        **browser_type_launch_args,
        "executable_path": str(chromium()),
        "args": [*FLAGS],
        "chromium_sandbox": os.geteuid() != 0,
    }


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Without a Chromium nothing in this folder can run."""
    if chromium() is None:
        for item in items:
            if Path(__file__).parent in item.path.parents:
                item.add_marker(pytest.mark.skip(reason="no Chromium"))


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> Iterator[None]:
    """Say loudly, right above the closing line, that browser tests did not run."""
    yield
    if chromium() is None:
        terminalreporter.section("ATTENTION", red=True, bold=True)
        terminalreporter.line(WANTED, red=True, bold=True)
