"""The names by which the search finds contracts and frameworks, and contracts for a record."""

from collections.abc import Iterator, Sequence
from typing import Any

from django.contrib.postgres.search import SearchQuery, SearchRank, SearchVector
from django.db.models import Expression, F, Q, Value

from citytools.facts.name_matching import (
    CODE,
    CONTEXT,
    OWN,
    SENTENCE,
    TEXT,
    TITLE,
    Name,
)
from citytools.search import (
    FactList,
    NamedRows,
    RecordKind,
    RecordType,
    SearchSource,
    StoredName,
    StoredRecords,
    WordList,
    page_url,
    parent_words,
    register,
)
from contracts.filters import ContractFilter
from contracts.models import Contract, ContractQuerySet, Framework
from systems.models import Function, System

# Contracts whose titles are compared more closely, of those that the indexes find.
MAX_CANDIDATES = 200


def contract_names(phrases: Sequence[str]) -> list[Name]:
    """Contracts of that number, and those with one of the phrases in their titles, or its like."""
    vector = SearchVector("title", config="english")
    in_title = Q()
    rank: Expression = Value(0.0)
    for phrase in phrases:
        query = SearchQuery(phrase, config="english", search_type="websearch")
        in_title |= Q(_words=query) | Q(title__trigram_word_similar=phrase)
        rank = rank + SearchRank(vector, query, normalization=Value(32))
    titled = Contract.objects.annotate(_words=vector).filter(in_title)
    numbered = Contract.objects.filter(Q(reference__iexact=phrases[0]) | Q(ocid__iexact=phrases[0]))
    columns = (*("pk", "key", "title", "lead__name", "supplier__name", "reference", "ocid"),)
    by_title = titled.order_by("-pk").values_list(*columns, rank)[:MAX_CANDIDATES]
    by_number = numbered.order_by("-pk").values_list(*columns, Value(0.0))[:MAX_CANDIDATES]
    return [name for row in by_title.union(by_number) for name in _contract_name_rows(*row)]


def _contract_name_rows(
    number: int, key: str, title: str, lead: str, supplier: str, *numbers_and_rank: Any
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
        yield Name("contract", number, key, title, lead, role, term, weight)


def contracts_concerning(
    boroughs: Sequence[int], kind: str, keys: Sequence[int]
) -> ContractQuerySet:
    """Contracts of any of the boroughs (any, where none is given) for any of the records."""
    contracts: ContractQuerySet = Contract.objects.select_related("lead")
    if boroughs:
        contracts = contracts.of_boroughs(boroughs)
    if kind == "service area":
        return contracts.for_functions(Function.objects.filter(service_area__in=keys))
    if kind == "function":
        return contracts.for_functions(keys)
    if kind == "product":
        return contracts.for_systems(System.objects.filter(product__in=keys))
    return contracts.filter(**{f"{kind}__in": keys}) if kind else contracts


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
                page_url("contracts:detail"),
                parent_words("led by {}"),
            ),
            "framework": RecordType(page_url("contracts:framework"), parent_words("by {}")),
        },
        stored_records={"framework": StoredRecords(Framework.objects.all(), "provider")},
        stored=[
            NamedRows(
                Framework.objects.all(),
                [StoredName("framework"), StoredName("framework", CODE, "reference")],
                mark="illustrative",
            )
        ],
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
