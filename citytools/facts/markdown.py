"""Markdown as people here may write it, made into HTML that can do nothing but be read.

CommonMark with tables. HTML stays text, images are links, links lead to the web, to a mailbox or
to this site. Two locks: the parser makes nothing else, and nh3 lets nothing else through.
"""

import re
from collections.abc import Iterator, Sequence
from typing import Any
from urllib.parse import urlsplit

import nh3
from django.utils.safestring import SafeString, mark_safe
from markdown_it import MarkdownIt
from markdown_it.renderer import RendererHTML
from markdown_it.rules_core import StateCore
from markdown_it.token import Token

from citytools.worlds.addresses import site_path

MAX_TEXT_CHARACTERS = 50_000
"""Characters of a text that are read."""
MAX_ADDRESS_CHARACTERS = 500
MAX_LINKS = 1_000
"""Links of a text: one reference used a thousand times would otherwise swell it at will."""
MAX_NESTING = 20
"""Levels of nesting; the parser drops what is deeper."""
_SCHEMES = {"http", "https", "mailto"}

_CLASSES = {
    "paragraph_open": "govuk-body",
    "bullet_list_open": "govuk-list govuk-list--bullet",
    "ordered_list_open": "govuk-list govuk-list--number",
    "table_open": "govuk-table",
    "thead_open": "govuk-table__head",
    "tbody_open": "govuk-table__body",
    "tr_open": "govuk-table__row",
    "th_open": "govuk-table__header",
    "td_open": "govuk-table__cell",
    "blockquote_open": "govuk-inset-text",
    "hr": "govuk-section-break govuk-section-break--m govuk-section-break--visible",
    "code_block": "ct-code",
    "fence": "ct-code",
    "link_open": "govuk-link",
}
_HEADINGS = {"h1": "govuk-heading-l", "h2": "govuk-heading-m"}
_TAGS = {
    *("p", "br", "hr", "h1", "h2", "h3", "h4", "h5", "h6", "blockquote", "pre", "code"),
    *("ul", "ol", "li", "em", "strong", "a", "data", "span", "div"),
    *("table", "thead", "tbody", "tr", "th", "td"),
}
_ATTRIBUTES = {
    "*": {"class"},
    "a": {"href", "rel"},
    "data": {"value"},
    "div": {"role", "aria-label", "tabindex"},
    "ol": {"start"},
    "th": {"scope"},
}


class Markdown(MarkdownIt):
    """The parser; give it `env={"level": 2}` to say at which level headings begin."""

    def __init__(self) -> None:
        options = {"html": False, "maxNesting": MAX_NESTING, "xhtmlOut": False}
        super().__init__("commonmark", options, renderer_cls=_Renderer)
        self.enable("table").disable(["image", "html_block", "html_inline"])
        self.core.ruler.push("dress", _dress)

    def validateLink(self, url: str) -> bool:  # noqa: N802 (the library's name)
        """Whether an address may be linked to; the text stays as it was written if not."""
        return is_permitted_link(url)


class _Renderer(RendererHTML):
    """The library's, with tables in a region that scrolls by itself."""

    def table_open(self, tokens: Sequence[Token], idx: int, options: Any, env: Any) -> str:
        region = Token("region_open", "div", 1, attrs=tokens[idx].meta["region"])
        return f"<div{self.renderAttrs(region)}>{self.renderToken(tokens, idx, options, env)}"

    def table_close(self, tokens: Sequence[Token], idx: int, options: Any, env: Any) -> str:
        return f"{self.renderToken(tokens, idx, options, env)}</div>"

    def fence(self, tokens: Sequence[Token], idx: int, options: Any, env: Any) -> str:
        return self.code_block(tokens, idx, options, env)


def is_permitted_link(address: str) -> bool:
    """Whether a link may lead there: http, https, mailto, a path or a place on the same page."""
    plain = address.isascii() and address.isprintable() and not set(address) & set(" \\\"<>'")
    if not plain or not 0 < len(address) <= MAX_ADDRESS_CHARACTERS:
        return False
    if address[0] in "/#":
        return not address.startswith("//")
    try:
        parts = urlsplit(address)
        host = parts.hostname
    except ValueError:
        return False
    return parts.scheme in _SCHEMES and bool(parts.path if parts.scheme == "mailto" else host)


def sanitise_html(html: str) -> SafeString:
    """The HTML without any tag, attribute, scheme or comment that is not listed here."""
    clean = nh3.clean(
        html,
        tags=_TAGS,
        attributes=_ATTRIBUTES,
        attribute_filter=_filter_attribute,
        url_schemes=_SCHEMES,
        link_rel=None,
    )
    return mark_safe(clean)  # noqa: S308 (this is the place that makes it so)


def _filter_attribute(tag: str, attribute: str, value: str) -> str | None:
    return value if attribute != "href" or is_permitted_link(value) else None


def plain_words(tokens: Sequence[Token]) -> str:
    """The bare words of some inline tokens."""
    breaks = {"softbreak", "hardbreak"}
    return "".join(" " if token.type in breaks else token.content for token in tokens)


def is_nested_too_deeply(tokens: Sequence[Token]) -> bool:
    """Whether something nests so deep that the parser drops what it holds."""
    holders = {"blockquote_open", "list_item_open"}
    return any(token.level >= MAX_NESTING - 1 for token in tokens if token.type in holders)


def _dress(state: StateCore) -> None:
    """Give each token the classes, levels, labels and limits that our pages have."""
    _set_headings(state.tokens, state.env.get("level", 2))
    tables = 0
    for position, token in enumerate(state.tokens):
        if token.type in _CLASSES:
            token.attrJoin("class", _CLASSES[token.type])
        if token.type == "table_open":
            tables += 1
            _label_table(token, tables, state.tokens[position:])
        if token.type in {"th_open", "td_open"}:
            _align(token)
    for number, link in enumerate(_links(state.tokens), start=1):
        _set_link(link, number)


def _set_headings(tokens: Sequence[Token], level: int) -> None:
    """The highest begin at the level, and none is more than one below the one before it."""
    headings = [token for token in tokens if token.type in {"heading_open", "heading_close"}]
    top, before = min((int(heading.tag[1]) for heading in headings), default=1), level - 1
    for token in headings:
        if token.type == "heading_open":
            before = min(level + int(token.tag[1]) - top, before + 1, 6)
            token.attrJoin("class", _HEADINGS.get(f"h{before}", "govuk-heading-s"))
        token.tag = f"h{before}"


def _label_table(table: Token, number: int, following: Sequence[Token]) -> None:
    end = next(at for at, token in enumerate(following) if token.type == "thead_close")
    heads = [
        plain_words(token.children or []) for token in following[:end] if token.type == "inline"
    ]
    label = f"Table {number}: {', '.join(heads)}"[:200]
    region = {"class": "ct-scroll", "role": "region", "aria-label": label, "tabindex": "0"}
    table.meta["region"] = region


def _align(cell: Token) -> None:
    """A column of numbers is aligned by a class: the policy of our pages forbids styles."""
    style = cell.attrs.pop("style", "")
    if style == "text-align:right":
        cell.attrJoin("class", f"{cell.attrGet('class')}--numeric")
    if cell.type == "th_open":
        cell.attrSet("scope", "col")


def _links(tokens: Sequence[Token]) -> Iterator[Token]:
    inline = (child for token in tokens for child in token.children or [])
    return (child for child in inline if child.type == "link_open")


def _set_link(link: Token, number: int) -> None:
    address = str(link.attrGet("href"))
    link.attrs = {"class": _CLASSES["link_open"]}
    if number > MAX_LINKS:
        return
    link.attrSet("href", site_path(address) if address.startswith("/") else address)
    if address.startswith("http"):
        link.attrSet("rel", "noreferrer external")


_FORBIDDEN = re.compile(
    "[^\t\n\r\u0020-\u007e\u00a0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]"  # XML 1.0, less C1
)


def replace_control_characters(text: str) -> str:
    """The text with a space for each character that XML 1.0 or RFC 5545 does not allow."""
    return _FORBIDDEN.sub(" ", text)


def single_line(text: str) -> str:
    """The same on one line, single spaces between words."""
    return " ".join(replace_control_characters(text).split())
