"""What calls for which skill, and which gaps matter: by hand, and against SQL of its own."""

from typing import Any

import pytest
from django.core.management import call_command
from django.db import IntegrityError, connection, transaction
from django.test import Client

from boroughs.models import Borough
from citytools.worlds import World, use_world
from skills import profile
from skills.demand import SkillCall
from skills.models import SkillLevel, SkillNeed
from systems.models import Function, Product, System
from tests import factories
from tests.estate import small_london
from tests.loading import FIXTURES, load
from tests.pages import read, words
from tests.staff import address, errors, post_change, signed_in

pytestmark = pytest.mark.django_db

MATTERING = """
SELECT l.skill_id, max(n.level) - l.level,
    count(DISTINCT (n.id, CASE WHEN n.function IS NULL THEN 0 ELSE s.id END))
FROM skills_skilllevel l
JOIN skills_skillneed n ON n.skill_id = l.skill_id AND n.level > l.level
JOIN systems_system s ON s.borough_id = l.borough_id AND s.status NOT IN ('retired', 'planned')
    AND NOT (s.as_of > '' AND s.as_of < '2020' AND s.confirmed_on IS NULL)
JOIN systems_function f ON f.id = s.function_id
JOIN systems_product p ON p.id = s.product_id
WHERE l.borough_id = %s AND (n.function = f.slug OR n.product = p.slug)
GROUP BY l.skill_id, l.level
"""


def agree(borough: Borough) -> int:
    """Compare with SQL; how many gaps matter."""
    lines = profile.skill_profile(borough, []).gaps_that_matter
    with connection.cursor() as cursor:
        cursor.execute(MATTERING, [borough.pk])
        expected = set(cursor.fetchall())
    assert {(line.skill.pk, line.shortfall, len(line.unmet)) for line in lines} == expected
    return len(expected)


def test_sql_agrees_on_a_small_london() -> None:
    small_london(rows=150)
    skills = list({level.skill for level in SkillLevel.objects.all()})
    for number, function in enumerate(Function.objects.all()):
        for step in range(3):
            factories.skill_need(
                function=function, skill=skills[(number + step) % 15], level=1 + (number + step) % 4
            )
    for number, product in enumerate(Product.objects.all()):
        factories.skill_need(product=product, skill=skills[number], level=1 + number % 4)
    assert sum(agree(borough) for borough in Borough.objects.all()) > 10


def test_sql_agrees_on_all_that_is_loaded() -> None:
    call_command("load", verbosity=0)
    for world in (World.DEMONSTRATION, World.EVIDENCE):
        with use_world(world):
            mattering = sum(agree(borough) for borough in Borough.objects.all())
        assert mattering > 30 if world is World.DEMONSTRATION else not mattering


def camden(level: int | None = 1, needed: int = 3, **system: Any) -> Borough:
    """A borough that runs Mosaic for casework, which calls for data migration."""
    borough = factories.borough("Camden")
    function, product = factories.function("Casework"), factories.product("Mosaic")
    skill = factories.skill("Migration")
    factories.system(borough=borough, function=function, product=product, **system)
    factories.skill_need(function=function, skill=skill, level=needed, why="Data must move.")
    if level is not None:
        factories.skill_level(borough=borough, skill=skill, level=level)
    return borough


def page_text(client: Client, query: str = "") -> str:
    return words(client.get(f"/skills/boroughs/camden/{query}"))


def test_a_gap_that_matters_says_why(client: Client) -> None:
    camden()
    text = page_text(client)
    assert "1 gap matters: what Camden runs calls for more than it has." in text
    assert "Migration: at awareness, where practitioner is called for" in text
    assert (
        "Camden runs Mosaic for casework, which calls for it at practitioner. Data must move."
        in text
    )


def test_a_gap_links_to_who_could_teach_it_and_to_its_system(client: Client) -> None:
    borough = camden()
    links = read(client.get("/skills/boroughs/camden/")).links
    assert "/skills/training/?borough=camden&skill=migration" in links
    assert System.objects.get(borough=borough).get_absolute_url() in links


@pytest.mark.parametrize(("level", "needed"), [(3, 3), (4, 3), (1, 1)])
def test_a_level_that_is_enough_is_no_gap(client: Client, level: int, needed: int) -> None:
    camden(level, needed)
    assert "No gap is known to matter" in page_text(client)


def test_a_level_that_is_not_known_is_a_question_not_a_gap(client: Client) -> None:
    borough = camden(level=None)
    text = page_text(client)
    assert "The skills of Camden are not known, which is not weak: no return" in text
    assert "Migration (practitioner). Whether Camden has them is a question to ask" in text
    factories.skill_level(borough=borough)
    assert "Not known, and called for by what it runs: Migration (practitioner)." in page_text(
        client
    )


@pytest.mark.parametrize("status", ["retired", "planned"])
def test_what_is_not_in_use_calls_for_nothing(client: Client, status: str) -> None:
    camden(status=status)
    assert "No gap is known to matter" in page_text(client)
    assert "No system in use is known that calls for a skill." in page_text(client)


def test_a_product_calls_once_however_many_functions_it_serves(client: Client) -> None:
    borough, product = factories.borough("Camden"), factories.product("Builder")
    for _ in range(3):
        factories.system(borough=borough, product=product)
    skill = factories.skill("Low-code")
    factories.skill_need(product=product, skill=skill, why="Forms are built.")
    factories.skill_level(borough=borough, skill=skill, level=0)
    assert page_text(client).count("Camden runs Builder, which calls for it at practitioner.") == 1


def test_a_skill_names_what_calls_for_it_and_what_of_it_runs(client: Client) -> None:
    camden()
    function = Function.objects.get(name="Casework")
    factories.system(function=function)
    factories.system(function=function, status="retired")
    gla = factories.borough("GLA", kind=Borough.Kind.REGIONAL)
    factories.system(function=function, borough=gla)
    factories.skill_need(product=factories.product("Idle"), skill=SkillNeed.objects.get().skill)
    page = client.get("/skills/migration/")
    demands = [(row.target.name, row.systems, row.boroughs) for row in page.context["demands"]]
    assert demands == [("Casework", 2, 2), ("Idle", 0, 0)]
    assert "City Tools working judgement, to be edited by LOTI; not a sourced fact" in words(page)
    SkillNeed.objects.filter(function="casework").update(source="LOTI, May 2027")
    assert "Data must move.Source: LOTI, May 2027" in words(client.get("/skills/migration/"))
    assert "/functions/casework/" in read(page).links


def test_every_function_calls_for_one_to_four_skills_and_every_name_is_known() -> None:
    load()
    for function in Function.objects.all():
        assert 1 <= SkillNeed.objects.filter(function=function.slug).count() <= 4, function
    functions = set(Function.objects.values_list("slug", flat=True))
    products = set(Product.objects.values_list("slug", flat=True))
    for need in SkillNeed.objects.all():
        assert need.function in functions or need.product in products
        assert need.why.endswith(".")
    assert SkillNeed.objects.count() == len((FIXTURES / "needs.csv").read_text().splitlines()) - 1


@pytest.mark.parametrize("names", [{"function": "nowhere"}, {"product": "nowhere"}])
def test_the_database_refuses_a_need_of_what_there_is_not(names: dict[str, str]) -> None:
    skill = factories.skill()
    with pytest.raises(IntegrityError, match="a_need_names_a_"), transaction.atomic():
        SkillNeed.objects.create(skill=skill, level=2, why="So.", **names)


@pytest.mark.parametrize(
    "fields",
    [
        {"function": None, "product": None},
        {"level": 0},
        {"level": 5},
        {"why": ""},
    ],
)
def test_the_database_refuses_a_need_that_says_too_little(fields: dict[str, Any]) -> None:
    need = factories.skill_need()
    with pytest.raises(IntegrityError), transaction.atomic():
        SkillNeed.objects.filter(pk=need.pk).update(**fields)


def test_a_renamed_function_keeps_its_needs_and_a_deleted_one_takes_them_along() -> None:
    function = factories.function("Casework")
    need = factories.skill_need(function=function)
    Function.objects.filter(pk=function.pk).update(slug="case-work")
    need.refresh_from_db()
    assert need.function == "case-work"
    function.delete()
    assert not SkillNeed.objects.exists()
    events: Any = SkillNeed.pgh_event_model  # type: ignore[attr-defined]
    assert [event.pgh_label for event in events.objects.order_by("pgh_id")] == [
        "insert", "update", "delete",
    ]  # fmt: skip


def test_staff_choose_a_function_or_a_product_by_name(client: Client) -> None:
    function, product = factories.function("Casework"), factories.product("Mosaic")
    posted = {
        "skill": factories.skill().pk, "level": "3", "why": "It is hard.", "source": "LOTI, 2026",
    }  # fmt: skip
    place = address(SkillNeed, "add")
    both = signed_in(client).post(place, posted | {"function": "casework", "product": "mosaic"})
    assert "Name a function or a product, and not both." in errors(both)
    assert "Name a function or a product" in errors(client.post(place, posted))
    assert "Select a valid choice" in errors(client.post(place, posted | {"function": "moon"}))
    client.post(place, posted | {"function": function.slug})
    need = SkillNeed.objects.get()
    assert (need.function, need.product, need.source) == ("casework", None, "LOTI, 2026")
    post_change(client, need, posted | {"product": product.slug})
    need.refresh_from_db()
    assert (need.function, need.product) == (None, "mosaic")


def test_the_same_need_twice_is_refused_in_words(client: Client) -> None:
    need = factories.skill_need()
    posted = {"skill": need.skill_id, "level": "2", "why": "Yes.", "source": "LOTI"}
    response = signed_in(client).post(
        address(SkillNeed, "add"), posted | {"function": need.function}
    )
    assert "This function's need of this skill is already recorded." in errors(response)


@pytest.mark.parametrize(
    ("name", "words_in_sentence"),
    [("Early help", "for early help,"), ("CRM and portal", "for CRM and portal,")],
)
def test_a_function_stands_in_a_sentence_as_one_would_write_it(
    name: str, words_in_sentence: str
) -> None:
    function = factories.function(name)
    system = factories.system(function=function)
    assert words_in_sentence in SkillCall(factories.skill_need(function=function), system).words
