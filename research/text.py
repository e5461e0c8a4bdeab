"""The Markdown of research: metric tokens in it, and the parser that reads both."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe
from markdown_it import MarkdownIt
from markdown_it.rules_inline import StateInline

from research.figures import Figure

_TOKEN = re.compile(r"\{\{\s*metric:([a-z0-9_]+)(?:\|([a-z]+))?\s*\}\}")


@dataclass(frozen=True)
class Token:
    """One number asked for in a text: which metric, in which form."""

    key: str
    form: str = ""


def tokens(text: str) -> list[Token]:
    """The metric tokens of a text, in their order."""
    return [Token(key, form or "") for key, form in _TOKEN.findall(text)]


def keys(text: str) -> list[str]:
    """The metrics that a text names, each once."""
    return list(dict.fromkeys(token.key for token in tokens(text)))


def rendered(text: str, figures: Mapping[str, Figure], level: int = 2) -> SafeString:
    """A text as HTML, its numbers filled in; headings begin at `level`."""
    made = parser()

    def metric(self: object, run: list, place: int, options: object, env: object) -> str:
        figure = figures.get(run[place].meta["key"])
        return escape(figure.words if figure else "not known")

    made.add_render_rule("metric", metric)
    return mark_safe(made.render(text))  # noqa: S308 (html is off)


def parser() -> MarkdownIt:
    """Reads Markdown; a metric token is a token `metric` with meta {key, form}."""
    made = MarkdownIt("commonmark", {"html": False}).enable("table")
    made.inline.ruler.before("text", "metric", _metric)
    return made


def _metric(state: StateInline, silent: bool) -> bool:
    found = _TOKEN.match(state.src, state.pos)
    if not found:
        return False
    if not silent:
        token = state.push("metric", "", 0)
        token.meta = {"key": found[1], "form": found[2] or ""}
    state.pos = found.end()
    return True
