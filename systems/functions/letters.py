"""Two letters for each product, the same wherever it stands.

They follow from the name alone: the initials of its first words, of a single word its first two
letters. Where two products of a function would have the same, the one whose name comes first keeps
them, and the other takes the first two that are free.
"""

import re
from collections.abc import Iterable, Iterator, Mapping

_WORD = re.compile(r"[^\W_]+")


def product_letters(names: Iterable[str]) -> Mapping[str, str]:
    """{name: two letters}, no two alike whatever their case; the order of the names is no matter.

    A name without letters or digits has P and a digit.
    """
    letters: dict[str, str] = {}
    taken: set[str] = set()
    for name in sorted(set(names), key=lambda name: (name.casefold(), name)):
        chosen = next(pair for pair in _candidates(name) if pair.casefold() not in taken)
        letters[name] = chosen
        taken.add(chosen.casefold())
    return letters


def _candidates(name: str) -> Iterator[str]:
    """What may stand for a name, the most telling first; without end."""
    words = _WORD.findall(name) or ["P"]
    first, initial = words[0], words[0][0].upper()
    yield from (initial + word[0].upper() for word in words[1:2])
    yield from (initial + letter.lower() for letter in first[1:])
    yield from (initial + letter.lower() for word in words[1:] for letter in word)
    yield from (f"{initial}{number}" for number in range(1, 10))
    number = 10
    while True:
        yield f"{initial}{number}"
        number += 1
