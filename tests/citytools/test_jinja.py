"""The environment of the public pages: what it refuses, and what its filters show."""

import datetime
from decimal import Decimal
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from django.conf import settings as django_settings
from django.template import engines
from jinja2 import Environment, FileSystemLoader, UndefinedError
from pytest_django import Settings

from citytools.pages.jinja import environment


def rendered(text: str, **context: Any) -> str:
    return environment().from_string(text).render(**context)


def test_words_of_a_record_are_escaped() -> None:
    assert rendered("{{ name }}", name="<b>'\"&") == "&lt;b&gt;&#39;&#34;&amp;"


class Record:
    """Something with a method."""

    def get_absolute_url(self) -> str:
        """An address."""
        return "/here/"


def test_a_method_that_is_not_called_is_an_error_and_not_a_wrong_word() -> None:
    assert rendered("{{ record.get_absolute_url() }}", record=Record()) == "/here/"
    with pytest.raises(TypeError, match="without calling it"):
        rendered("{{ record.get_absolute_url }}", record=Record())
    with pytest.raises(TypeError, match="without calling it"):
        rendered("{% if record.get_absolute_url %}x{% endif %}", record=Record())


def test_what_a_page_was_not_given_is_an_error_in_tests_and_left_out_in_production(
    settings: Settings,
) -> None:
    with pytest.raises(UndefinedError, match="'contracts' is undefined"):
        rendered("{{ contracts }}")
    settings.STRICT_TEMPLATES = False
    assert rendered("a{{ contracts }}b") == "ab"


@pytest.mark.parametrize(
    ("text", "value", "words"),
    [
        ("{{ it|intcomma }}", 1234567, "1,234,567"),
        ("{{ it|intcomma }}", Decimal("1234.50"), "1,234.50"),
        ("{{ it|intcomma }}", 0, "0"),
        ("{{ it|intcomma }}", "many", "many"),
        ('{{ it|date("j M Y") }}', datetime.date(2026, 11, 5), "5 Nov 2026"),
        # Summer time: half past eleven in UTC is the next day in London
        (
            '{{ it|date("j M Y H:i") }}',
            datetime.datetime(2026, 7, 1, 23, 30, tzinfo=datetime.UTC),
            "2 Jul 2026 00:30",
        ),
    ],
)
def test_numbers_and_days_read_as_before(text: str, value: Any, words: str) -> None:
    assert rendered(text, it=value) == words


def test_neighbours_are_grouped_in_their_order() -> None:
    text = (
        '{% for group in rows|regroup("day") %}{{ group.grouper }}:'
        '{{ group.list|join(",", attribute="name") }} {% endfor %}'
    )
    days = [("b", 1), ("b", 2), ("a", 3), ("b", 4)]
    rows = [SimpleNamespace(day=day, name=name) for day, name in days]
    assert rendered(text, rows=rows) == "b:1,2 a:3 b:4 "
    as_dicts = [{"day": day, "name": name} for day, name in days]
    assert rendered(text, rows=as_dicts) == "b:1,2 a:3 b:4 "


@pytest.fixture
def _lenient(settings: Settings, tmp_path: Path) -> None:
    settings.STRICT_TEMPLATES = False
    settings.FILES_FOLDER = tmp_path / "files"


def _environment() -> Environment:
    return environment(loader=FileSystemLoader(django_settings.BASE_DIR / "templates"))


@pytest.mark.usefixtures("_lenient")
def test_compiled_templates_are_kept_for_the_next_start(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _environment().get_template("404.html")
    (kept,) = (tmp_path / "files" / "templates").iterdir()
    assert kept.stat().st_size > 1000
    monkeypatch.setattr(Environment, "compile", lambda *args: pytest.fail("compiled again"))
    _environment().get_template("404.html")


@pytest.mark.usefixtures("_lenient")
def test_what_others_may_write_to_is_not_run(tmp_path: Path) -> None:
    _environment().get_template("404.html")
    folder = tmp_path / "files" / "templates"
    (kept,) = folder.iterdir()
    before = kept.stat().st_mtime_ns
    folder.chmod(0o777)
    _environment().get_template("404.html")
    assert kept.stat().st_mtime_ns != before


@pytest.mark.usefixtures("_lenient")
def test_a_page_needs_no_folder_for_compiled_templates(tmp_path: Path) -> None:
    (tmp_path / "files").write_text("a file where the folder should be")
    assert "404" in (_environment().get_template("404.html").name or "")


def test_every_public_template_compiles() -> None:
    jinja = engines["jinja2"].env  # type: ignore[attr-defined]
    names = [name for name in jinja.list_templates() if not name.startswith("staff/")]
    assert len(names) > 100
    for name in names:
        jinja.get_template(name)
