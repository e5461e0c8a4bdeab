"""The report as the data that is printed: plain values, whole addresses, words that can be set."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import fields, is_dataclass
from typing import Any

from django.template.loader import render_to_string
from django.utils.dateformat import format as in_format

from research.publications.citation import AUTHOR, Citation
from research.report import markup
from research.report.document import Block, Dots, Prose, Section

_AS_IT_IS = {"anchor", "anchors", "kind", "svg", "tone"}
_NO_GLYPH = re.compile(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\ufeff\ufffe\uffff]")
_LONG = re.compile(r"\S{80}")


def of(sections: Sequence[Section], standing: str, citation: Citation, site: str) -> dict[str, Any]:
    """All that the press draws; `site` is the whole address of '/', put before paths."""
    paper = {
        "author": AUTHOR,
        "citation": citation.words,
        "day": in_format(citation.on, "j F Y"),
        "hash": citation.hash,
        "sections": [_section(one) for one in sections],
        "settled": citation.promise,
        "short": citation.short,
        "standing": standing,
        "title": citation.title,
    }
    plain: dict[str, Any] = _plain(paper, site)
    return plain


def set_words(words: str) -> str:
    """Words without what no font can show, and with places to break where there are none.

    A word of thousands of letters would keep the press busy for minutes.
    """
    return _LONG.sub(lambda found: f"{found[0]}\u200b", _NO_GLYPH.sub(" ", words))


def _section(section: Section) -> dict[str, Any]:
    return {
        "anchor": section.anchor,
        "blocks": [one for block in section.blocks for one in _blocks(block)],
        "number": section.number,
        "sections": [_section(one) for one in section.sections],
        "title": section.title,
    }


def _blocks(block: Block) -> list[dict[str, Any]]:
    if isinstance(block, Prose):
        # Sections of the PDF begin a level above those of the page, whose first is its title
        return markup.blocks(block.source, block.figures, block.level - 1)
    values = {one.name: getattr(block, one.name) for one in fields(block)}  # type: ignore[arg-type]
    drawn = {}
    if isinstance(block, Dots):
        drawn["svg"] = render_to_string("research/report/_plane.svg", {"plane": block.plane})
    return [{"kind": block.kind, **values, **drawn}]


def _plain(value: Any, site: str, name: str = "") -> Any:
    """Values as JSON holds them, every path made a whole address."""
    if isinstance(value, str):
        if name == "link":
            return site.rstrip("/") + value if value.startswith("/") else value
        return value if name in _AS_IT_IS else set_words(value)
    if isinstance(value, Mapping):
        return {key: _plain(one, site, key) for key, one in value.items()}
    if is_dataclass(value):
        return {one.name: _plain(getattr(value, one.name), site, one.name) for one in fields(value)}
    if isinstance(value, frozenset):
        return sorted(value)
    if isinstance(value, list | tuple):
        return [_plain(one, site, name) for one in value]
    return value
