"""Texts of research: Markdown, in which a number that is computed stands as a metric token.

`{{ metric:key }}` is the value, `|of` the part of the whole, `|n` the records counted, `|then` the
value at publication. A token is one in text alone, never in code or in an address.
"""

import datetime
import difflib
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, TypeVar

from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from markdown_it.renderer import RendererHTML
from markdown_it.rules_inline import StateInline
from markdown_it.token import Token as Piece

from citytools.facts import markdown
from citytools.facts.markdown import replace_control_characters
from research.metrics.base import Scope
from research.metrics.definitions import METRICS, measure
from research.metrics.figures import (
    NOT_KNOWN,
    MetricFigure,
    add_published_value,
    figures_for,
    values_to_publish,
)
from research.models import Publication

FORMS = {
    "": "the value",
    "of": "the part of the whole",
    "n": "the records counted",
    "then": "the value at publication",
}
"""What a token may ask of its metric."""

_TOKEN = re.compile(r"\{\{([^{}\n]{0,200})\}\}")
_MEANS = re.compile(r"\s*metric\s*:\s*([^\s|]+)\s*(?:\|\s*([^\s|]*)\s*)?", re.ASCII)
_ORDERS = re.compile("[\u202a-\u202e\u2066-\u2069]")  # turn the order of letters round
_BAR = "\ue000"
_BARRED = re.compile(r"(\{\{[^{}\n|]{0,200}?)\\?\|([^{}\n|]{0,200}\}\})")
_WRITE = "Write {{ metric:key }}, {{ metric:key|of }}, {{ metric:key|n }} or {{ metric:key|then }}."


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
    html = _PARSER.render(_source(text), env).replace(_BAR, "|").replace("%EE%80%80", "%7C")
    rest = format_html('<p class="govuk-body">{}</p>', "The text is longer than is shown.")
    whole = markdown.sanitise_html(html) + (
        rest if len(text) > markdown.MAX_TEXT_CHARACTERS else ""
    )
    return mark_safe(whole)  # noqa: S308 (cleaned a line above)


def plain_text(text: str, figures: Mapping[str, MetricFigure]) -> str:
    """The same as bare words, a line for each paragraph, heading, cell or item."""
    lines = (_words(piece, figures) for piece in parse_text(text))
    return "\n".join(line for line in lines if line).replace(_BAR, "|")


def parse_text(text: str) -> list[Piece]:
    """The text's pieces as the parser has them; those of type `metric` hold a token, or None."""
    return _PARSER.parse(_source(text))


def token_words(token: Token | None, written: str, figures: Mapping[str, MetricFigure]) -> str:
    """The words of a piece of type `metric`: its number, or what was written if it is no token."""
    return _said(token, figures)[0] if token else written.replace(_BAR, "|")


def text_tokens(text: str) -> list[Token]:
    """The tokens of the text, in their order."""
    return [piece.meta["token"] for piece in _pieces(text) if piece.meta.get("token")]


def token_keys(text: str) -> list[str]:
    """The keys of the text's tokens, each once, in their order."""
    return list(dict.fromkeys(token.key for token in text_tokens(text)))


def text_faults(text: str) -> list[str]:
    """What is wrong with the text, a sentence each with its remedy; empty where nothing is."""
    found = [_fault(piece) for piece in _pieces(text) if piece.type == "metric"]
    if len(text) > markdown.MAX_TEXT_CHARACTERS:
        found.append(
            f"It has {len(text):,} characters: shorten it to {markdown.MAX_TEXT_CHARACTERS:,}."
        )
    if markdown.is_nested_too_deeply(parse_text(text)):
        found.append("Lists or quotations nest so deep that the innermost are lost: nest fewer.")
    return list(dict.fromkeys(fault for fault in found if fault))


def fault_of_key(key: str) -> str:
    """What is wrong with a metric's key, with the nearest there is; empty where nothing is."""
    if key in METRICS:
        return ""
    near = difflib.get_close_matches(key, METRICS, n=1, cutoff=0.0)
    meant = f"Did you mean “{near[0]}”?" if near else "None is registered."
    return f"There is no metric “{key[:80]}”. {meant}"


def _fault(piece: Piece) -> str:
    token: Token | None = piece.meta["token"]
    if token is None:
        return f"“{piece.content[:120].replace(_BAR, '|')}” is no metric token. {_WRITE}"
    if wrong := fault_of_key(token.key):
        return wrong
    if token.form not in FORMS:
        near = difflib.get_close_matches(token.form, list(FORMS)[1:], n=1, cutoff=0.0)
        meant = Token(token.key, near[0]) if near else Token(token.key)
        return f"{token}: a metric has no “{token.form[:80]}”. Did you mean {meant}?"
    return ""


def _source(text: str) -> str:
    """What the parser reads: no more than is allowed, and no bar of a token that ends a cell."""
    read = _ORDERS.sub(
        "", replace_control_characters(text[: markdown.MAX_TEXT_CHARACTERS])
    ).replace(_BAR, "")
    return _BARRED.sub(rf"\1{_BAR}\2", read)


def _pieces(text: str) -> Iterator[Piece]:
    for piece in parse_text(text):
        yield from piece.children or []


def _metric(state: StateInline, silent: bool) -> bool:
    """The parser's rule: what stands in double braces, or two braces that nothing closes."""
    if not state.src.startswith("{{", state.pos):
        return False
    match = _TOKEN.match(state.src, state.pos, state.posMax)
    whole = match.group() if match else "{{"
    if not silent:
        piece = state.push("metric", "", 0)
        piece.content = whole
        meant = _MEANS.fullmatch(match.group(1).replace(_BAR, "|")) if match else None
        piece.meta = {"token": Token(meant[1], meant[2] or "") if meant else None}
    state.pos += len(whole)
    return True


def _drawn(_: RendererHTML, pieces: Sequence[Piece], at: int, options: Any, env: Any) -> str:
    """A token's number as HTML; what is no token stays as it was written."""
    token: Token | None = pieces[at].meta["token"]
    if token is None:
        return format_html("{}", pieces[at].content)
    said, value = _said(token, env.get("figures", {}))
    if said == NOT_KNOWN:
        return format_html('<span class="ct-metric ct-unknown">{}</span>', said)
    if value is None:
        return format_html('<span class="ct-metric">{}</span>', said)
    return format_html('<data class="ct-metric" value="{}">{}</data>', f"{value:f}", said)


def _said(token: Token, figures: Mapping[str, MetricFigure]) -> tuple[str, Decimal | None]:
    """(words, the number itself where it is one)."""
    figure = figures.get(token.key)
    if figure is None or token.form not in FORMS:
        return NOT_KNOWN, None
    if token.form == "of":
        return figure.of, None
    if token.form == "n":
        return f"{figure.measured.counted:,}", Decimal(figure.measured.counted)
    if token.form == "then":
        return figure.then, figure.published.value if figure.published else None
    return figure.words, figure.measured.value


def _words(piece: Piece, figures: Mapping[str, MetricFigure]) -> str:
    if piece.type != "inline":
        return piece.content.strip()
    for child in piece.children or []:
        if child.type == "metric" and child.meta["token"]:
            child.content = _said(child.meta["token"], figures)[0]
    return markdown.plain_words(piece.children or [])


_PARSER = markdown.Markdown()
_PARSER.inline.ruler.before("escape", "metric", _metric)
_PARSER.add_render_rule("metric", _drawn)
P = TypeVar("P", bound=Publication)

TEXTS = ("summary", "outcome", "body")
"""Fields in which a token is one, where a record has them."""


def record_texts(record: Publication) -> dict[str, str]:
    """The record's texts by field."""
    return {name: getattr(record, name) for name in TEXTS if hasattr(record, name)}


def quoted_metrics(record: Publication) -> list[str]:
    """The metrics in its texts and of its claim, each once; those no longer registered left out."""
    found = [key for value in record_texts(record).values() for key in token_keys(value)]
    claim = getattr(record, "metric", "")
    return [key for key in dict.fromkeys([claim, *found]) if key in METRICS]


def quoted_by_summary(record: Publication) -> list[str]:
    """The metrics in its summary alone."""
    return [key for key in token_keys(getattr(record, "summary", "")) if key in METRICS]


def measure_quoted(
    records: Iterable[Publication], scope: Scope, others: Iterable[str] = ()
) -> dict[str, MetricFigure]:
    """All that the records quote and some other metrics, each measured once; by key."""
    keys = [*others, *(key for record in records for key in quoted_metrics(record))]
    return figures_for([key for key in keys if key in METRICS], scope)


def own_figures(
    record: Publication, measured: Mapping[str, MetricFigure]
) -> dict[str, MetricFigure]:
    """Of what was measured, the numbers that a record quotes, beside the values that it keeps."""
    return _beside(record, quoted_metrics(record), measured)


def add_figures(
    records: Iterable[P], scope: Scope, keys_of: Callable[[P], list[str]] = quoted_metrics
) -> list[P]:
    """The records, each with `figures`: the numbers it quotes, now and as it was published.

    Each metric is measured once, however many records quote it.
    """
    found = [(record, keys_of(record)) for record in records]
    known = figures_for([key for _, keys in found for key in keys], scope)
    for record, keys in found:
        setattr(record, "figures", _beside(record, keys, known))  # noqa: B010 (no model's field)
    return [record for record, _ in found]


def _beside(
    record: Publication, keys: Iterable[str], measured: Mapping[str, MetricFigure]
) -> dict[str, MetricFigure]:
    return {key: add_published_value(measured[key], record.published_values) for key in keys}


def publication_values(record: Publication, on: datetime.date, *, anew: bool) -> dict[str, Any]:
    """What the record is to keep as `published_values`.

    All that it quotes is measured if `anew`; else only what it has no value of, so that the others
    keep their day.
    """
    before = {} if anew else record.published_values
    missing = [key for key in quoted_metrics(record) if key not in before]
    return before | values_to_publish(measure(missing, Scope(on)), on)


def record_faults(record: Publication) -> dict[str, list[str]]:
    """What is wrong with its tokens and its metric, by field; empty where nothing is."""
    found = {name: text_faults(one) for name, one in record_texts(record).items()}
    if claim := getattr(record, "metric", ""):
        found["metric"] = [wrong] if (wrong := fault_of_key(claim)) else []
    return {name: wrongs for name, wrongs in found.items() if wrongs}
