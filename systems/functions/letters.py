"""The letters and the rank of each product of a function, wherever the function is drawn.

The letters follow from the name alone: the initials of its first words, of a single word its first
two letters. Where two products of a function would have the same, the one whose name comes first
keeps them, and the other takes the first two that are free.
"""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Generic, NamedTuple, Protocol, TypeVar

NOT_KNOWN, RANKED, SHARED, ALONE = 0, 3, 4, 5
"""Styles: 1 to `RANKED` are the products that most boroughs share; ALONE one borough's own."""
_WORD = re.compile(r"[^\W_]+")


class BoroughUse(Protocol):
    """One borough's use of a product, by primary key and name."""

    @property
    def product(self) -> int: ...

    @property
    def name(self) -> str: ...


Use = TypeVar("Use", bound=BoroughUse)


class RankedProduct(NamedTuple, Generic[Use]):
    """A product by one of its uses: its letters, its style, and how many uses it has."""

    use: Use
    letters: str
    style: int
    uses: int


def rank_products(uses: Sequence[Use]) -> list[RankedProduct[Use]]:
    """The products of one function, one use for each borough: most boroughs first, then by name."""
    products = {use.product: use for use in uses}
    counts = Counter(use.product for use in uses)
    letters = product_letters(use.name for use in products.values())
    ranked = sorted(products.values(), key=lambda use: (-counts[use.product], use.name))
    return [
        RankedProduct(
            use,
            letters[use.name],
            _style(rank, counts[use.product]),
            counts[use.product],
        )
        for rank, use in enumerate(ranked, 1)
    ]


def _style(rank: int, boroughs: int) -> int:
    if boroughs == 1:
        return ALONE
    return rank if rank <= RANKED else SHARED


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
