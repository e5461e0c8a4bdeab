"""What all tests share."""

import pytest
from pytest_django import Settings

from citytools.exports import zip_archive
from tests import factories


@pytest.fixture(autouse=True)
def _numbers_from_one() -> None:
    """The same names and positions for a test, whichever ran before it."""
    factories.start_over()


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
