"""What the words of the site mean: one definition of each, the data dictionary's where it has one.

A term is linked from a page by the tag of `citytools.pages.tags`, and found by the search.
"""

from citytools.columns import Column
from citytools.glossary import (
    of_buying,
    of_contracts,
    of_knowing,
    of_numbers,
    of_skills,
    of_systems,
)
from citytools.pages.glossary import Term

_PARTS = (of_systems, of_contracts, of_buying, of_skills, of_knowing, of_numbers)

TERMS = tuple(
    sorted((term for part in _PARTS for term in part.TERMS), key=lambda term: term.name.lower())
)
"""Every term by its name."""
BY_KEY = {term.key: term for term in TERMS}
_BY_COLUMN = {path: term for term in TERMS for path in term.columns}


def of_column(file: str, column: Column) -> Term | None:
    """The term that a column of a file is about, if there is one.

    Files that share a column, as all share those of the source, share its term.
    """
    return _BY_COLUMN.get(f"{file}.{column.name}") or next(
        (term for term in TERMS if term.column is column), None
    )


def by_letter() -> list[tuple[str, list[tuple[Term, list[Term]]]]]:
    """(letter, its terms), by letter; each term with those that it names beside itself."""
    letters = dict.fromkeys(term.letter for term in TERMS)
    pairs = [(term, [BY_KEY[key] for key in term.see]) for term in TERMS]
    return [(letter, [pair for pair in pairs if pair[0].letter == letter]) for letter in letters]
