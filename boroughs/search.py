"""Under which names a borough is found: its own, its codes, and the letters councils use."""

from typing import Any

from django.db.models import Expression, F, Func, QuerySet, TextField, Value
from django.db.models.functions import Concat, Lower

from boroughs.models import Borough
from citytools.matching import ALSO, CODE, CONTEXT, OTHER, named

_JOINING = r"\m(of|and|upon)\M"
_SECOND = r" (and|upon) .*"


def _replaced(text: str | Expression, pattern: str, by: str) -> Func:
    source = F(text) if isinstance(text, str) else text
    changes = (Value(pattern), Value(by), Value("g"))
    return Func(source, *changes, function="regexp_replace", output_field=TextField())


def _without(text: str | Expression, pattern: str) -> Func:
    return _replaced(text, pattern, "")


def _initials(text: Expression) -> Func:
    """SQL: LBTH of London Borough Tower Hamlets."""
    return _replaced(text, r"(\w)\w*\W*", r"\1")


def _letters() -> list[Expression]:
    """RBKC and KC; LBRUT and LBR; COL."""
    official = Lower("official_name")
    return [
        _initials(_without(official, r"\m(of|and)\M")),
        _initials(_without(_without(official, _SECOND), r"\mof\M")),
        _initials(_without(Lower("name"), _JOINING)),
        _initials(Lower("name")),
    ]


def _each(*texts: str | Expression) -> Func:
    """SQL: a row for each of the texts."""
    return Func(*texts, template="unnest(ARRAY[%(expressions)s])", output_field=TextField())


def names(*, council: bool = True) -> list[QuerySet[Any]]:
    """Every name of every borough and regional body, perhaps with “Camden Council”."""
    bodies = Borough.objects.all()
    shown: dict[str, Any] = {"slug": "slug", "parent": "partnership"}
    councils = [Concat("name", Value(" Council"), output_field=TextField())] if council else []
    also = _each("official_name", _without("name", _SECOND), *councils)
    return [
        named(bodies, "borough", **shown),
        named(bodies, "borough", ALSO, also, OTHER, **shown),
        named(bodies, "borough", CODE, _each("code", "gss_code", *_letters()), **shown),
        named(bodies, "borough", "in", "partnership", CONTEXT, **shown),
    ]
