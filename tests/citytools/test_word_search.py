"""The box on every list: every word, in any order and any column, however it is spelt."""

import html
import re
import unicodedata
from typing import Any
from urllib.parse import quote, urlencode

import pytest
from django.db import connection
from django.http import QueryDict
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st

from boroughs.models import Borough
from citytools.lists.word_search import MAX_WORDS, split_words
from contracts.filters import ContractFilter
from contracts.models import Contract
from skills.filters import SkillLevelFilter
from skills.models import SkillLevel
from systems.filters import ProductFilter, SystemFilter
from systems.models import Product, System
from tests import factories
from tests.drawing import often
from tests.estate import small_london
from tests.pages import LISTS, column, read, rows, text_of, total

pytestmark = pytest.mark.django_db

SYSTEMS_CSV = "/systems/systems.csv"


def holds(text: str, query: str) -> bool:
    """Whether the words of a box fit one text, as the database says it."""
    for word in split_words(query):
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT bool_or(search_text(%s) LIKE search_pattern(spelling, %s)) "
                "FROM unnest(%s::text[]) AS spelling",
                [text, word.literal, list(word.spellings)],
            )
            if not cursor.fetchone()[0]:
                return False
    return True


@pytest.mark.parametrize(
    ("text", "queries"),
    [
        (
            "Idox Uniform",
            ["idox uniform", "uniform idox", "UNI dox", "Uniform, Idox", "idox uniforms"],
        ),
        ("Children’s services", ["childrens", "children's", "children’s service", "CHILDREN"]),
        ("Children's services", ["childrens", "children’s", "services children‘s"]),
        ("Childrens services", ["childrens", "children's", "children’s", "services & childrens"]),
        ("Hammersmith & Fulham", ["Hammersmith and Fulham", "fulham hammersmith", "h&", "and"]),
        ("Hammersmith and Fulham", ["Hammersmith & Fulham", "Hammersmith&Fulham", "&"]),
        ("Case-management system", ["case management", "management – case", "casemanagement"]),
        ("E-mail", ["email", "e-mail", "e mail", "E‑MAIL", "emails"]),
        ("Framework-i", ["framework i", "frameworki", "framework-i"]),
        ("Café Øst", ["cafe ost", "CAFÉ", "cafe\u0301", "ØST"]),
        (
            "Library, permit and bus",
            ["libraries", "permits", "buses", "library’s", "permit libraries"],
        ),
        ("Policies and boxes", ["policy", "policies", "box", "boxes"]),
        ("C# 100% a_b \\ +", ["c#", "100%", "%", "_", "\\", "a_b", "+"]),
        ("Ωmega 日本", ["Ω", "日本"]),
    ],
)
def test_a_text_is_found_however_its_words_are_spelt(text: str, queries: list[str]) -> None:
    assert [query for query in queries if not holds(text, query)] == []


@pytest.mark.parametrize(
    ("text", "queries"),
    [
        (
            "Idox Uniform",
            ["idox civica", "uniform q", "%", "_", "i_ox", "id%ox", "\\", "日本", "C#"],
        ),
        ("Parks and spaces", ["parking", "%o%"]),
        ("Housing", ["houses", "housings x"]),
        ("Framework for Housing inspection", ["framework-i"]),
        ("Business access", ["businessaccess"]),
    ],
)
def test_other_words_and_signs_do_not_fit(text: str, queries: list[str]) -> None:
    assert [query for query in queries if holds(text, query)] == []


def found(client: Client, query: str) -> set[str]:
    return set(column(client, SYSTEMS_CSV, "system_id", {"q": query}))


@pytest.fixture
def bexley(db: None) -> set[str]:
    """Two Uniforms of Idox in Bexley, one elsewhere, and another product in Bexley."""
    idox = factories.supplier("Idox")
    factories.supplier_alias("CAPS Solutions", idox)
    uniform = factories.product("Uniform", manufacturer=idox)
    factories.product_alias("Uni-form Spatial", uniform)
    here = factories.borough("Bexley")
    planning, care = factories.function("Planning"), factories.function("Children’s social care")
    mine = [
        factories.system(borough=here, product=uniform, function=function)
        for function in (planning, care)
    ]
    there = factories.borough("Hammersmith & Fulham")
    factories.system(borough=there, product=uniform, function=planning)
    factories.system(borough=here, product=factories.product("Mosaic"), function=planning)
    return {system.key for system in mine}


def test_words_may_stand_in_different_columns(client: Client, bexley: set[str]) -> None:
    asked = [
        "bexley uniform",
        "Uniform BEXLEY",
        "idox bexley",
        "caps bexley",
        "bexley uni-form caps",
    ]
    assert [query for query in asked if found(client, query) != bexley] == []
    assert len(found(client, "bexley uniform childrens")) == 1
    assert not found(client, "bexley uniform rents")


@pytest.mark.usefixtures("bexley")
@pytest.mark.parametrize(
    "alike",
    [
        ("idox uniform", "uniform idox", "Uniform – Idox", "uniforms", "idox’s uniform"),
        ("childrens", "children’s", "children's", "children", "CHILDREN‘S care"),
        ("Hammersmith & Fulham", "Hammersmith and Fulham", "fulham hammersmith"),
    ],
)
def test_the_same_words_spelt_otherwise_find_the_same_rows(
    client: Client, alike: tuple[str, ...]
) -> None:
    first, *others = (found(client, query) for query in alike)
    assert first
    assert others == [first] * len(others)


def test_every_list_finds_words_in_any_order_on_page_and_in_files(client: Client) -> None:
    camden = factories.borough("Camden", official_name="London Borough", partnership="Central")
    product = factories.product(
        "Mosaic", manufacturer=factories.supplier("Access & Co", slug="access-co")
    )
    system = factories.system(borough=camden, product=product)
    agreement = factories.framework(
        "Cloud Café", slug="cloud", reference="RM-1557", provider="Crown"
    )
    factories.contract(
        title="Children’s case-management", reference="LBC-12", lead=camden, systems=[system],
        supplier=product.manufacturer, framework=agreement,
    )  # fmt: skip
    group = factories.skill_group("Craft")
    factories.skill_level(borough=camden, skill=factories.skill("Design", group=group))
    small_london()
    asked = {
        "/boroughs/": "central borough camden",
        "/systems/": "mosaic and camden access",
        "/systems/products/": "accesses mosaic",
        "/systems/suppliers/": "co access",
        "/contracts/": "case access childrens lbc-12 camden",
        "/contracts/frameworks/": "crown cafe rm1557 cloud",
        "/skills/": "camden crafts design",
    }
    assert asked.keys() == LISTS.keys()
    for address, words in asked.items():
        for query in (words, " ".join(reversed(words.upper().split()))):
            assert total(client.get(address, {"q": query})) == 1, query
            assert len(rows(client, LISTS[address], {"q": query})) == 1, query
            document = client.get(LISTS[address].replace(".csv", ".json"), {"q": query}).json()
            assert document["meta"]["rows"] == len(document["rows"]) == 1, query
        assert total(client.get(address, {"q": f"{words} zzz"})) == 0
    same = {"q": asked["/contracts/"]}
    assert total(client.get("/contracts/timeline/", same)) == 1
    assert len(rows(client, "/contracts/contracts.transparency.csv", same)) == 1


@pytest.mark.parametrize("address", [*LISTS, "/contracts/timeline/", "/contracts/together/"])
def test_a_list_without_rows_offers_the_search_for_the_same_words(
    client: Client, address: str
) -> None:
    words = "zzz & “100%” <b>"
    response = client.get(address, {"q": words})
    assert f"/search/?q={quote(words, safe='')}" in read(response).links
    assert f"Search everything for “{words}”" in " ".join(html.unescape(text_of(response)).split())
    assert "Search everything" not in text_of(client.get(address, {"borough": "x"}))


@pytest.mark.parametrize("address", [*LISTS, *LISTS.values()])
def test_very_many_words_are_refused_and_never_cut_short_unsaid(
    client: Client, address: str
) -> None:
    query = " ".join(f"w{number}" for number in range(MAX_WORDS + 1))
    response = client.get(address, {"q": query})
    assert response.status_code == 400
    assert f"These are {MAX_WORDS + 1} words: write at most {MAX_WORDS}." in text_of(response)
    assert text_of(client.get(address, {"q": "w and w & " * 9}))
    assert client.get("/search/", {"q": query}).status_code == 200


NAMES = {
    "boroughs": ["Hammersmith & Fulham", "City of London", "King’s Lynn", "Bexley"],
    "suppliers": ["Idox", "Café-Soft", "Smith & Sons", "NEC Software"],
    "products": ["Uniform", "Mod-Gov", "Children's Case", "E-mail 2"],
    "functions": ["Children’s care", "Revenues and benefits", "Libraries", "Permits"],
}


def estate() -> None:
    """Every product for every function in every borough, with aliases, contracts and levels."""
    boroughs = [factories.borough(name) for name in NAMES["boroughs"]]
    functions = [factories.function(name) for name in NAMES["functions"]]
    makers = [factories.supplier(name) for name in NAMES["suppliers"]]
    factories.supplier_alias("Northgate", makers[3])
    pairs = zip(NAMES["products"], makers, strict=True)
    products = [factories.product(name, manufacturer=maker) for name, maker in pairs]
    factories.product_alias("Protocol’s Own", products[2])
    levels = [factories.skill(name) for name in ("Data & AI", "Service design")]
    for place, borough in enumerate(boroughs):
        for product in products:
            factories.system(borough=borough, product=product, function=functions[place])
            others = [boroughs[place - 1]]
            title = f"{product.name} for {functions[place - 2].name}"
            factories.contract(
                title=title, lead=borough, partners=others, supplier=product.manufacturer
            )
        for skill in levels:
            factories.skill_level(borough=borough, skill=skill)


def texts_of_supplier(supplier: Any) -> list[str]:
    return [supplier.name, *(one.name for one in supplier.aliases.all())] if supplier else []


def texts_of(row: Any) -> list[str]:
    """Everything by which the words of a box find a row, read off the record."""
    if isinstance(row, System):
        area = row.function.service_area.name
        return [row.borough.name, row.function.name, area, *texts_of(row.product)]
    if isinstance(row, Product):
        names = [row.name, *(alias.name for alias in row.aliases.all())]
        return [*names, *texts_of_supplier(row.manufacturer)]
    if isinstance(row, Contract):
        bodies: list[Borough] = [row.lead, *row.partners.all()]
        return [row.title, row.reference, *texts_of_supplier(row.supplier), *map(str, bodies)]
    return [row.borough.name, row.skill.name, row.skill.group.name]


def plainly(text: str) -> str:
    """Folded another way than the database does."""
    bare = "".join(
        one for one in unicodedata.normalize("NFKD", text.lower()) if not unicodedata.combining(one)
    )
    return re.sub(r"[^a-z0-9]+", " ", re.sub(r"[’']", "", bare).replace("&", " and "))


def fits(row: Any, query: str) -> bool:
    """Every word in some text of the row; a plural’s s at the end may be missing there."""
    texts = [plainly(text) for text in texts_of(row)]
    wanted = [word for word in plainly(query).split() if word != "and"]
    return all(
        any(spelling in text for text in texts for spelling in {word, re.sub(r"s$", "", word)})
        for word in wanted
    )


NAMED = {
    word for names in NAMES.values() for name in names for word in re.findall(r"[\w’']+", name)
}
# What is left out stands in the table of examples
WORDS = [
    *sorted(NAMED - {"Libraries", "and"}),
    *("northgate", "protocols", "design", "data", "BEXLEY", "fulhams", "for", "café", "zzz", "fo"),
]
KINDS: list[tuple[Any, Any]] = [
    (SystemFilter, System),
    (ContractFilter, Contract),
    (ProductFilter, Product),
    (SkillLevelFilter, SkillLevel),
]


@pytest.mark.parametrize(("kind", "model"), KINDS)
def test_reading_every_record_finds_the_same_rows(kind: Any, model: Any) -> None:
    estate()
    every = list(model.objects.all())

    @often
    @given(st.lists(st.sampled_from(WORDS), min_size=1, max_size=3), st.sampled_from(" &,"))
    def check(words: list[str], between: str) -> None:
        typed = f" {between} ".join(words)
        chosen = kind(QueryDict(urlencode({"q": typed})), model.objects.all())
        assert not chosen.problems
        expected = {one.pk for one in every if fits(one, typed)}
        assert set(chosen.rows.values_list("pk", flat=True)) == expected, typed

    check()
