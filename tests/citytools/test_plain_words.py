"""Pages speak as people do today: none of these phrases stands on one."""

import re
from pathlib import Path

from django.conf import settings

BASE = Path(settings.BASE_DIR)
PHRASES = re.compile(
    r"\b(stands? beside|anew|nought|whom to|bears? no day|(?:is|are|was|were) told|whilst|hence"
    r"|thus|upon|at present|prior to|in order to)\b",
    re.IGNORECASE,
)
_COMMENT = re.compile(r"\{#.*?#\}|<!--.*?-->", re.DOTALL)


def test_no_page_says_what_nobody_would_say_aloud() -> None:
    pages = [
        *(BASE / "templates").rglob("*.html"),
        *(BASE / "citytools/pages/content").rglob("*.toml"),
    ]
    assert len(pages) > 100
    found = {
        f"{path.relative_to(BASE)}: {match[0]}"
        for path in pages
        for match in PHRASES.finditer(_COMMENT.sub("", path.read_text()))
    }
    assert not found


def test_the_phrases_are_found_where_they_stand() -> None:
    assert PHRASES.search("Records stand\nbeside one another") is None
    for text in ("They stand beside others", "made anew", "Above nought", "the age is told"):
        assert PHRASES.search(text)
