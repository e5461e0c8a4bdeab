"""Answers of the service map as cells: thousands, for which a loop in a template is slow."""

from functools import lru_cache

from django import template
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from systems.service_map.map import NONE, NOT_KNOWN, MapCell, MapRow, Mark

register = template.Library()
_WITHOUT = {
    NONE: format_html('<td class="n" aria-label="{}">–</td>', NONE),
    NOT_KNOWN: format_html('<td class="u" aria-label="{}">?</td>', NOT_KNOWN),
}


@register.simple_tag
def answers(row: MapRow) -> SafeString:
    """The cells of a row."""
    return format_html_join("", "{}", ((_cell(cell),) for cell in row.cells))


def _cell(cell: MapCell) -> SafeString:
    if cell.state in _WITHOUT:
        return _WITHOUT[cell.state]
    return format_html(
        "<td>{}</td>", format_html_join("", "{}", ((_mark(mark),) for mark in cell.products))
    )


@lru_cache(maxsize=4096)
def _mark(mark: Mark) -> SafeString:
    return format_html(
        '<span class="s{}{}" title="{}"><b>{}</b> {}</span>',
        mark.style,
        " on" if mark.chosen else "",
        mark.name,
        mark.letters,
        mark.name,
    )
