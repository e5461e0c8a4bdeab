"""What the READMEs name is there, and the first page stays short."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent


@pytest.mark.parametrize("page", ["README.md", "fixtures/README.md", "citytools/DECISIONS.md"])
def test_files_that_are_named_are_there(page: str) -> None:
    path = ROOT / page
    names = re.findall(r"`(\w[\w./-]*(?:/|\.(?:py|html|conf|csv|txt|json)))`", path.read_text())
    demo, tests = ROOT / "fixtures" / "demo", ROOT / "tests" / "citytools"
    folders = (ROOT, path.parent, demo, tests)
    assert names
    assert not [name for name in names if not any((folder / name).exists() for folder in folders)]


def test_the_first_page_has_at_most_700_words() -> None:
    assert len((ROOT / "README.md").read_text().split()) <= 700
