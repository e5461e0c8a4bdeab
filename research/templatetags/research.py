"""Research texts in templates."""

from collections.abc import Mapping

from django import template
from django.utils.safestring import SafeString

from research.figures import Figure
from research.text import rendered

register = template.Library()


@register.simple_tag
def markdown(text: str, figures: Mapping[str, Figure], level: int = 2) -> SafeString:
    """A text as HTML, its numbers put in; headings begin at the level."""
    return rendered(text, figures, level)
