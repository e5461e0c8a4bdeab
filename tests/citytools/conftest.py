"""A folder of fixtures for tests that load them."""

from collections.abc import Callable
from pathlib import Path

import pytest

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
