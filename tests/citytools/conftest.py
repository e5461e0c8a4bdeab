"""A folder of fixtures for tests that load them, and pages that are kept."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from django.core.signals import request_finished, request_started
from django.db import close_old_connections
from pytest_django import Settings

from citytools.http import page_cache
from tests.loading import SMALL, Folder


@pytest.fixture
def folder(tmp_path: Path) -> Folder:
    """A small set of fixtures, where a file may be given another text."""

    def _folder(name: str = "", change: Callable[[str], str | bytes] = str) -> Path:
        small = tmp_path / "fixtures"
        small.mkdir(exist_ok=True)
        for file, text in SMALL.items():
            written = change(text) if file == name else text
            content = written.encode() if isinstance(written, str) else written
            (small / file).write_bytes(content)
        return small

    return _folder


@pytest.fixture
def kept_pages(settings: Settings) -> Iterator[None]:
    """Pages are kept, and none is yet."""
    settings.MAX_CACHED_PAGES = 300
    page_cache.clear_page_cache()
    # As Django's own client does: the test's transaction ends with its connection
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    yield
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)
