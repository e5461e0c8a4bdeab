"""Links from numbers to how they are worked out. Loaded in templates as `working`."""

from difflib import get_close_matches

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString

from citytools.method import BY_KEY

register = template.Library()


@register.simple_tag
def worked_out(key: str, words: str = "How this is worked out") -> SafeString:
    """A link to one computation; TemplateSyntaxError with a suggestion where there is none."""
    if key not in BY_KEY:
        near = get_close_matches(key, BY_KEY, 1)
        hint = f" Did you mean “{near[0]}”?" if near else ""
        raise template.TemplateSyntaxError(f"“{key}” is no method.{hint}")
    found = BY_KEY[key]
    return format_html(
        '<a class="govuk-link ct-how" href="{}">{}'
        '<span class="govuk-visually-hidden">: {}</span></a>',
        found.address,
        words,
        found.title,
    )
