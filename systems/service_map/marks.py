"""Letters and colours by which a product is known all over the service map.

A product wears one code of letters and one style wherever it stands. Codes follow the number of
boroughs (A is run by most). A style is a colour, plain or with a pattern; two products that stand
in the same function differ in style as long as there are styles left. A product that one borough
alone runs makes no cluster and stays plain.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import NamedTuple

COLOURS = 6
STYLES = 2 * COLOURS
"""Each colour plain and with a pattern; style 0 has neither."""


class Use(NamedTuple):
    """One product in use in one borough for one function, by primary keys."""

    function: int
    borough: int
    product: int
    name: str
    slug: str
    maker: int | None


@dataclass(frozen=True, order=True)
class Mark:
    """How a product is shown; `rank` orders the letters, `chosen` says that a filter names it."""

    rank: int
    letters: str
    style: int
    name: str
    slug: str
    chosen: bool


class Chosen(NamedTuple):
    """Products and manufacturers that a filter names, by primary key."""

    products: frozenset[int] = frozenset()
    makers: frozenset[int | None] = frozenset()

    def names(self, use: Use) -> bool:
        """Whether a filter names the product; where product and maker are named, both must fit."""
        by_product = not self.products or use.product in self.products
        by_maker = not self.makers or use.maker in self.makers
        return bool(self.products or self.makers) and by_product and by_maker


def marks(uses: Iterable[Use], chosen: Chosen) -> dict[int, Mark]:
    """The mark of each product, by primary key."""
    boroughs: dict[int, set[int]] = defaultdict(set)
    functions: dict[int, set[int]] = defaultdict(set)
    one: dict[int, Use] = {}
    for use in uses:
        boroughs[use.product].add(use.borough)
        functions[use.product].add(use.function)
        one[use.product] = use
    ranked = sorted(one, key=lambda key: (-len(boroughs[key]), one[key].name, key))
    styles = _styles([key for key in ranked if len(boroughs[key]) > 1], functions)
    return {
        key: Mark(
            rank,
            letters(rank),
            styles.get(key, 0),
            one[key].name,
            one[key].slug,
            chosen.names(one[key]),
        )
        for rank, key in enumerate(ranked)
    }


def letters(rank: int) -> str:
    """0 is A, 25 is Z, 26 is AA, as columns of a spreadsheet."""
    code = ""
    rank += 1
    while rank:
        rank, place = divmod(rank - 1, 26)
        code = chr(65 + place) + code
    return code


def _colour(style: int) -> int:
    return style % COLOURS


def _styles(ranked: Iterable[int], functions: Mapping[int, set[int]]) -> dict[int, int]:
    """1 to STYLES each: one that no product beside it wears, if it can be not its colour either."""
    worn: dict[int, set[int]] = defaultdict(set)
    used = dict.fromkeys(range(1, STYLES + 1), 0)
    styles = {}
    for key in ranked:
        beside = set().union(*(worn[function] for function in functions[key]))
        free = set(used) - beside or set(used)
        colours = {_colour(one) for one in beside}
        style = min(free, key=lambda one: (_colour(one) in colours, used[one], one))
        styles[key] = style
        used[style] += 1
        for function in functions[key]:
            worn[function].add(style)
    return styles
