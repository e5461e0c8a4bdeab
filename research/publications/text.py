"""Texts of research: Markdown, in which a number that is computed stands as a metric token.

`{{ metric:key }}` is the value, `|of` the part of the whole, `|n` the records counted, `|then` the
value at publication. Braces in code or in an address are no token.
"""

import datetime
import difflib
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache
from typing import Any, TypeVar

from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from markdown_it.renderer import RendererHTML
from markdown_it.rules_inline import StateInline
from markdown_it.token import Token as Piece

from citytools.facts import markdown
from citytools.facts.markdown import replace_control_characters
from citytools.worlds import World, use_world
from research.metrics.base import (
    NOT_KNOWN,
    MetricFigure,
    Scope,
    add_published_value,
    published_json,
)
from research.metrics.definitions import METRICS, figures_for, measure
from research.models import Publication

FORMS = ("", "of", "n", "then")
"""What a token may show of its metric: see above."""

_BRACES = re.compile(r"\{\{([^{}\n]{0,200})\}\}")
_TOKEN = re.compile(r"\s*metric\s*:\s*([^\s|]+)\s*(?:\|\s*([^\s|]*)\s*)?", re.ASCII)
_BIDI_CONTROLS = re.compile("[\u202a-\u202e\u2066-\u2069]")  # they reverse the order of letters
# A bar within a token would end a table's cell, so the parser sees this private character instead
_BAR = "\ue000"
_TOKEN_WITH_BAR = re.compile(r"(\{\{[^{}\n|]{0,200}?)\\?\|([^{}\n|]{0,200}\}\})")
_HOW_TO_WRITE = (
    "Write {{ metric:key }}, {{ metric:key|of }}, {{ metric:key|n }} or {{ metric:key|then }}."
)


@dataclass(frozen=True)
class Token:
    """A place in a text where a metric's number is put."""

    key: str
    form: str = ""

    def __str__(self) -> str:
        return f"{{{{ metric:{self.key}{'|' if self.form else ''}{self.form} }}}}"


def render_text(text: str, figures: Mapping[str, MetricFigure], level: int = 2) -> SafeString:
    """The text as HTML, its headings from `level` down; a token without a figure is "not known"."""
    env = {"level": level, "figures": figures}
    html: str = _PARSER.render(_source(text), env).replace(_BAR, "|").replace("%EE%80%80", "%7C")
    html = markdown.sanitise_html(html)
    if len(text) > markdown.MAX_TEXT_CHARACTERS:
        html += '<p class="govuk-body">The text is longer than is shown.</p>'
    return mark_safe(html)  # noqa: S308 (sanitised above)


def plain_text(text: str, figures: Mapping[str, MetricFigure]) -> str:
    """The same as bare words, a line for each paragraph, heading, cell or item."""
    lines = (_plain_words(piece, figures) for piece in parse_text(text))
    return "\n".join(line for line in lines if line).replace(_BAR, "|")


def parse_text(text: str) -> list[Piece]:
    """The parser's pieces of the text; those of type `metric` have a token or None in `meta`."""
    return _PARSER.parse(_source(text))


def token_words(token: Token | None, source: str, figures: Mapping[str, MetricFigure]) -> str:
    """The words of a piece of type `metric`: its number, or its source if it is no token."""
    return _token_value(token, figures)[0] if token else source.replace(_BAR, "|")


def text_tokens(text: str) -> list[Token]:
    """The tokens of the text, in their order."""
    return [piece.meta["token"] for piece in _inline_pieces(text) if piece.meta.get("token")]


def token_keys(text: str) -> list[str]:
    """The keys of the text's tokens, each once, in their order."""
    # Most texts quote nothing, and to parse one takes a millisecond
    return [*_parsed_token_keys(text)] if "{" in text else []


@lru_cache(maxsize=256)
def _parsed_token_keys(text: str) -> tuple[str, ...]:
    """Kept, since a report asks it of the same text for each of its parts (0.2 s of 0.6)."""
    return tuple(dict.fromkeys(token.key for token in text_tokens(text)))


def text_faults(text: str) -> list[str]:
    """What is wrong with the text, a sentence each with its remedy; empty where nothing is."""
    faults = [_token_fault(piece) for piece in _inline_pieces(text) if piece.type == "metric"]
    if len(text) > markdown.MAX_TEXT_CHARACTERS:
        faults.append(
            f"It has {len(text):,} characters: shorten it to {markdown.MAX_TEXT_CHARACTERS:,}."
        )
    if markdown.is_nested_too_deeply(parse_text(text)):
        faults.append("Lists or quotations nest so deep that the innermost are lost: nest fewer.")
    return list(dict.fromkeys(fault for fault in faults if fault))


def key_fault(key: str) -> str:
    """What is wrong with a metric's key, and the nearest key; empty where nothing is."""
    if key in METRICS:
        return ""
    near = difflib.get_close_matches(key, METRICS, n=1, cutoff=0.0)
    remedy = f"Did you mean “{near[0]}”?" if near else "None is registered."
    return f"There is no metric “{key[:80]}”. {remedy}"


def _token_fault(piece: Piece) -> str:
    token: Token | None = piece.meta["token"]
    if token is None:
        return f"“{piece.content[:120].replace(_BAR, '|')}” is no metric token. {_HOW_TO_WRITE}"
    if fault := key_fault(token.key):
        return fault
    if token.form not in FORMS:
        near = difflib.get_close_matches(token.form, FORMS[1:], n=1, cutoff=0.0)
        suggestion = Token(token.key, *near)
        return f"{token}: a metric has no “{token.form[:80]}”. Did you mean {suggestion}?"
    return ""


def _source(text: str) -> str:
    """What the parser reads: at most the allowed characters, and no bar within a token."""
    allowed = replace_control_characters(text[: markdown.MAX_TEXT_CHARACTERS])
    allowed = _BIDI_CONTROLS.sub("", allowed).replace(_BAR, "")
    return _TOKEN_WITH_BAR.sub(rf"\1{_BAR}\2", allowed)


def _inline_pieces(text: str) -> Iterator[Piece]:
    for piece in parse_text(text):
        yield from piece.children or []


def _metric_rule(state: StateInline, silent: bool) -> bool:
    """The parser's inline rule: text in double braces, or two braces that nothing closes."""
    if not state.src.startswith("{{", state.pos):
        return False
    braces = _BRACES.match(state.src, state.pos, state.posMax)
    source = braces[0] if braces else "{{"
    if not silent:  # silent: the parser only looks ahead
        piece = state.push("metric", "", 0)
        piece.content = source
        token = _TOKEN.fullmatch(braces[1].replace(_BAR, "|")) if braces else None
        piece.meta = {"token": Token(token[1], token[2] or "") if token else None}
    state.pos += len(source)
    return True


def _render_metric(
    _: RendererHTML, pieces: Sequence[Piece], index: int, options: Any, env: Any
) -> str:
    """A token's number as HTML; what is no token stays as it was written."""
    token: Token | None = pieces[index].meta["token"]
    if token is None:
        return format_html("{}", pieces[index].content)
    words, value = _token_value(token, env.get("figures", {}))
    if words == NOT_KNOWN:
        return format_html('<span class="ct-metric ct-unknown">{}</span>', words)
    if value is None:
        return format_html('<span class="ct-metric">{}</span>', words)
    return format_html('<data class="ct-metric" value="{}">{}</data>', f"{value:f}", words)


def _token_value(token: Token, figures: Mapping[str, MetricFigure]) -> tuple[str, Decimal | None]:
    """(words, the number itself where there is a single one)."""
    figure = figures.get(token.key)
    if figure is None or token.form not in FORMS:
        return NOT_KNOWN, None
    if token.form == "of":
        return figure.part_of_whole, None
    if token.form == "n":
        return f"{figure.measured.counted:,}", Decimal(figure.measured.counted)
    if token.form == "then":
        return figure.published_words, figure.published.value if figure.published else None
    return figure.words, figure.measured.value


def _plain_words(piece: Piece, figures: Mapping[str, MetricFigure]) -> str:
    if piece.type != "inline":
        return piece.content.strip()
    for child in piece.children or []:
        if child.type == "metric" and child.meta["token"]:
            child.content = _token_value(child.meta["token"], figures)[0]
    return markdown.plain_words(piece.children or [])


_PARSER = markdown.Markdown()
_PARSER.inline.ruler.before("escape", "metric", _metric_rule)
_PARSER.add_render_rule("metric", _render_metric)
P = TypeVar("P", bound=Publication)

TEXTS = ("summary", "outcome", "body")
"""Fields with tokens, where a record has them."""


def record_texts(record: Publication) -> dict[str, str]:
    """The record's texts by field."""
    return {name: getattr(record, name) for name in TEXTS if hasattr(record, name)}


def quoted_metrics(record: Publication) -> list[str]:
    """The registered metrics of its claim and in its texts, each once."""
    keys = [key for value in record_texts(record).values() for key in token_keys(value)]
    claim = getattr(record, "metric", "")
    return [key for key in dict.fromkeys([claim, *keys]) if key in METRICS]


def quoted_by_summary(record: Publication) -> list[str]:
    """The registered metrics in its summary."""
    return [key for key in token_keys(getattr(record, "summary", "")) if key in METRICS]


def measure_quoted(
    records: Iterable[Publication], scope: Scope, more_keys: Iterable[str] = ()
) -> dict[str, MetricFigure]:
    """All metrics that the records quote and some more, each measured once; by key."""
    keys = [*more_keys, *(key for record in records for key in quoted_metrics(record))]
    return figures_for([key for key in keys if key in METRICS], scope)


def own_figures(
    record: Publication, measured: Mapping[str, MetricFigure]
) -> dict[str, MetricFigure]:
    """The measured numbers that a record quotes, beside their values at publication."""
    return _with_published(record, quoted_metrics(record), measured)


def add_figures(
    records: Iterable[P], scope: Scope, keys_of: Callable[[P], list[str]] = quoted_metrics
) -> list[P]:
    """The records, each with `figures`: the numbers it quotes, now and as it was published.

    Each metric is measured once, however many records quote it.
    """
    quoted = [(record, keys_of(record)) for record in records]
    measured = figures_for([key for _, keys in quoted for key in keys], scope)
    for record, keys in quoted:
        record.figures = _with_published(record, keys, measured)  # type: ignore[attr-defined]
    return [record for record, _ in quoted]


def _with_published(
    record: Publication, keys: Iterable[str], measured: Mapping[str, MetricFigure]
) -> dict[str, MetricFigure]:
    return {key: add_published_value(measured[key], record.published_values) for key in keys}


def publication_values(
    record: Publication, on: datetime.date, *, remeasure: bool
) -> dict[str, Any]:
    """New `published_values` of a record, for it to store.

    `remeasure` measures all that it quotes; else only what has no value yet is measured, so that
    the others keep their day.
    """
    before = {} if remeasure else record.published_values
    missing = [key for key in quoted_metrics(record) if key not in before]
    with use_world(World.EVIDENCE):
        measured = measure(missing, Scope(on))
    return before | {key: published_json(value, on) for key, value in measured.items()}


def record_faults(record: Publication) -> dict[str, list[str]]:
    """What is wrong with its tokens and its metric, by field; empty where nothing is."""
    faults = {name: text_faults(value) for name, value in record_texts(record).items()}
    if claim := getattr(record, "metric", ""):
        faults["metric"] = [fault] if (fault := key_fault(claim)) else []
    return {name: sentences for name, sentences in faults.items() if sentences}
