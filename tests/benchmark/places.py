"""Councils of places that do not exist, as many as a nation needs, each with the mark."""

from collections.abc import Iterator
from itertools import islice, product

from citytools.management.demonstration.market import BRANDS, MARK
from citytools.management.demonstration.reference_data import Row, slug

_BEFORE = (
    "", "Upper", "Lower", "Nether", "Over", "Great", "Little", "North", "South", "East", "West",
    "Old", "New", "Long", "Market", "Middle", "High", "Deep", "Far", "Hither", "Inner", "Outer",
    "Grand", "Broad", "Whole", "Quiet", "Merry", "Sunny", "Misty", "Windy",
)  # fmt: skip
_ENDS = (
    "ham", "ton", "by", "wick", "worth", "bury", "ford", "leigh", "thorpe", "well", "stead",
    "hurst", "mouth", "minster", "combe", "dale", "field", "port", "bridge", "gate", "hampton",
    "stoke", "church", "mere", "holme", "den", "cliffe", "haven",
    "bourne", "wold", "garth", "croft",
)  # fmt: skip
_SIGNS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"

MOST = len(_BEFORE) * len(_ENDS) * len(BRANDS)
"""As many places as the words give."""


def places(taken_codes: frozenset[str], count: int) -> list[Row]:
    """Rows of name, slug, code and gss_code; the first ones are the same however many are asked.

    A code is three signs, as on a tile, and none of the taken ones. No GSS code begins with X.
    """
    if count > MOST:
        raise ValueError(f"{count} places are more than the {MOST} that can be named.")
    codes = (code for code in map("".join, product(_SIGNS, repeat=3)) if code not in taken_codes)
    return [
        {"name": name, "slug": slug(name), "code": code, "gss_code": f"X{number:08}"}
        for number, (name, code) in enumerate(zip(islice(_names(), count), codes, strict=False), 1)
    ]


def _names() -> Iterator[str]:
    for before in _BEFORE:
        for end in _ENDS:
            for brand in BRANDS:
                yield f"{before} {brand}{end}".strip() + MARK
