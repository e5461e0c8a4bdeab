"""Links from pages to what their words mean. Loaded in templates as `words`."""

from difflib import get_close_matches
from typing import Any

from django import template
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from citytools.columns import Column
from citytools.glossary import BY_KEY, of_column
from citytools.pages.glossary import Term

register = template.Library()


@register.simple_tag(takes_context=True)
def term(context: template.Context, key: str, words: str = "") -> str | SafeString:
    """A word that leads to its definition, once on each page; TemplateSyntaxError if it is none.

    Without words, the term's name.
    """
    found = known(key)
    shown = words or found.name
    if not _is_first(context, key):
        return shown
    return format_html(
        '<dfn class="ct-term"><a href="{}" title="What this means">{}</a></dfn>',
        found.address,
        shown,
    )


@register.simple_tag(takes_context=True)
def terms(context: template.Context, *keys: str) -> SafeString:
    """A line of terms that matter on a page, for headings that are links already."""
    named = [(term(context, key),) for key in keys]
    line = format_html_join(" · ", "{}", named)
    return format_html('<p class="govuk-body-s ct-words">What the words mean: {}</p>', line)


@register.simple_tag
def column_name(file: str, column: Column) -> SafeString:
    """A column's name, which leads to the term that it is about, where there is one."""
    name = format_html("<code>{}</code>", column.name)
    found = of_column(file, column)
    if found is None:
        return name
    link = '<a class="ct-term" href="{}" title="In the glossary">{}</a>'
    return format_html(link, found.address, name)


def known(key: str) -> Term:
    """The term; TemplateSyntaxError with a suggestion where there is none."""
    if key in BY_KEY:
        return BY_KEY[key]
    near = get_close_matches(key, BY_KEY, 1)
    hint = f" Did you mean “{near[0]}”?" if near else ""
    raise template.TemplateSyntaxError(f"“{key}” is no term of the glossary.{hint}")


def _is_first(context: Any, key: str) -> bool:
    """Whether the term has not been linked on this page yet; kept with the request."""
    request = context.get("request")
    if request is None:
        return True
    linked: set[str] = request.__dict__.setdefault("linked_terms", set())
    first = key not in linked
    linked.add(key)
    return first
