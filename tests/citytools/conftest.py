"""Pages that are kept."""

from collections.abc import Iterator

import pytest
from django.core.signals import request_finished, request_started
from django.db import close_old_connections
from pytest_django import Settings

from citytools.history import data_version
from citytools.http import page_cache


@pytest.fixture
def kept_pages(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Pages are kept, and none is yet; nothing else is, so that a page made anew asks for it."""
    settings.MAX_CACHED_PAGES = 300
    monkeypatch.setattr(data_version, "MAX_VALUES", 0)
    page_cache.clear_page_cache()
    # As Django's own client does: the test's transaction ends with its connection
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    yield
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)
