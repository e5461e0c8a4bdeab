"""What all tests share."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings as django_settings
from django.http import HttpRequest
from django.template.backends.jinja2 import Template
from django.test.signals import template_rendered
from pytest_django import Settings

from citytools import worlds
from citytools.charts import Chart
from citytools.exports import zip_archive
from citytools.history import data_version
from tests import factories
from tests.loading import SMALL, Folder

worlds.set_world(worlds.World.BOTH)
"""A test's own queries see what it made, as a command's do; requests see the world they are of."""

django_settings.STRICT_TEMPLATES = True
_render = Template.render


def _render_and_signal(
    template: Template, context: dict[str, Any] | None = None, request: HttpRequest | None = None
) -> str:
    """Django's test client learns a page's context only from its own template language."""
    shared = dict(context or {})
    if request:
        for processor in template.backend.template_context_processors:
            shared |= processor(request)
    template_rendered.send(sender=template, template=template.template, context=shared)
    return _render(template, context, request)


Template.render = _render_and_signal  # type: ignore[method-assign,assignment]


@pytest.fixture(autouse=True)
def _numbers_from_one() -> None:
    """The same names and positions for a test, whichever ran before it."""
    factories.start_over()
    data_version.clear_cached_values()


@pytest.fixture(autouse=True)
def _pages_made_anew(settings: Settings, tmp_path_factory: pytest.TempPathFactory) -> None:
    """A test sees what its own code makes; test_kept and test_kept_files look at what is kept."""
    settings.MAX_CACHED_PAGES = settings.MAX_CACHED_FILE_BYTES = 0
    # Of this process alone: tests at the same time would wait for each other's locks on files
    settings.FILES_FOLDER = tmp_path_factory.getbasetemp() / "files"


@pytest.fixture(autouse=True)
def _no_zip_is_built_aside(monkeypatch: pytest.MonkeyPatch) -> None:
    """Asking for the zip would build one of the development database, beyond the tests' end."""
    monkeypatch.setattr(zip_archive.ArchiveBuilder, "begin", lambda self: None)


@pytest.fixture(autouse=True)
def _plain_static_files(settings: Settings) -> None:
    """Addresses of static files without the manifest that only collectstatic makes."""
    plain = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
    settings.STORAGES = settings.STORAGES | {"staticfiles": plain}
    # WhiteNoise would read the whole folder anew for the client of every test: 0.3 s each
    settings.WHITENOISE_AUTOREFRESH = True


@pytest.fixture(autouse=True)
def _figures_are_known_to_plotly(monkeypatch: pytest.MonkeyPatch) -> None:
    """ValueError from a page whose chart has an attribute that Plotly does not know."""
    draw: property = vars(Chart)["script"]

    def checked_script(chart: Chart) -> Any:
        import plotly.graph_objects as go

        go.Figure(chart.figure)
        return draw.__get__(chart)

    monkeypatch.setattr(Chart, "script", property(checked_script))


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
