"""The names under which the search finds a borough: its own, its codes, councils' initials."""

from collections.abc import Sequence
from typing import Any

from django.contrib.postgres.search import TrigramSimilarity
from django.db.models import Case, Expression, F, Func, Q, QuerySet, TextField, Value, When
from django.db.models.functions import Concat, Lower

from boroughs.filters import BoroughFilter
from boroughs.models import Borough
from citytools.facts.name_matching import ALSO, CODE, CONTEXT, OTHER
from citytools.facts.name_spotting import COUNCIL
from citytools.models import BODY
from citytools.search import (
    NamedRows,
    RecordKind,
    RecordType,
    SearchableBodies,
    SearchSource,
    StoredName,
    StoredRecords,
    WordList,
    page_url,
    parent_words,
    register,
)

# Bodies compared by every name, London's own first; others are looked up by index
MAX_BODIES = 100
_MAX_OTHER_BODIES = 200
# Letters up to which a word is taken for a code: too short for trigrams to compare
_MAX_LETTERS_OF_CODE = 3
_SECOND_NAME = r" (and|upon) .*"


def _regexp_replace(text: str | Expression, pattern: str, replacement: str = "") -> Func:
    """SQL: the text with every match replaced; by default taken out."""
    source = F(text) if isinstance(text, str) else text
    arguments = (Value(pattern), Value(replacement), Value("g"))
    return Func(source, *arguments, function="regexp_replace", output_field=TextField())


def _initials() -> list[Expression]:
    """SQL: the letters councils use for themselves: RBKC and KC; LBRUT and LBR; COL."""
    name, official = Lower("name"), Lower("official_name")
    texts = [
        _regexp_replace(official, r"\m(of|and)\M"),
        _regexp_replace(_regexp_replace(official, _SECOND_NAME), r"\mof\M"),
        _regexp_replace(name, r"\m(of|and|upon)\M"),
        name,
    ]
    return [_regexp_replace(text, r"(\w)\w*\W*", r"\1") for text in texts]


def _unnest(*texts: str | Expression) -> Func:
    """SQL: a row for each of the texts."""
    return Func(*texts, template="unnest(ARRAY[%(expressions)s])", output_field=TextField())


def _borough_names() -> NamedRows:
    """Every name of a body, “Camden Council” too."""
    full_names = _unnest("official_name", _regexp_replace("name", _SECOND_NAME))
    council = Concat("name", Value(" Council"), output_field=TextField())
    codes = _unnest("code", "gss_code", *_initials())
    names = [
        StoredName(BODY),
        StoredName(BODY, ALSO, full_names, OTHER),
        StoredName(BODY, COUNCIL, council, OTHER),
        StoredName(BODY, CODE, codes),
        StoredName(BODY, "in", "partnership", CONTEXT),
    ]
    return NamedRows(Borough.objects.all(), names)


def _first_bodies() -> QuerySet[Any]:
    regional = Case(When(kind=Borough.Kind.REGIONAL, then=1), default=0)
    return Borough.objects.order_by(regional, "pk").values("pk")[:MAX_BODIES]


def further_bodies(words: Sequence[str]) -> list[int]:
    """Keys of further bodies with a word like one of these in their name, or with one as code.

    The most similar first.
    """
    codes = [word.upper() for word in words]
    similar = Q(code__in=codes) | Q(gss_code__in=codes)
    # By index: comparing all names of a country's tens of thousands of bodies took seconds
    for word in words:
        if len(word) > _MAX_LETTERS_OF_CODE:
            similar |= Q(name__trigram_word_similar=word)
    bodies = Borough.objects.filter(similar).exclude(pk__in=_first_bodies())
    by_similarity = bodies.order_by(TrigramSimilarity("name", " ".join(words)).desc(), "pk")
    return list(by_similarity.values_list("pk", flat=True)[:_MAX_OTHER_BODIES])


register(
    SearchSource(
        kinds=[RecordKind("borough", "Boroughs", ("borough",))],
        types={BODY: RecordType(page_url("boroughs:detail"), parent_words("in {}"))},
        stored_records={BODY: StoredRecords(Borough.objects.all(), "partnership")},
        stored=[_borough_names()],
        word_lists={
            "borough": WordList(
                "boroughs:list",
                "boroughs",
                lambda query: BoroughFilter(query, Borough.objects.all()).rows,
            )
        },
        bodies=SearchableBodies(_first_bodies, further_bodies),
    )
)
