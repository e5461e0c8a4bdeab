"""Text of research, with numbers where its tokens stand."""

import re
from collections.abc import Mapping

from django.utils.html import escape, linebreaks
from django.utils.safestring import SafeString, mark_safe

from research.figures import NOT_KNOWN, Figure

_TOKEN = re.compile(r"\{\{\s*metric:(\w+)(?:\|(\w+))?\s*\}\}")


def keys(text: str) -> list[str]:
    """The metrics that a text speaks of, in order, each once."""
    return list(dict.fromkeys(match[1] for match in _TOKEN.finditer(text)))


def rendered(text: str, figures: Mapping[str, Figure], level: int = 2) -> SafeString:
    """Paragraphs and headings, with each token's number."""

    def words(match: re.Match[str]) -> str:
        figure = figures.get(match[1])
        forms = {"of": "of", "then": "then", "": "words"}
        if figure is None:
            return NOT_KNOWN
        if match[2] == "n":
            return str(figure.measured.counted)
        return str(getattr(figure, forms[match[2] or ""]))

    said = linebreaks(_TOKEN.sub(words, str(escape(text))))
    headed = re.sub(r"<p>## (.+?)</p>", rf"<h{level} class='govuk-heading-m'>\1</h{level}>", said)
    return mark_safe(headed)  # noqa: S308 (escaped above)
