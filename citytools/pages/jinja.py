"""The environment of the public pages: Jinja2, with what their templates may call.

Admin templates stay in Django's language and see nothing of this.
"""

import contextlib
import datetime
import itertools
import os
import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from types import MethodType
from typing import Any, NamedTuple

from django.conf import settings
from django.template import defaultfilters
from django.templatetags.static import static
from django.utils import timezone
from jinja2 import (
    Environment,
    FileSystemBytecodeCache,
    StrictUndefined,
    Undefined,
    pass_environment,
)
from jinja2.bccache import Bucket
from jinja2.ext import Extension
from jinja2.filters import make_attrgetter

from boroughs.profile.peers import MIN_KNOWN_FUNCTIONS, MIN_SHARED_SYSTEMS
from citytools.pages import template_filters, term_links
from citytools.worlds.addresses import page_address
from contracts.models.term import ASSUMED_MONTHS
from research.metrics.base import MetricFigure
from research.publications import text as research_text


class StrictEnvironment(Environment):
    """For tests and development: what a template forgot to call or was not given is an error."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**options | {"undefined": StrictUndefined, "finalize": _refuse_methods})

    def getattr(self, obj: Any, attribute: str) -> Any:
        """The attribute; a method may only be called, since a bare one is always true."""
        value = super().getattr(obj, attribute)
        return _MustBeCalled(value) if isinstance(value, MethodType) else value


class _MustBeCalled:
    """A method that is neither printed nor tested."""

    def __init__(self, method: MethodType) -> None:
        self._method = method

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        return self._method(*args, **kwargs)

    def __bool__(self) -> bool:
        raise TypeError(f"A template tests {self._method.__qualname__} without calling it")


def _refuse_methods(value: Any) -> Any:
    if callable(value) and not isinstance(value, Undefined | str):
        raise TypeError(f"A template prints {value!r} without calling it")
    return value


def environment(**options: Any) -> Environment:
    """What `django.template.backends.jinja2` renders with."""
    options |= {"trim_blocks": True, "lstrip_blocks": True, "autoescape": True}
    options["extensions"] = [*options.get("extensions", ()), NarrowIndent]
    if settings.STRICT_TEMPLATES:
        jinja: Environment = StrictEnvironment(**options)
    else:
        options["bytecode_cache"] = CompiledTemplates(settings.FILES_FOLDER / "templates")
        jinja = Environment(**options)  # noqa: S701 (autoescape is on)
    jinja.filters.update(FILTERS)
    jinja.globals.update(GLOBALS)
    return jinja


_BLOCKS = "li|ul|ol|dl|dt|dd|div|p|nav|table|thead|tbody|tr|th|td|section|details|summary|fieldset"


class NarrowIndent(Extension):
    """Takes the indentation of templates away: it is 3 % of what a list's page sends.

    A blank stays after a tag of Jinja's, whose line break is taken away too, since it may part two
    words; before an element that begins a line of its own it parts none.
    """

    def preprocess(self, source: str, name: str | None, filename: str | None = None) -> str:
        """The template with at most a blank before each line."""
        blocks = re.sub(rf"(?<=\n)[ \t]+(?=</?(?:{_BLOCKS})\b)", "", source)
        after_tags = re.sub(r"(?<=[%#]\}\n)[ \t]+", " ", blocks)
        return re.sub(r"(?<![%#]\})\n[ \t]+", "\n", after_tags)


class CompiledTemplates(FileSystemBytecodeCache):
    """Compiled templates on disk, for all workers and the next start; a full disk stops no page.

    What another account may write to is not read: compiled code runs when it is loaded.
    """

    def __init__(self, folder: Path) -> None:
        with contextlib.suppress(OSError):
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        super().__init__(str(folder))

    def load_bytecode(self, bucket: Bucket) -> None:
        """Fill the bucket where the folder is this account's alone."""
        with contextlib.suppress(OSError):
            about = Path(self.directory).stat()
            if about.st_uid == os.geteuid() and not about.st_mode & 0o022:
                super().load_bytecode(bucket)

    def dump_bytecode(self, bucket: Bucket) -> None:
        """Store the bucket where that is possible."""
        with contextlib.suppress(OSError):
            super().dump_bytecode(bucket)


class Group(NamedTuple):
    """Neighbours that share a value."""

    grouper: Any
    list: list[Any]


@pass_environment
def regroup(environment: Environment, items: Iterable[Any], attribute: str) -> list[Group]:
    """Neighbours with the same attribute, in the order given; Jinja's groupby would sort."""
    key = make_attrgetter(environment, attribute)
    return [Group(value, list(group)) for value, group in itertools.groupby(items, key)]


def intcomma(value: Any) -> Any:
    """1,234 for numbers, what is no number as it is; humanize's takes ten times as long."""
    return value if isinstance(value, str | Undefined) or value is None else f"{value:,}"


def date(value: Any, form: str) -> str:
    """A day or moment in the form of Django's filter, by London's clock."""
    if isinstance(value, datetime.datetime) and timezone.is_aware(value):
        value = timezone.localtime(value)
    return defaultfilters.date(value, form)


def rendered(body: str, figures: Mapping[str, MetricFigure] | None = None, level: int = 2) -> str:
    """A text of research as HTML with its numbers, its headings from `level` down."""
    return research_text.render_text(body, figures or {}, level)


def in_words(summary: str, figures: Mapping[str, MetricFigure] | None = None) -> str:
    """The same as bare words, for a title, a card or a summary."""
    return research_text.plain_text(summary, figures or {})


FILTERS = {
    "capfirst": defaultfilters.capfirst,
    "date": date,
    "floatformat": defaultfilters.floatformat,
    "in_words": in_words,
    "intcomma": intcomma,
    "linebreaksbr": defaultfilters.linebreaksbr,
    "pluralize": defaultfilters.pluralize,
    "regroup": regroup,
    "truncatechars": defaultfilters.truncatechars,
    "truncatewords": defaultfilters.truncatewords,
    "urlencode": defaultfilters.urlencode,
    "urlize": defaultfilters.urlize,
    **{
        function.__name__: function
        for function in (
            template_filters.changes_query,
            template_filters.day,
            template_filters.distance,
            template_filters.known,
            template_filters.partial_date,
            template_filters.pounds,
            template_filters.pounds_exactly,
            template_filters.short_date,
            template_filters.act_by_words,
            template_filters.standing,
            template_filters.without_value,
            template_filters.yes_no,
        )
    },
}
GLOBALS = {
    "assumed_months": ASSUMED_MONTHS,
    "min_known_functions": MIN_KNOWN_FUNCTIONS,
    "min_shared_systems": MIN_SHARED_SYSTEMS,
    "at_least": template_filters.at_least,
    "cell": template_filters.cell,
    "column_name": term_links.column_name,
    "rendered": rendered,
    "static": static,
    "term": term_links.term,
    "terms": term_links.terms,
    "url": page_address,
    "worked_out": term_links.worked_out,
}
