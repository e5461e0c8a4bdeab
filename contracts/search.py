"""Under which names contracts and frameworks are found, and which contracts concern what."""

from collections.abc import Iterator, Sequence
from typing import Any

from django.contrib.postgres.search import SearchQuery, SearchRank, SearchVector
from django.db.models import Expression, F, Q, QuerySet, Value
from django.urls import reverse

from citytools.facts.name_matching import (
    CODE,
    CONTEXT,
    OWN,
    SENTENCE,
    TEXT,
    TITLE,
    Name,
    names_for_records,
)
from citytools.facts.provenance import SourceKind
from citytools.search import (
    FactList,
    RecordKind,
    RecordType,
    SearchSource,
    WordList,
    page_url,
    parent_words,
    register,
)
from contracts.filters import ContractFilter
from contracts.models import Contract, Framework
from systems.models import Function, System

_CANDIDATES = 200
"""Contracts whose titles are compared more closely, of those that the indexes find."""


def framework_names() -> list[QuerySet[Any]]:
    """Every framework by name and reference."""
    frameworks = Framework.objects.all()
    shown: dict[str, Any] = {"slug": "slug", "parent": "provider"}
    return [
        names_for_records(frameworks, "framework", **shown),
        names_for_records(frameworks, "framework", CODE, "reference", **shown),
    ]


def contract_names(asked: Sequence[str]) -> list[Name]:
    """Contracts of that number, and those with one of the phrases in their titles, or its like."""
    vector = SearchVector("title", config="english")
    either = Q()
    rank: Expression = Value(0.0)
    for phrase in asked:
        query = SearchQuery(phrase, config="english", search_type="websearch")
        either |= Q(_words=query) | Q(title__trigram_word_similar=phrase)
        rank = rank + SearchRank(vector, query, normalization=Value(32))
    titled = Contract.objects.annotate(_words=vector).filter(either)
    numbered = Contract.objects.filter(Q(reference__iexact=asked[0]) | Q(ocid__iexact=asked[0]))
    shown = ("pk", "title", "lead__name", "source_kind", "supplier__name", "reference", "ocid")
    rows = titled.order_by("-pk").values_list(*shown, rank)[:_CANDIDATES]
    few = numbered.order_by("-pk").values_list(*shown, Value(0.0))[:_CANDIDATES]
    return [name for row in rows.union(few) for name in _contract_name_rows(*row)]


def _contract_name_rows(
    key: int, title: str, lead: str, source: str, supplier: str, *numbers_and_rank: Any
) -> Iterator[Name]:
    """Every name of one contract; that its text holds the words is one, if it does."""
    *numbers, rank = numbers_and_rank
    terms = [
        (TITLE, title, SENTENCE),
        *((CODE, number, OWN) for number in numbers if number),
        ("led by", lead, CONTEXT),
        *([("with", supplier, CONTEXT)] if supplier else []),
        *([(TEXT, "", float(rank))] if rank else []),
    ]
    for role, term, weight in terms:
        invented = source == SourceKind.ILLUSTRATIVE
        yield Name("contract", key, "", title, lead, invented, role, term, weight)


def contracts_concerning(
    boroughs: Sequence[int], what: str, keys: Sequence[int]
) -> QuerySet[Contract]:
    """Contracts of any of the boroughs (any, where none is named) for any of the records."""
    contracts: Any = Contract.objects.select_related("lead")
    if boroughs:
        contracts = contracts.of_boroughs(boroughs)
    if what == "service area":
        return contracts.for_functions(Function.objects.filter(service_area__in=keys))
    if what == "function":
        return contracts.for_functions(keys)
    if what == "product":
        return contracts.for_systems(System.objects.filter(product__in=keys))
    return contracts.filter(**{f"{what}__in": keys}) if what else contracts


register(
    SearchSource(
        kinds=[
            RecordKind(
                "contract",
                "Contracts and frameworks",
                ("contract", "framework", "list of contracts"),
            )
        ],
        types={
            "contract": RecordType(
                lambda match: reverse("contracts:detail", args=[match.key]),
                parent_words("led by {}"),
            ),
            "framework": RecordType(page_url("contracts:framework"), parent_words("by {}")),
        },
        names=lambda today: framework_names(),
        records=contract_names,
        fact_lists=[
            FactList(
                "contracts",
                "Contracts",
                "contract",
                "contracts:list",
                ("product", "supplier", "function", "service area", "framework"),
                contracts_concerning,
                (F("ends_first").desc(nulls_last=True), "pk"),
            )
        ],
        word_lists={
            "contract": WordList(
                "contracts:list",
                "contracts",
                lambda query: ContractFilter(query, Contract.objects.all()).rows,
            )
        },
    )
)
