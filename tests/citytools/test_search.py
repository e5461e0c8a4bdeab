"""The search over the real and the demonstration data: who types what, and what comes of it."""

import re
from collections.abc import Iterator

import pytest
from django.core.management import call_command
from django.db import connection, transaction
from django.test import Client, RequestFactory
from pytest_django.plugin import DjangoDbBlocker

from citytools.models import SearchName
from citytools.search.lists import Hit
from citytools.search.results import MAX_BEST_HITS, MAX_HITS_PER_KIND, SearchResults
from citytools.worlds import World, use_world
from citytools.worlds.addresses import visit_world
from contracts.models import Contract
from systems.models import System
from tests.citytools.searches import SEARCHES
from tests.pages import read, total, words

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("_loaded")]


@pytest.fixture(scope="module")
def _loaded(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    """Everything that `make run` loads, once for all tests of this module."""
    with django_db_blocker.unblock(), transaction.atomic():
        call_command("load", verbosity=0)
        yield
        transaction.set_rollback(True)


@pytest.fixture(autouse=True)
def _evidence() -> Iterator[None]:
    """What is found here is what its pages find."""
    with use_world(World.EVIDENCE):
        yield


def results(q: str, **more: str) -> SearchResults:
    return SearchResults(RequestFactory().get("/search/", {"q": q} | more))


def first(q: str, record_type: str, **more: str) -> Hit:
    """The best hit of a kind of record."""
    return next(hit for hit in results(q, **more).hits if hit.record_type == record_type)


def test_of_a_hundred_searches_ninety_five_have_their_answer_among_the_first_three() -> None:
    assert len(SEARCHES) == len({question for question, _, _ in SEARCHES}) == 100
    missed = []
    for question, kind, name in SEARCHES:
        best = results(question).best
        if not any(hit.kind.name == kind and hit.title.startswith(name) for hit in best):
            missed.append(f"{question}: wanted {kind} {name}, got {[hit.title for hit in best]}")
    print(*missed, sep="\n")
    assert len(missed) <= 5


ALL = "all your words"
REASONS = [
    ("mozaic", "product", "Mosaic", "spelt alike"),
    ("mosaic", "product", "Mosaic", "its name"),
    ("liquid logic", "supplier", "Liquidlogic", "its name"),
    ("northgate", "supplier", "NEC Software Solutions UK", "formerly Northgate Public Services"),
    ("democracy counts ltd", "supplier", "Democracy Counts", "also known as Democracy Counts Ltd"),
    ("frameworki", "product", "Mosaic", "other or former name Frameworki"),
    ("framewrki", "product", "Mosaic", "spelt alike: other or former name Frameworki"),
    ("adult social", "service area", "Adult social care", "its name"),
    ("cyber", "function", "Identity and cyber security", "in its name"),
    ("nndr", "function", "Business rates", "also known as NNDR"),
    ("RBKC", "borough", "Kensington and Chelsea", "code RBKC"),
    ("E09000007", "borough", "Camden", "code E09000007"),
    ("local london", "borough", "Bexley", "in Local London"),
    ("corpay", "product", "PayByPhone", "made by Corpay"),
    (
        "planning uniform",
        "product",
        "Uniform",
        "all your words: for Planning back office; its name",
    ),
    ("RM6259", "framework", "Vertical Application Solutions", "code RM6259"),
    ("lock-in", "recommendation", "Make four checks against lock-in", "in its title"),
    ("northgate", "case study", "Bromley: a housing tender", "words in the text"),
    (
        "hillingdon council tax",
        "system",
        "NEC Revenues",
        "borough Hillingdon; function Council tax",
    ),
]


@pytest.mark.parametrize(("question", "record_type", "name", "reason"), REASONS)
def test_each_hit_says_why_it_is_here(
    question: str, record_type: str, name: str, reason: str
) -> None:
    hit = next(
        candidate
        for candidate in results(question).hits
        if candidate.record_type == record_type and candidate.title.startswith(name)
    )
    assert hit.reason == reason


PARENTS = [
    ("mosaic", "product", "made by The Access Group"),
    ("8x8", "product", "maker not known"),
    ("council tax", "function", "in Revenues and benefits"),
    ("service design", "skill", "in User-centred design"),
    ("tascomi", "supplier", "now part of Idox since 2019"),
    ("capita one", "supplier", "now part of MRI Software since July 2024"),
    ("liquidlogic", "supplier", "now part of System C"),
    ("civica", "supplier", ""),
    ("G-Cloud 14", "framework", "by Crown Commercial Service"),
    ("MD3293", "contract", "led by Greater London Authority"),
    ("uniform barnet", "system", "for Planning public register"),
    ("camden", "borough", "in Central London Forward"),
]


@pytest.mark.parametrize(("question", "record_type", "parent"), PARENTS)
def test_each_hit_says_what_it_belongs_to(question: str, record_type: str, parent: str) -> None:
    assert first(question, record_type).parent == parent


@pytest.mark.parametrize("question", ["parking", "idox", "camden", "camden housing", "software"])
def test_a_group_is_short_and_leads_to_as_many_as_it_says(client: Client, question: str) -> None:
    groups = results(question).groups
    assert len({group.kind.name for group in groups}) == len(groups) > 1
    for group in groups:
        assert 0 < len(group.hits) <= MAX_HITS_PER_KIND
        assert all(hit.kind == group.kind for hit in group.hits)
        for way in group.more:
            page = client.get(way.address)
            if way.address.startswith("/search/"):
                more_hits = page.context["listing"].groups[0].hits
                assert {hit.address for hit in group.hits} < {hit.address for hit in more_hits}
            else:
                said = re.match(r"All ([\d,]+) in the list of", way.words)
                assert said
                assert total(page) == int(said[1].replace(",", "")) > 0, way.address


def test_a_list_that_is_named_leads_to_its_rows(client: Client) -> None:
    hit = results("camden housing").best[0]
    assert (hit.title, hit.address) == (
        "Systems of Camden: Housing",
        "/systems/?borough=camden&service_area=housing",
    )
    assert hit.reason == f"{total(client.get(hit.address))} in the list"


@pytest.mark.parametrize(
    ("question", "title", "address"),
    [
        (
            "camden planning",
            "Systems of Camden: Planning and building control",
            "/systems/?borough=camden&service_area=planning-and-building-control",
        ),
        (
            "contracts ending 2027",
            "Contracts that end in 2027",
            "/contracts/?ends_after=2027-01-01&ends_before=2027-12-31&sort=ends_on",
        ),
        (
            "Camden contracts expiring in 2027",
            "Contracts of Camden that end in 2027",
            "/contracts/?borough=camden&ends_after=2027-01-01&ends_before=2027-12-31&sort=ends_on",
        ),
        ("O365", "Microsoft 365", "/systems/products/microsoft-365/"),
        (
            "tri-borough",
            "Tri-borough ICT services (Westminster)",
            "/contracts/frameworks/tri-borough-ict-services-westminster/",
        ),
    ],
)
def test_words_that_people_say_find_what_they_mean(
    client: Client, question: str, title: str, address: str
) -> None:
    found = results(question).best
    assert (found[0].title, found[0].address) == (title, address)
    rows = re.match(r"([\d,]+) in the list", found[0].reason)
    if rows:
        assert total(client.get(address)) == int(rows[1].replace(",", "")) > 0


def test_what_is_only_spelt_alike_is_not_among_the_best_beside_what_is_named() -> None:
    kinds = [hit.record_type for hit in results("tri-borough").best]
    assert kinds == ["framework", "contract"]


def test_every_address_that_the_search_gives_is_a_page(client: Client) -> None:
    questions = "camden skills; ten vendors; oracle; g-cloud; lock-in; planx eight boroughs; cyber"
    with visit_world(World.DEMONSTRATION):
        found = [hit for q in questions.split("; ") for hit in results(q).hits]
    hits = {hit.address: hit.record_type for hit in found}
    kinds = {"list of skills", "framework", "finding", "case study", "recommendation", "skill"}
    assert kinds <= set(hits.values())
    for address in hits:
        assert client.get(address).status_code == 200, address


def test_a_list_says_how_many_rows_it_leads_to(client: Client) -> None:
    with visit_world(World.DEMONSTRATION):
        hit = first("camden housing contracts", "list of contracts")
    assert hit.reason == f"{total(client.get(hit.address))} in the list"


def test_the_best_are_the_first_three_over_all_kinds(client: Client) -> None:
    page = client.get("/search/", {"q": "cyber security"})
    best = page.context["listing"].best
    assert len(best) == MAX_BEST_HITS
    assert {"skill", "function"} <= {hit.record_type for hit in best}
    assert read(page).links.index(best[0].address) < read(page).links.index(best[1].address)


def test_kinds_can_be_chosen() -> None:
    request = RequestFactory().get("/search/?q=cyber&kind=skill&kind=function")
    assert {hit.kind.name for hit in SearchResults(request).hits} == {"skill", "function"}


def test_a_typing_error_in_one_of_several_words_is_forgiven() -> None:
    assert results("hackny parkng").best[0].title.startswith("Hackney: parking systems")


def test_nothing_found_offers_what_is_nearest(client: Client) -> None:
    page = client.get("/search/", {"q": "zylersky"})
    assert page.status_code == 200
    assert "Nothing here fits “zylersky”" in words(page)
    offered = [link for link in read(page).links if link.startswith("/search/?q=")]
    assert all(client.get(link).context["listing"].hits for link in offered)


def test_a_load_leaves_the_planner_true_counts_of_all_it_searches() -> None:
    """Another session's statistics, taken meanwhile, would count no row that is not committed."""
    tables = {model._meta.db_table for model in (SearchName, System, Contract)}
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT relname, reltuples FROM pg_class WHERE relname = ANY(%s)"
            " AND relnamespace = 'public'::regnamespace",
            [list(tables)],
        )
        planned = dict(cursor.fetchall())
        for table in tables:
            cursor.execute(f"SELECT count(*) FROM public.{table}")  # noqa: S608 (our own names)
            assert planned[table] == cursor.fetchone()[0] > 0


MISSED = """
SELECT name.term FROM citytools_searchname AS name, search_words(%(typed)s) AS phrase,
    LATERAL (SELECT array_to_string(array_remove(string_to_array(phrase, ' '), 'and'), '')) AS asked
    (squashed)
WHERE kind <> 'borough' AND (
    strpos(' ' || name.words || ' ', ' ' || phrase || ' ') > 0
    OR strpos(' ' || name.words, ' ' || phrase) > 0
    OR name.squashed = asked.squashed
    OR length(asked.squashed) >= 4 AND strpos(name.squashed, asked.squashed) > 0
    OR length(phrase) >= 4 AND strict_word_similarity(phrase, name.words) >= 0.2
    OR length(phrase) >= 4 AND similarity(asked.squashed, name.squashed) >= 0.2
    OR EXISTS (
        SELECT FROM unnest(string_to_array(phrase, ' ')) AS token
        WHERE strpos(' ' || name.words || ' ', ' ' || token) > 0
        OR length(token) > 3 AND strict_word_similarity(token, name.words) >= 0.45
    )
) AND id NOT IN (SELECT search_candidates(ARRAY[phrase], string_to_array(phrase, ' ')))"""
"""Names that fit by comparing each, and that the indexes do not find."""


def test_no_name_that_fits_is_missed_by_the_indexes() -> None:
    typed = [question for question, _, _ in SEARCHES] + ["a", "&", "th", "co ltd", "é", "x" * 90]
    with use_world(World.BOTH), connection.cursor() as cursor:
        for question in typed:
            cursor.execute(MISSED, {"typed": question})
            assert cursor.fetchall() == [], question
        cursor.execute("SELECT count(*) FROM search_candidates(ARRAY['mozaic'], ARRAY[]::text[])")
        assert 0 < cursor.fetchone()[0] < 100
