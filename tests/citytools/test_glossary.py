"""The glossary: the dictionary's own words, reachable from pages, and never two meanings."""

import html
import re
from typing import Any

import pytest
from django.http import HttpRequest
from django.template import Context, Template, TemplateSyntaxError
from django.test import Client

from citytools.columns import Column
from citytools.data import FILES
from citytools.glossary import BY_KEY, TERMS
from citytools.method import METHODS
from citytools.pages.glossary import explained
from contracts.models import Route, Vat
from contracts.models.dates import Standing
from skills.models import Level
from systems.models import Hosting, Status
from tests import factories
from tests.pages import read, text_of, words
from tests.words import named_in_templates

pytestmark = pytest.mark.django_db


def in_dictionary(path: str) -> Column:
    """A column as the data page names it."""
    name, _, column = path.rpartition(".")
    return next(
        one for file in FILES if file.name == name for one in file.columns if one.name == column
    )


def entry(client: Client, key: str) -> str:
    """What a person reads under a term."""
    page = text_of(client.get("/about/glossary/"))
    part = page.split(f'<dt id="{key}">')[1].split("</div>")[0]
    return html.unescape(" ".join(re.sub(r"<[^>]+>", " ", part).split()))


def test_a_term_that_is_a_column_has_the_words_of_the_dictionary(client: Client) -> None:
    dictionary = words(client.get("/data/"))
    glossary = words(client.get("/about/glossary/"))
    named = [term for term in TERMS if term.columns]
    assert len(named) > 40
    for term in named:
        meaning = in_dictionary(term.columns[0]).meaning
        assert term.meaning is meaning, term.key
        assert not term.own, f"{term.key} is a column and typed besides"
        assert " ".join(meaning.split()) in dictionary
        assert " ".join(meaning.split()) in glossary


def test_every_column_that_a_term_names_is_there() -> None:
    paths = [path for term in TERMS for path in term.columns]
    assert all(in_dictionary(path) for path in paths)
    assert len(paths) == len(set(paths)), "one column, two terms"


def test_every_other_term_says_itself_what_it_means() -> None:
    for term in TERMS:
        assert bool(term.columns) != bool(term.own), term.key
        assert term.meaning.endswith("."), term.key
        assert not term.more or term.more.endswith("."), term.key


def test_systems_are_what_the_dictionary_says_one_row_is(client: Client) -> None:
    assert "System One borough's use of one product for one function." in entry(client, "system")


@pytest.mark.parametrize(
    ("key", "labels"),
    [
        ("hosting", Hosting.labels),
        ("status", Status.labels),
        ("route", Route.labels),
        ("vat-basis", Vat.labels),
        ("standing", [str(one) for one in Standing]),
        ("level", [f"{one.value}, {one.label.lower()}" for one in Level]),
    ],
)
def test_a_term_explains_each_value_in_the_order_of_the_choices(
    client: Client, key: str, labels: list[str]
) -> None:
    assert [label for label, _ in BY_KEY[key].values] == labels
    said = entry(client, key)
    places = [said.index(label) for label in labels]
    assert places == sorted(places)
    assert all(meaning.endswith(".") for _, meaning in BY_KEY[key].values)


def test_a_choice_without_an_explanation_or_one_too_many_is_an_error() -> None:
    with pytest.raises(KeyError):
        explained(Vat, {"excluding": "VAT comes on top."})
    with pytest.raises(KeyError, match="no such choice"):
        explained(Vat, {"excluding": "a.", "including": "b.", "half": "c."})


def test_the_levels_of_skills_mean_what_the_pages_of_skills_say() -> None:
    assert [meaning for _, meaning in BY_KEY["level"].values] == [one.meaning for one in Level]


def test_terms_stand_by_name_under_letters_that_one_can_jump_to(client: Client) -> None:
    page = client.get("/about/glossary/")
    text = text_of(page)
    names = re.findall(r"<dfn>(.*?)</dfn></dt>", text)
    assert names == sorted(names, key=lambda name: name.replace("&#x27;", "'").lower())
    assert len(names) == len(TERMS) == len(set(names))
    letters = list(dict.fromkeys(name[0].upper() for name in names))
    jumps = [link for link in read(page).links if link.startswith("#letter-")]
    assert jumps == [f"#letter-{letter}" for letter in letters]
    ids = re.findall(r'\bid="([^"]+)"', text)
    assert len(ids) == len(set(ids))
    assert {link[1:] for link in read(page).links if link.startswith("#")} <= set(ids)


def test_every_term_named_beside_another_is_there_and_is_another() -> None:
    for term in TERMS:
        assert term.see, term.key
        assert set(term.see) <= set(BY_KEY), term.key
        assert term.key not in term.see


def test_a_term_leads_to_a_page_on_which_it_is_used(client: Client) -> None:
    for address in {term.used.address for term in TERMS}:
        assert client.get(address).status_code == 200, address


def test_every_term_that_a_page_names_exists() -> None:
    named = named_in_templates("term", "terms")
    assert not {key: where for key, where in named.items() if key not in BY_KEY}


def test_every_term_is_linked_from_a_page() -> None:
    linked = set(named_in_templates("term", "terms")) | {
        key for method in METHODS for key in method.terms
    }
    assert not {term.key for term in TERMS} - linked


def drawn(text: str, request: Any = None) -> str:
    return Template("{% load words %}" + text).render(Context({"request": request}))


def test_a_word_leads_to_its_definition() -> None:
    link = '<a href="/about/glossary/#act-by" title="What this means">'
    assert drawn('{% term "act-by" %}') == f'<dfn class="ct-term">{link}Act by</a></dfn>'
    assert drawn('{% term "act-by" "to act" %}') == f'<dfn class="ct-term">{link}to act</a></dfn>'


def test_a_word_is_linked_once_on_a_page_and_plain_after() -> None:
    text = drawn('{% term "act-by" %}; {% terms "act-by" "notice" %}', HttpRequest())
    assert text.count("#act-by") == 1
    assert text.count("Act by") == 2
    assert text.count("#notice") == 1


def test_a_word_that_is_no_term_is_an_error_with_a_suggestion() -> None:
    with pytest.raises(TemplateSyntaxError, match=r"“act-bye” is no term.* “act-by”"):
        drawn('{% term "act-bye" %}')


def test_words_from_a_record_cannot_become_markup() -> None:
    text = Template('{% load words %}{% term "act-by" it %}').render(Context({"it": "<b>"}))
    assert "&lt;b&gt;" in text
    assert "<b>" not in text


def test_the_dictionary_leads_from_a_column_to_its_term(client: Client) -> None:
    text = text_of(client.get("/data/"))
    section = text.split('id="contracts"')[1].split("</section>")[0]
    assert 'href="/about/glossary/#act-by" title="In the glossary"><code>act_by</code>' in section
    assert 'href="/about/glossary/#confidence"' in section, "columns of the source are shared"
    assert '<th scope="row"><code>contract_id</code></th>' in section
    linked = set(re.findall(r'href="/about/glossary/#([^"]+)" title="In', text))
    assert {term.key for term in TERMS if term.columns} <= linked


def test_no_page_of_a_record_links_a_term_twice_or_to_nothing(client: Client) -> None:
    contract = factories.contract(
        systems=[factories.system()], framework=factories.framework(), ends_on="2030-12-31",
        notice_months=3, partners=[factories.borough()], extension_until="2031-12-31",
    )  # fmt: skip
    factories.skill_level(borough=contract.lead)
    system = contract.systems.get()
    records: list[Any] = [contract, system, system.product, contract.supplier, contract.lead]
    for record in records:
        links = re.findall(
            r'glossary/#([a-z-]+)" title', text_of(client.get(record.get_absolute_url()))
        )
        assert len(links) > 3, record
        assert len(links) == len(set(links)), record
        assert set(links) <= set(BY_KEY)


def test_the_search_finds_a_word_but_puts_records_of_the_name_first(client: Client) -> None:
    factories.product("Notice board")
    hits = client.get("/search/", {"q": "notice"}).context["listing"].hits
    by_title = {hit.title: hit for hit in hits}
    assert by_title["Notice"].address == "/about/glossary/#notice"
    assert by_title["Pipeline notice"].kind.name == "term"
    assert hits[0].title == "Notice board"
    assert "Nothing here fits" not in words(client.get("/search/", {"q": "co-termination"}))


def test_about_shows_the_words_that_matter_most_as_the_glossary_has_them(client: Client) -> None:
    said = words(client.get("/about/"))
    for key in ("system", "not-known", "act-by", "reporting"):
        assert " ".join(BY_KEY[key].meaning.split()) in said
    assert {"/about/glossary/", "/about/method/"} <= set(read(client.get("/about/")).links)


def test_terms_are_about_one_thing_each() -> None:
    meanings = [term.meaning for term in TERMS]
    assert len(meanings) == len(set(meanings))
