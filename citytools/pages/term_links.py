"""Links from words to what they mean, and from numbers to how they are worked out."""

from collections.abc import Mapping
from difflib import get_close_matches

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from jinja2 import TemplateRuntimeError, pass_context
from jinja2.runtime import Context

from citytools.lists.columns import Column
from citytools.pages.content_files import EntryType
from citytools.pages.glossary import TERMS, term_of_column
from citytools.pages.method import METHODS


@pass_context
def term(context: Context, key: str, words: str = "") -> str | SafeString:
    """A word that leads to its definition, once on each page; TemplateRuntimeError if it is none.

    Without words, the term's name.
    """
    entry = _entry(TERMS, key, "term of the glossary")
    words = words or entry.name
    if not _is_first(context, key):
        return words
    return format_html(
        '<dfn class="ct-term"><a href="{}" title="What this means">{}</a></dfn>',
        entry.address,
        words,
    )


@pass_context
def terms(context: Context, *keys: str) -> SafeString:
    """A line of terms that matter on a page, for headings that are links already."""
    line = format_html_join(" · ", "{}", [(term(context, key),) for key in keys])
    return format_html('<p class="govuk-body-s ct-words">What the words mean: {}</p>', line)


def column_name(file: str, column: Column) -> SafeString:
    """A column's name, which leads to the term that it is about, where there is one."""
    name = format_html("<code>{}</code>", column.name)
    entry = term_of_column(file, column)
    if entry is None:
        return name
    link = '<a class="ct-term" href="{}" title="In the glossary">{}</a>'
    return format_html(link, entry.address, name)


def worked_out(key: str, words: str = "How this is worked out") -> SafeString:
    """A link to one computation; TemplateRuntimeError with a suggestion where there is none."""
    method = _entry(METHODS, key, "method")
    return format_html(
        '<a class="govuk-link ct-how" href="{}">{}'
        '<span class="govuk-visually-hidden">: {}</span></a>',
        method.address,
        words,
        method.title,
    )


def _entry(entries: Mapping[str, EntryType], key: str, kind: str) -> EntryType:
    """The entry of that key; TemplateRuntimeError with a suggestion where there is none."""
    if key in entries:
        return entries[key]
    near = get_close_matches(key, entries, 1)
    hint = f" Did you mean “{near[0]}”?" if near else ""
    raise TemplateRuntimeError(f"“{key}” is no {kind}.{hint}")


def _is_first(context: Context, key: str) -> bool:
    """Whether the term has not been linked on this page yet; kept with the request."""
    request = context.get("request")
    if request is None:
        return True
    linked: set[str] = request.__dict__.setdefault("linked_terms", set())
    first = key not in linked
    linked.add(key)
    return first
