"""Under which names a word of the glossary is found."""

from citytools.glossary import TERMS
from citytools.matching import NAME, Name

WEIGHT = 0.9
"""Less than any record's own name, which is what most people look for; slips are not forgiven."""


def found() -> list[Name]:
    """Every term by its name."""
    return [
        Name("term", place, term.key, term.name, "", False, NAME, term.name, WEIGHT)
        for place, term in enumerate(TERMS)
    ]
