"""Our templates without the blanks that their writers need and their readers would load."""

import re

from django.conf import settings
from django.template import Origin
from django.template.loaders import filesystem

_INDENTATION = re.compile(r"^[ \t]+", re.MULTILINE)
_SILENT = "if|elif|else|endif|for|empty|endfor|block|endblock|with|endwith|load|extends"
_ONLY_TAGS = re.compile(rf"^((?:\{{#.*?#\}}|\{{% (?:{_SILENT})\b.*?%\}})+)[ \t]*\n", re.MULTILINE)
"""Lines that hold nothing but comments and tags that print nothing themselves."""
_BETWEEN_CELLS = re.compile(r"(</?(?:t[dhr]|thead|tbody|tfoot|table)>)\n(?=</?t)")
"""Ends of lines within a table, which browsers leave out too."""


class Loader(filesystem.Loader):
    """Templates from the folders of settings, their lines without indentation.

    Words on two lines stay divided by a line's end. Within `<pre>` nothing may be indented. With
    DEBUG templates are left as they are, so that faults name the right line.
    """

    def get_contents(self, origin: Origin) -> str:
        text = super().get_contents(origin)
        is_page = origin.name.endswith(".html") and not settings.DEBUG
        return strip_indentation(text) if is_page else text


def strip_indentation(text: str) -> str:
    """A page's template without indentation, blank lines, and ends of lines between cells."""
    lines = _ONLY_TAGS.sub(r"\1", _INDENTATION.sub("", text))
    return _BETWEEN_CELLS.sub(r"\1", lines)
