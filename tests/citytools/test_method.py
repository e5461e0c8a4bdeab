"""The page of methods: nothing computed goes undescribed, and no number is typed from memory."""

import ast
import re
import shutil
from collections.abc import Iterator
from importlib import import_module
from operator import attrgetter
from pathlib import Path
from xml.etree import ElementTree

import pytest
from django.test import Client
from jinja2 import TemplateRuntimeError

from citytools.facts import statistics
from citytools.pages.content_files import CONTENT, ContentError
from citytools.pages.glossary import TERMS
from citytools.pages.jinja import environment
from citytools.pages.method import GROUPS, METHODS, Method, load_methods
from contracts.models import LEAD_MONTHS
from skills.training.pairs import POINTS
from tests.pages import read, text_of, words
from tests.test_architecture import modules, name_of
from tests.words import named_in_templates

pytestmark = pytest.mark.django_db

ROOT = Path(__file__).resolve().parent.parent.parent
NUMERIC = {"statistics", "math", "fractions", "numpy", "pandas", "scipy", "dateutil", "random"}
"""Libraries that a module imports when it computes."""
AGGREGATES = {"Avg", "StdDev", "Variance", "Sum", "SearchRank", "Window"}
"""What a query computes with; counts are everywhere, and described together."""
UNDESCRIBED = {
    "boroughs.profile.views": "the last day of a brief",
    "citytools.staff.waiting": "counts what waits for staff; no page shows it",
    "citytools.staff.login_throttle": "counts wrong passwords; no page shows them",
    "citytools.search.lists": "counts the rows of a list within the search",
    "contracts.search": "ranks titles for the search, as described there",
    "contracts.joint_procurement.views": "draws windows, whose class has the name of an aggregate",
    "systems.functions.views": "reads windows, whose class has the name of an aggregate",
    "contracts.timeline.charts": "lays a picture out",
    "skills.management.commands.plan_training": "measures the plan with made-up bodies",
}
"""Modules that compute and are no method of their own, each with the reason."""
FORMULAS = {
    "citytools.facts.statistics", "citytools.facts.name_matching", "citytools.pages.home",
    "citytools.facts.dates", "boroughs.profile.tile_map", "boroughs.profile.answers",
    "boroughs.profile.page", "boroughs.profile.peers", "boroughs.models",
    "boroughs.compare.answers", "systems.products.page", "systems.service_map.map",
    "systems.costs", "systems.moves",
    "systems.suppliers.page", "systems.suppliers.failure", "systems.suppliers.market",
    "contracts.charts", "contracts.concentration.bases", "contracts.frameworks.filters",
    "contracts.models.dates", "contracts.ocds.import_plan", "contracts.ocds.notices",
    "contracts.pipeline.drafts", "contracts.pipeline.rules", "contracts.joint_procurement.plan",
    "contracts.joint_procurement.presentation", "contracts.joint_procurement.windows",
    "contracts.transparency.views", "skills.level_history", "skills.profile", "skills.summary",
    "skills.training.pairs", "skills.training.plan",
    "citytools.management.demonstration.random_draws",
    "citytools.management.demonstration.returns",
}  # fmt: skip
"""Modules that hold a formula, by hand; what computes besides is found by the rule above."""
ELSEWHERE = ("citytools.management.demonstration", "research")
"""The demonstration, described as one; research, which has its own list."""


def modules_of(method: Method) -> set[str]:
    return {path.partition(":")[0] for path in method.code}


def described() -> set[str]:
    return set().union(*map(modules_of, METHODS.values()))


def computing() -> Iterator[str]:
    """Modules that import a library for numbers, or aggregate in a query."""
    for path in modules():
        name = name_of(path)
        if name.startswith(ELSEWHERE):
            continue
        tree = ast.parse(path.read_text())
        names = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}
        if NUMERIC & set(_libraries(tree)) or AGGREGATES & names:
            yield name


def _libraries(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name.partition(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module.partition(".")[0]


def test_every_module_with_a_formula_is_described() -> None:
    assert not FORMULAS - described()


def test_a_module_that_begins_to_compute_must_be_described() -> None:
    modules = set(computing())
    assert len(modules) > 20, "the rule finds nothing"
    missing = modules - described() - set(UNDESCRIBED)
    assert not missing, f"{missing}: add it to citytools/pages/content/method, or say why not above"
    assert set(UNDESCRIBED) <= modules - described(), "no longer needed"


def test_each_method_names_functions_that_there_are() -> None:
    for method in METHODS.values():
        assert method.code, method.key
        for path in method.code:
            module, _, name = path.partition(":")
            assert attrgetter(name)(import_module(module))
            assert module.startswith(
                ("citytools.", "boroughs.", "systems.", "contracts.", "skills.", "research.")
            )


def test_each_method_says_what_how_from_where_and_its_limits() -> None:
    for method in METHODS.values():
        assert method.question.endswith("?"), method.key
        for sentence in (*method.formula, *method.limits):
            assert sentence[0].isupper() or sentence[0].isdigit(), sentence
            assert sentence.endswith("."), sentence
        assert all((method.formula, method.limits, method.sources, method.used)), method.key
        assert all(TERMS[term.key] is term for term in method.terms), method.key


def test_keys_are_given_once_and_every_method_has_its_place(client: Client) -> None:
    text = text_of(client.get("/about/method/"))
    ids = re.findall(r'\bid="([^"]+)"', text)
    assert len(ids) == len(set(ids))
    assert len(METHODS) == sum(map(len, GROUPS.values()))
    assert set(METHODS) <= set(ids)
    assert {link[1:] for link in read(client.get("/about/method/")).links if link[0] == "#"} <= set(
        ids
    )


def test_every_page_that_a_method_names_is_there(client: Client) -> None:
    for address in {page.address for method in METHODS.values() for page in method.used}:
        assert client.get(address).status_code == 200, address


def test_every_method_that_a_page_names_exists_and_each_is_named() -> None:
    named = named_in_templates("worked_out")
    assert not {key: where for key, where in named.items() if key not in METHODS}
    assert not set(METHODS) - set(named)


def test_a_link_to_a_method_says_which_to_those_who_hear_it() -> None:
    text = environment().from_string('{{ worked_out("hhi") }}').render()
    assert 'href="/about/method/#hhi"' in text
    assert "How this is worked out" in text
    assert 'visually-hidden">: Concentration of a function (HHI)</span>' in text


def test_a_method_that_is_none_is_an_error_with_a_suggestion() -> None:
    with pytest.raises(TemplateRuntimeError, match="“hih” is no method"):
        environment().from_string('{{ worked_out("hih") }}').render()


def test_formulas_are_well_formed_and_say_the_same_in_words() -> None:
    drawn = [method for method in METHODS.values() if method.maths]
    assert {"hhi", "peers", "median-range", "cost", "mean", "planner"} <= {
        formula.key for formula in drawn
    }
    for method in drawn:
        roots = [ElementTree.fromstring(str(html)) for html in method.maths]  # noqa: S314 (our own)
        assert {root.tag for root in roots} == {"math"}
        letters = {node.text for root in roots for node in root.iter("mi")}
        explained = set(method.symbols)
        unexplained = letters - explained - {"i", "k", "P", "H"}
        assert not unexplained, method.key


TYPED = re.compile(r"\d+(?:,\d{3})*(?:th)?")
ALLOWED = {"0", "1", "2", "1,000", "32", "2019"}
"""Numbers of mathematics, of units, of London and of history."""


def test_no_number_that_the_code_knows_is_typed_from_memory() -> None:
    typed = {
        path.name: set(TYPED.findall(path.read_text())) - ALLOWED
        for path in (CONTENT / "method").glob("*.toml")
    }
    assert len(typed) > len(GROUPS)
    assert not {name: numbers for name, numbers in typed.items() if numbers}


@pytest.mark.parametrize(
    ("correct", "wrong", "fault"),
    [
        ("{lead_months}", "{led_months}", "dates.toml, [must-start]: 'led_months' is not defined"),
        ('"lead-time"', '"led-time"', "dates.toml, [must-start]: 'led-time' is not defined"),
        ("limits = [", "limit = [", "dates.toml, [partial-dates]: Method.__init__() got"),
    ],
)
def test_a_wrong_content_file_is_an_error_that_names_file_and_entry(
    tmp_path: Path, correct: str, wrong: str, fault: str
) -> None:
    shutil.copytree(CONTENT / "method", tmp_path, dirs_exist_ok=True)
    path = tmp_path / "dates.toml"
    path.write_text(path.read_text().replace(correct, wrong, 1))
    with pytest.raises(ContentError, match=re.escape(fault)):
        load_methods(tmp_path)


def test_every_content_file_is_on_the_page() -> None:
    files = {path.stem for path in (CONTENT / "method").glob("*.toml")}
    assert files == {"groups"} | {group.key for group in GROUPS}


def test_the_page_follows_the_code(client: Client) -> None:
    said = words(client.get("/about/method/"))
    assert f"The lead time is {LEAD_MONTHS} months" in said
    assert f"{POINTS.level} for each level between them" in said
    assert f"Below {statistics.MIN_VALUES_FOR_RANGE} values" in said
    assert "Metrics of research" in said


def test_what_the_page_says_of_the_index_holds() -> None:
    even, sole = statistics.market_concentration([1] * 4), statistics.market_concentration([7])
    assert even
    assert sole
    assert (even.index, even.normalised, even.effective) == (1 / 4, 0, 4)
    assert (sole.index, sole.normalised) == (1, 1)


def test_what_the_page_says_of_the_range_holds() -> None:
    assert statistics.CONFIDENCE == 95
    assert statistics.median_interval_ranks(statistics.MIN_VALUES_FOR_RANGE) == (
        1,
        statistics.MIN_VALUES_FOR_RANGE,
    )
    assert statistics.median_interval_ranks(statistics.MIN_VALUES_FOR_RANGE - 1) is None
