"""Under which names a borough is found: its own, its codes, and the letters councils use."""

from collections.abc import Sequence
from typing import Any

from django.contrib.postgres.search import TrigramSimilarity
from django.db.models import Case, Expression, F, Func, Q, QuerySet, TextField, Value, When
from django.db.models.functions import Concat, Lower

from boroughs.filters import BoroughFilter
from boroughs.models import Borough
from citytools.facts.name_matching import ALSO, CODE, CONTEXT, OTHER, names_for_records
from citytools.search import (
    RecordKind,
    RecordType,
    SearchableBodies,
    SearchSource,
    WordList,
    page_url,
    parent_words,
    register,
)

KNOWN = 100
"""Bodies that are compared by every name, London's own first; further ones are looked for."""
_CANDIDATES = 200
"""Further bodies that are compared, of those that the indexes find."""
_MIN_CODE_LETTERS = 3
"""Letters of a word that is too short to be like another."""
_JOINING = r"\m(of|and|upon)\M"
_SECOND = r" (and|upon) .*"


def _regexp_replace(text: str | Expression, pattern: str, by: str) -> Func:
    source = F(text) if isinstance(text, str) else text
    changes = (Value(pattern), Value(by), Value("g"))
    return Func(source, *changes, function="regexp_replace", output_field=TextField())


def _without(text: str | Expression, pattern: str) -> Func:
    return _regexp_replace(text, pattern, "")


def _initials(text: Expression) -> Func:
    """SQL: LBTH of London Borough Tower Hamlets."""
    return _regexp_replace(text, r"(\w)\w*\W*", r"\1")


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


def borough_names(
    keys: Sequence[int] | None = None, *, council: bool = True
) -> list[QuerySet[Any]]:
    """Every name of the known bodies, or of those with the keys, perhaps “Camden Council” too."""
    bodies = Borough.objects.filter(pk__in=_known() if keys is None else keys)
    shown: dict[str, Any] = {"slug": "slug", "parent": "partnership"}
    councils = [Concat("name", Value(" Council"), output_field=TextField())] if council else []
    also = _each("official_name", _without("name", _SECOND), *councils)
    return [
        names_for_records(bodies, "borough", **shown),
        names_for_records(bodies, "borough", ALSO, also, OTHER, **shown),
        names_for_records(bodies, "borough", CODE, _each("code", "gss_code", *_letters()), **shown),
        names_for_records(bodies, "borough", "in", "partnership", CONTEXT, **shown),
    ]


def _known() -> QuerySet[Any]:
    regional = Case(When(kind=Borough.Kind.REGIONAL, then=1), default=0)
    return Borough.objects.order_by(regional, "pk").values("pk")[:KNOWN]


def further_bodies(words: Sequence[str]) -> list[int]:
    """Keys of further bodies whose name has a word like one of these, or whose code is one.

    The likest first. A country has tens of thousands of bodies: to spell all their names for each
    question took seconds.
    """
    told = [word.upper() for word in words]
    alike = Q(code__in=told) | Q(gss_code__in=told)
    for word in words:
        if len(word) > _MIN_CODE_LETTERS:
            alike |= Q(name__trigram_word_similar=word)
    bodies = Borough.objects.filter(alike).exclude(pk__in=_known())
    likeness = TrigramSimilarity("name", " ".join(words))
    return list(bodies.order_by(likeness.desc(), "pk").values_list("pk", flat=True)[:_CANDIDATES])


register(
    SearchSource(
        kinds=[RecordKind("borough", "Boroughs", ("borough",))],
        types={"borough": RecordType(page_url("boroughs:detail"), parent_words("in {}"))},
        names=lambda today: borough_names(),
        word_lists={
            "borough": WordList(
                "boroughs:list",
                "boroughs",
                lambda query: BoroughFilter(query, Borough.objects.all()).rows,
                takes_illustrative=False,
            )
        },
        bodies=SearchableBodies(borough_names, further_bodies),
    )
)
