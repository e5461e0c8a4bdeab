"""The glossary: the dictionary's own words, reachable from pages, and never two meanings."""

import html
import re
from pathlib import Path
from typing import Any

import pytest
from django.http import HttpRequest
from django.test import Client
from jinja2 import TemplateRuntimeError

from citytools.exports import registry
from citytools.lists.columns import Column
from citytools.pages.content_files import ContentError
from citytools.pages.glossary import TERMS, load_terms
from citytools.pages.jinja import environment
from citytools.pages.method import METHODS
from contracts.models import Route, Vat
from contracts.models.term import ContractStatus
from skills.models import Level
from systems.models import Hosting, Status
from tests import factories
from tests.pages import read, text_of, words
from tests.words import named_in_templates

FILES = registry.exports()

pytestmark = pytest.mark.django_db


def in_dictionary(path: str) -> Column:
    """A column as the data page names it."""
    name, _, column = path.rpartition(".")
    return next(
        candidate
        for file in FILES
        if file.name == name
        for candidate in file.columns
        if candidate.name == column
    )


def entry(client: Client, key: str) -> str:
    """What a person reads under a term."""
    page = text_of(client.get("/about/glossary/"))
    part = page.split(f'<dt id="{key}">')[1].split("</div>")[0]
    return html.unescape(" ".join(re.sub(r"<[^>]+>", " ", part).split()))


def test_a_term_that_is_a_column_has_the_words_of_the_dictionary(client: Client) -> None:
    dictionary = words(client.get("/data/"))
    glossary = words(client.get("/about/glossary/"))
    named = [term for term in TERMS.values() if term.columns]
    assert len(named) > 40
    for term in named:
        meaning = in_dictionary(term.columns[0]).meaning
        assert term.meaning is meaning, term.key
        assert not term.definition, f"{term.key} is a column and typed besides"
        assert " ".join(meaning.split()) in dictionary
        assert " ".join(meaning.split()) in glossary


def test_every_column_that_a_term_names_is_there() -> None:
    paths = [path for term in TERMS.values() for path in term.columns]
    assert all(in_dictionary(path) for path in paths)
    assert len(paths) == len(set(paths)), "one column, two terms"


def test_every_other_term_says_itself_what_it_means() -> None:
    for term in TERMS.values():
        assert bool(term.columns) != bool(term.definition), term.key
        assert term.meaning.endswith("."), term.key
        assert not term.more or term.more.endswith("."), term.key


def test_systems_are_what_the_dictionary_says_one_row_is(client: Client) -> None:
    assert "System One borough's use of one product for one function." in entry(client, "system")


def test_a_term_explains_each_value_in_the_order_of_the_choices(client: Client) -> None:
    for key, labels in {
        "hosting": Hosting.labels,
        "status": Status.labels,
        "route": Route.labels,
        "vat-basis": Vat.labels,
        "standing": [str(standing) for standing in ContractStatus],
        "level": [f"{level.value}, {level.label.lower()}" for level in Level],
    }.items():
        assert [label for label, _ in TERMS[key].choices] == labels
        text = entry(client, key)
        places = [text.index(label) for label in labels]
        assert places == sorted(places)
        assert all(meaning.endswith(".") for _, meaning in TERMS[key].choices)


CORRECT = """
[notice]
name = "Notice"
used = "contracts"
definition = "A note."
see = ["notice"]
"""


@pytest.mark.parametrize(
    ("correct", "wrong", "fault"),
    [
        ('name = "Notice"\n', "", "missing 1 required positional argument: 'name'"),
        ("name", "nmae", "unexpected keyword argument 'nmae'"),
        ('"contracts"', '"contarcts"', "'contarcts' is not defined"),
        ('"contracts"', '["contracts"]', "used must be a str"),
        ('["notice"]', '"notice"', "see must be a list"),
        ('["notice"]', '["notise"]', "no such term: ['notise']"),
        ("note", "note of {dyas}", "'dyas' is not defined"),
        ("definition", 'columns = ["contracts.lead"]\ndefinition', "not both"),
        ('definition = "A note."', 'columns = ["contracts.laed"]', "no such column"),
        ("[notice]", "[vat-basis]", "differ by ['excluding', 'including']"),
        ('["notice"]', '[]\nvalues = { half = "Half." }', "differ by ['half']"),
        ('"A note."', "A note.", "at line 5"),
    ],
)
def test_a_wrong_content_file_is_an_error_that_names_file_and_entry(
    tmp_path: Path, correct: str, wrong: str, fault: str
) -> None:
    path = tmp_path / "words.toml"
    path.write_text(CORRECT)
    assert load_terms(tmp_path)["notice"].meaning == "A note."
    path.write_text(CORRECT.replace(correct, wrong, 1))
    with pytest.raises(ContentError, match=re.escape(fault)) as caught:
        load_terms(tmp_path)
    place = r"words.toml, \[(notice|vat-basis|whole file)\]: "
    assert re.match(place, str(caught.value)), caught.value


def test_a_term_in_two_files_is_an_error(tmp_path: Path) -> None:
    for name in ("a.toml", "b.toml"):
        (tmp_path / name).write_text(CORRECT)
    with pytest.raises(ContentError, match=r"b.toml, \[notice\]: a.toml has it too"):
        load_terms(tmp_path)


def test_the_levels_of_skills_mean_what_the_pages_of_skills_say() -> None:
    assert [meaning for _, meaning in TERMS["level"].choices] == [level.meaning for level in Level]


def test_terms_stand_by_name_under_letters_that_open(client: Client) -> None:
    page = client.get("/about/glossary/")
    text = text_of(page)
    names = re.findall(r"<dfn>(.*?)</dfn></dt>", text)
    assert names == sorted(names, key=lambda name: name.replace("&#x27;", "'").lower())
    assert len(names) == len(TERMS) == len(set(names))
    letters = list(dict.fromkeys(name[0].upper() for name in names))
    parts = re.findall(r'<h2 [^>]*id="letter-(\w)">\1</h2>', text)
    assert parts == letters
    assert text.count("<summary") == len(letters)
    ids = re.findall(r'\bid="([^"]+)"', text)
    assert len(ids) == len(set(ids))
    assert {link[1:] for link in read(page).links if link.startswith("#")} <= set(ids)


def test_every_term_named_beside_another_is_there_and_is_another() -> None:
    for term in TERMS.values():
        assert term.see, term.key
        assert set(term.see) <= set(TERMS), term.key
        assert term.key not in term.see


def test_a_term_leads_to_a_page_on_which_it_is_used(client: Client) -> None:
    for address in {term.used.address for term in TERMS.values()}:
        assert client.get(address).status_code == 200, address


def test_every_term_that_a_page_names_exists() -> None:
    named = named_in_templates("term", "terms")
    assert not {key: where for key, where in named.items() if key not in TERMS}


def test_every_term_is_linked_from_a_page() -> None:
    linked = set(named_in_templates("term", "terms")) | {
        term.key for method in METHODS.values() for term in method.terms
    }
    assert not TERMS.keys() - linked


def drawn(text: str, request: Any = None) -> str:
    return environment().from_string(text).render(request=request)


def test_a_word_leads_to_its_definition() -> None:
    link = '<a href="/about/glossary/#act-by" title="What this means">'
    assert drawn('{{ term("act-by") }}') == f'<dfn class="ct-term">{link}Act by</a></dfn>'
    assert drawn('{{ term("act-by", "to act") }}') == f'<dfn class="ct-term">{link}to act</a></dfn>'


def test_a_word_is_linked_once_on_a_page_and_plain_after() -> None:
    text = drawn('{{ term("act-by") }}; {{ terms("act-by", "notice") }}', HttpRequest())
    assert text.count("#act-by") == 1
    assert text.count("Act by") == 2
    assert text.count("#notice") == 1


def test_a_word_that_is_no_term_is_an_error_with_a_suggestion() -> None:
    with pytest.raises(TemplateRuntimeError, match=r"“act-bye” is no term.* “act-by”"):
        drawn('{{ term("act-bye") }}')


def test_words_from_a_record_cannot_become_markup() -> None:
    text = environment().from_string('{{ term("act-by", it) }}').render(it="<b>")
    assert "&lt;b&gt;" in text
    assert "<b>" not in text


def test_the_dictionary_leads_from_a_column_to_its_term(client: Client) -> None:
    text = text_of(client.get("/data/"))
    section = text.split('id="contracts"')[1].split("</section>")[0]
    assert 'href="/about/glossary/#act-by" title="In the glossary"><code>act_by</code>' in section
    assert 'href="/about/glossary/#confidence"' in section, "columns of the source are shared"
    assert '<th scope="row"><code>contract_id</code></th>' in section
    linked = set(re.findall(r'href="/about/glossary/#([^"]+)" title="In', text))
    assert {term.key for term in TERMS.values() if term.columns} <= linked


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
        assert set(links) <= set(TERMS)


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
        assert " ".join(TERMS[key].meaning.split()) in said
    assert {"/about/glossary/", "/about/method/"} <= set(read(client.get("/about/")).links)


def test_terms_are_about_one_thing_each() -> None:
    meanings = [term.meaning for term in TERMS.values()]
    assert len(meanings) == len(set(meanings))
