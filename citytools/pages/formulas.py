"""Formulas as MathML, from small parts: a text is a name, a number or a sign by its look."""

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

Part = str | SafeString


def name(text: str) -> SafeString:
    """Words in a formula, upright, with spaces kept about them."""
    return format_html("<mtext>{}</mtext>", text)


def row(*parts: Part) -> SafeString:
    """Parts side by side."""
    return format_html(
        "<mrow>{}</mrow>", format_html_join("", "{}", [(_one(one),) for one in parts])
    )


def over(above: Part, below: Part) -> SafeString:
    """A fraction."""
    return format_html("<mfrac>{}{}</mfrac>", _one(above), _one(below))


def sub(base: Part, index: Part) -> SafeString:
    """A base with an index."""
    return format_html("<msub>{}{}</msub>", _one(base), _one(index))


def power(base: Part, exponent: Part) -> SafeString:
    """A base with an exponent."""
    return format_html("<msup>{}{}</msup>", _one(base), _one(exponent))


def total(under: Part, of: Part) -> SafeString:
    """A sum over something."""
    sign = format_html("<munder><mo>∑</mo>{}</munder>", _one(under))
    return row(sign, of)


def formula(*parts: Part) -> SafeString:
    """The whole, on a line of its own."""
    return format_html('<math display="block">{}</math>', row(*parts))


def _one(part: Part) -> SafeString:
    """A sign for what is neither letter nor digit, as MathML wants it."""
    if isinstance(part, SafeString):
        return part
    if part.replace(",", "").replace(".", "").isdigit():
        return format_html("<mn>{}</mn>", part)
    sign = '<mo stretchy="false">{}</mo>'
    return format_html("<mi>{}</mi>" if part.isalpha() else sign, part)
