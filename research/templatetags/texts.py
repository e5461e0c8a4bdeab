"""Texts of research on a page: Markdown and metric tokens with their numbers."""

from collections.abc import Mapping

from django import template
from django.utils.safestring import SafeString

from research.metrics.base import MetricFigure
from research.publications import text

register = template.Library()


@register.simple_tag
def rendered(
    body: str, figures: Mapping[str, MetricFigure] | None = None, level: int = 2
) -> SafeString:
    """{% rendered finding.body figures 3 %}: the text, its headings from h3 down."""
    return text.render_text(body, figures or {}, level)


@register.filter
def in_words(summary: str, figures: Mapping[str, MetricFigure] | None = None) -> str:
    """{{ finding.summary|in_words:figures }}: bare words, for a title, a card or a summary."""
    return text.plain_text(summary, figures or {})
