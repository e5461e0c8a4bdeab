"""Templates lose their writers' blanks when loaded, and nothing that a reader would miss."""

import re
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.template import engines
from pytest_django import Settings

from citytools.http.template_loader import strip_indentation

FOLDER = Path(settings.BASE_DIR) / "templates"
TEMPLATES = sorted(FOLDER.rglob("*.html"))


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: str(path.relative_to(FOLDER)))
def test_no_sign_is_lost_and_no_words_run_together(path: Path) -> None:
    text = path.read_text()
    short = strip_indentation(text)
    assert re.sub(r"\s", "", short) == re.sub(r"\s", "", text)
    assert re.findall(r"[\w’.,;:]+", short) == re.findall(r"[\w’.,;:]+", text)
    assert not re.search(r"^[ \t]", short, re.MULTILINE)


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: str(path.relative_to(FOLDER)))
def test_nothing_is_indented_where_blanks_are_seen(path: Path) -> None:
    for element in re.findall(r"<(pre|textarea)\b(.*?)</\1>", path.read_text(), re.DOTALL):
        assert not re.search(r"\n[ \t]", element[1])


@pytest.mark.parametrize(
    ("text", "short"),
    [
        ("  <p>\n    A\n  </p>\n", "<p>\nA\n</p>\n"),
        ("A\n  {% if b %}\n  C\n  {% endif %}\nD", "A\n{% if b %}C\n{% endif %}D"),
        ("{# b #}\n{% load x %}{% for a in b %}\nC", "{# b #}{% load x %}{% for a in b %}C"),
        ('{% include "a" %}\n{% include "b" %}\n', '{% include "a" %}\n{% include "b" %}\n'),
        ("{{ a }}\n{{ b }}\n", "{{ a }}\n{{ b }}\n"),
        ("{% term 'a' %}\n{% term 'b' %}", "{% term 'a' %}\n{% term 'b' %}"),
        ("<tr>\n  <td>A</td>\n  <td>B</td>\n</tr>", "<tr><td>A</td><td>B</td></tr>"),
        ("<b>A</b>\n<b>B</b>", "<b>A</b>\n<b>B</b>"),
    ],
)  # fmt: skip
def test_lines_that_print_nothing_and_blanks_that_nobody_sees_go(text: str, short: str) -> None:
    assert strip_indentation(text) == short


def _loaded(name: str) -> str:
    """The source that Django renders."""
    engine: Any = engines["django"]
    return str(engine.get_template(name).template.source)


def test_pages_are_made_of_the_short_ones_and_text_stays_as_it_is() -> None:
    assert _loaded("base.html") == strip_indentation((FOLDER / "base.html").read_text())
    assert _loaded("security.txt") == (FOLDER / "security.txt").read_text()


def test_while_debugging_a_fault_names_the_line_of_the_file(settings: Settings) -> None:
    settings.DEBUG = True
    engine: Any = engines["django"]
    loader = engine.engine.template_loaders[0].loaders[0]
    (origin,) = list(loader.get_template_sources("base.html"))
    assert loader.get_contents(origin) == (FOLDER / "base.html").read_text()
