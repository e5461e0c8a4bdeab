"""The training plan as people see it: who is in it, why, what filters do, and the file of it."""

import random
from typing import Any

import pytest
from django.test import Client

from boroughs.models import Borough
from citytools.facts.provenance import SourceKind
from skills.models import Skill, SkillLevel
from skills.training.page import PairRow, Training
from systems.models import Status
from tests import factories
from tests.pages import read, rows, text_of, total, words

pytestmark = pytest.mark.django_db
PAGE, FILE = "/skills/training/", "/skills/training.csv"
Pair = tuple[str, str, str]


def training(client: Client, query: Any = None) -> Training:
    response = client.get(PAGE, query)
    assert response.status_code == 200, words(response)
    plan: Training = response.context["training"]
    return plan


def key_of(row: PairRow) -> Pair:
    return row.skill.name, row.teacher.name, row.learner.name


def pairs(client: Client, query: Any = None) -> list[Pair]:
    """(skill, teacher, learner) in the order of the page, which is that of the file."""
    keys = [key_of(row) for row in training(client, query).rows]
    in_file = rows(client, FILE, query)
    assert [(row["skill"], row["teacher"], row["learner"]) for row in in_file] == keys
    return keys


def teaches(borough: Borough, skill: Skill, level: int = 4, **fields: Any) -> SkillLevel:
    return factories.skill_level(
        borough=borough, skill=skill, level=level, can_teach=True, **fields
    )


def wishes(borough: Borough, skill: Skill, level: int = 1, **fields: Any) -> SkillLevel:
    return factories.skill_level(
        borough=borough, skill=skill, level=level, wants_help=True, **fields
    )


@pytest.fixture
def two() -> tuple[Borough, Borough, Skill]:
    """Camden, which teaches design, and Brent, which wants help with it."""
    camden, brent = factories.borough("Camden"), factories.borough("Brent")
    design = factories.skill("Service design")
    teaches(camden, design)
    wishes(brent, design)
    return camden, brent, design


@pytest.fixture
def swap(two: tuple[Borough, Borough, Skill]) -> tuple[Borough, Borough, Skill]:
    """The same two; and Brent teaches Camden data."""
    data = factories.skill("Data engineering")
    teaches(two[1], data, 3)
    wishes(two[0], data, 2)
    return two


# What is suggested, and why


def test_a_pair_is_named_with_its_levels_and_links(
    client: Client, two: tuple[Borough, Borough, Skill]
) -> None:
    assert pairs(client) == [("Service design", "Camden", "Brent")]
    table = words(client.get(PAGE), "table")
    assert "CamdenExpert (4) BrentAwareness (1) 3 levels higher" in table
    links = read(client.get(PAGE), "table").links
    assert links == [two[2].get_absolute_url(), "/boroughs/camden/", "/boroughs/brent/"]


def test_the_file_has_the_columns_promised(
    client: Client, two: tuple[Borough, Borough, Skill]
) -> None:
    assert text_of(client.get(FILE)) == (
        "skill,teacher,teacher_level,learner,learner_level,why\n"
        "Service design,Camden,4,Brent,1,3 levels higher\n"
    )


def both_run(two: tuple[Borough, Borough, Skill], *names: str, **fields: Any) -> None:
    """Each product is in use in both boroughs for one function."""
    for name in names:
        product, function = factories.product(name), factories.function()
        for borough in two[:2]:
            factories.system(borough=borough, product=product, function=function, **fields)


def why(client: Client, query: Any = None) -> list[str]:
    return [row["why"] for row in rows(client, FILE, query)]


def test_the_reason_names_partnership_and_products(
    client: Client, two: tuple[Borough, Borough, Skill]
) -> None:
    Borough.objects.update(partnership="West London Alliance")
    both_run(two, "Delta", "Beta", "Alpha", "Gamma")
    reason = "same partnership (West London Alliance); both run Alpha, Beta and 2 more"
    assert why(client) == [f"3 levels higher; {reason}"]
    assert reason in words(client.get(PAGE), "table")


def test_the_rarest_product_is_named_first(
    client: Client, two: tuple[Borough, Borough, Skill]
) -> None:
    both_run(two, "Alpha", "Beta", "Gamma")
    wishes(other := factories.borough(), factories.skill())
    factories.system(borough=other, product=factories.product("Delta"))
    alpha = two[0].systems.get(product__name="Alpha")
    factories.system(borough=other, product=alpha.product, function=alpha.function)
    assert why(client) == ["3 levels higher; both run Beta, Gamma and 1 more"]


@pytest.mark.parametrize("status", [Status.RETIRED, Status.PLANNED])
def test_a_product_no_longer_or_not_yet_in_use_is_no_reason(
    client: Client, two: tuple[Borough, Borough, Skill], status: str
) -> None:
    both_run(two, "Alpha", status=status)
    assert why(client) == ["3 levels higher"]


def test_a_swap_stands_first_as_a_card_and_in_the_file(
    client: Client, swap: tuple[Borough, Borough, Skill]
) -> None:
    teaches(factories.borough("Barnet"), first := factories.skill("Agile", position=0))
    wishes(factories.borough("Bexley"), first)
    assert pairs(client) == [
        ("Service design", "Camden", "Brent"),
        ("Data engineering", "Brent", "Camden"),
        ("Agile", "Barnet", "Bexley"),
    ]
    text = words(client.get(PAGE))
    assert "Brent and Camden Camden teaches Brent Service design: expert to awareness" in text
    assert "Brent teaches Camden Data engineering: practitioner to working, 1 level higher" in text
    assert why(client)[0] == "3 levels higher; in return Brent teaches Camden Data engineering"


def test_half_a_swap_still_says_what_comes_back(
    client: Client, swap: tuple[Borough, Borough, Skill]
) -> None:
    assert pairs(client, {"skill": "service-design"}) == [("Service design", "Camden", "Brent")]
    text = words(client.get(PAGE, {"skill": "service-design"}))
    assert "in return Brent teaches Camden Data engineering" in text


def test_a_swap_that_could_be_and_is_not_is_called_so(
    client: Client, swap: tuple[Borough, Borough, Skill]
) -> None:
    data = Skill.objects.get(name="Data engineering")
    SkillLevel.objects.filter(borough=swap[1], skill=data).update(level=4)
    for _ in range(2):
        wishes(factories.borough(), data, 0)
    assert key_of(training(client).pairs[0])[0] == "Service design"
    assert why(client)[0] == "3 levels higher; each could teach the other something"


# Who is never in it


def test_a_borough_whose_levels_are_not_known_is_nowhere(
    client: Client, two: tuple[Borough, Borough, Skill]
) -> None:
    factories.returned(factories.borough("Sutton"), subject="skills")
    both_run((factories.borough("Bexley"), *two[1:]), "Alpha")
    assert {name for pair in pairs(client) for name in pair[1:]} == {"Camden", "Brent"}
    main = words(client.get(PAGE)).partition("have a pair")[2]
    assert "Sutton" not in main
    assert "Bexley" not in main


def test_a_regional_body_neither_teaches_nor_learns(client: Client) -> None:
    gla = factories.borough("GLA", kind=Borough.Kind.REGIONAL)
    design, data = factories.skill(), factories.skill()
    teaches(gla, design)
    wishes(factories.borough("Brent"), design)
    teaches(factories.borough("Camden"), data)
    wishes(gla, data)
    assert pairs(client) == []
    assert "GLA" not in words(client.get(PAGE))
    assert training(client).wishes.total == 1


@pytest.mark.parametrize(
    "fields",
    [{"can_teach": None}, {"can_teach": False}, {"level": 2}, {"level": 0}],
)
def test_who_does_not_offer_or_is_below_practitioner_does_not_teach(
    client: Client, fields: dict[str, Any]
) -> None:
    design = factories.skill()
    factories.skill_level(skill=design, **{"level": 4, "can_teach": True} | fields)
    wishes(factories.borough(), design, 0)
    assert pairs(client) == []


@pytest.mark.parametrize("answer", [None, False])
def test_who_does_not_ask_for_help_does_not_learn(client: Client, answer: bool | None) -> None:
    teaches(factories.borough(), design := factories.skill())
    factories.skill_level(skill=design, level=0, wants_help=answer)
    assert pairs(client) == []


# Filters


def busy_london() -> None:
    """Nine boroughs with levels of eight skills in two groups."""
    dice = random.Random(5)
    boroughs = [factories.borough(partnership=dice.choice(["", "North"])) for _ in range(9)]
    groups = [factories.skill_group(), factories.skill_group()]
    for number in range(8):
        skill = factories.skill(group=groups[number % 2])
        for borough in boroughs:
            level = dice.randrange(5)
            build = teaches if level > 2 else wishes
            build(borough, skill, level)


def test_a_filter_shows_part_of_the_plan_and_never_changes_it(client: Client) -> None:
    busy_london()
    whole = pairs(client)
    assert len(whole) > 15
    assert training(client).swaps
    groups = {skill.name: skill.group.slug for skill in Skill.objects.select_related("group")}
    slugs = dict(Borough.objects.values_list("name", "slug"))
    slugs |= dict(Skill.objects.values_list("name", "slug"))
    for skill, teacher, _ in whole[::4]:
        of_skill = [pair for pair in whole if pair[0] == skill]
        assert sorted(pairs(client, {"skill": slugs[skill]})) == sorted(of_skill)
        of_group = [pair for pair in whole if groups[pair[0]] == groups[skill]]
        assert sorted(pairs(client, {"group": groups[skill]})) == sorted(of_group)
        of_borough = [pair for pair in whole if teacher in pair[1:]]
        assert pairs(client, {"borough": slugs[teacher]}) == of_borough
        both = {"borough": slugs[teacher], "skill": slugs[skill]}
        assert pairs(client, both) == [pair for pair in of_borough if pair[0] == skill]


def test_the_count_is_the_rows_shown_of_the_plan(
    client: Client, swap: tuple[Borough, Borough, Skill]
) -> None:
    assert total(client.get(PAGE)) == 2
    response = client.get(PAGE, {"skill": "service-design"})
    assert total(response) == 1
    text = words(response)
    assert "1 pair of the 2 in the plan, in 1 skill and among 2 of 33 boroughs" in text
    assert "1 wish for help among the boroughs and skills shown: 1 has a pair." in text


def test_wishes_of_a_borough_are_its_own(
    client: Client, swap: tuple[Borough, Borough, Skill]
) -> None:
    wishes(swap[1], factories.skill("Law"))
    counts = training(client, {"borough": "brent"}).wishes
    assert (counts.met, counts.waiting, counts.untaught) == (1, 0, 1)


@pytest.mark.parametrize(("cap", "taught"), [(None, 2), ("1", 1), ("2", 2), ("3", 3), ("8", 8)])
def test_a_teacher_has_no_more_learners_than_chosen(
    client: Client, cap: str | None, taught: int
) -> None:
    teaches(factories.borough(), design := factories.skill())
    for _ in range(9):
        wishes(factories.borough(), design)
    assert len(pairs(client, {"cap": cap} if cap else {})) == taught
    box = text_of(client.get(PAGE, {"cap": cap} if cap else {}))
    assert f'<option value="{cap or 2}" selected>' in box


@pytest.mark.parametrize(
    ("query", "name"),
    [
        ({"skill": "magic"}, "skill"),
        ({"skill": ["service-design", "<script>alert(1)</script>"]}, "skill"),
        ({"group": "nobody"}, "group"),
        ({"borough": "atlantis"}, "borough"),
        ({"borough": "gla"}, "borough"),
        ({"borough": "bre\x00nt"}, "borough"),
        ({"borough": ["camden"] * 900 + ["atlantis"]}, "borough"),
        ({"cap": "0"}, "cap"),
        ({"cap": "9"}, "cap"),
        ({"cap": "-1"}, "cap"),
        ({"cap": "2.0"}, "cap"),
        ({"cap": "٣"}, "cap"),
        ({"cap": "9" * 5000}, "cap"),
        ({"cap": ["1", "2"]}, "cap"),
        ({"illustrative": "maybe"}, "illustrative"),
        ({"level": "expert"}, "level"),
        ({"sort": "skill"}, "sort"),
        ({"page": "2"}, "page"),
        ({"columns": "price"}, "columns"),
        ({"surprise": "1"}, "surprise"),
    ],
)
@pytest.mark.usefixtures("two")
def test_what_is_not_understood_is_named_and_nothing_shown(
    client: Client, query: dict[str, Any], name: str
) -> None:
    factories.borough("GLA", kind=Borough.Kind.REGIONAL)
    response, refused = client.get(PAGE, query), client.get(FILE, query)
    assert (response.status_code, refused.status_code) == (400, 400)
    assert words(response).count(f"{name}: ") == 1
    assert f"\n{name}: " in text_of(refused)
    assert "<script>alert" not in text_of(response)
    assert "3 levels higher" not in words(response)


@pytest.mark.usefixtures("two")
def test_columns_of_the_file_can_be_chosen(client: Client) -> None:
    assert text_of(client.get(FILE, {"columns": ["learner", "skill"]})) == (
        "learner,skill\nBrent,Service design\n"
    )


# Cohorts and gaps


def test_a_cohort_is_a_card_that_accounts_for_everybody(client: Client) -> None:
    camden = factories.borough("Camden", partnership="North", tile_row=1, tile_column=1)
    teaches(camden, design := factories.skill("Service design"))
    for number in range(10):
        near = {"partnership": "North"} if number == 9 else {}
        place = {"tile_row": 2, "tile_column": number + 1}
        wishes(factories.borough(f"Learner {number}", **place, **near), design)
    (cohort,) = training(client).cohorts
    assert [member.borough.name[-1] for member in cohort.learners] == list("90123456")
    assert [member.borough.name for member in cohort.left if not member.waits]
    text = words(client.get(PAGE))
    assert "10 want help and 1 could teach. Camden (expert) could take the 8 nearest" in text
    assert "Learner 9 awareness, same partnership" in text
    assert "Still without a place: Learner" in text


def test_a_cohort_shows_under_the_filters_of_those_it_concerns(client: Client) -> None:
    teaches(factories.borough("Camden"), design := factories.skill("Service design"))
    for number in range(9):
        wishes(factories.borough(f"Learner {number}"), design)
    factories.borough("Sutton")
    assert len(training(client, {"borough": "camden"}).cohorts) == 1
    assert len(training(client, {"borough": "learner-8"}).cohorts) == 1
    assert training(client, {"borough": "sutton"}).cohorts == []
    assert training(client, {"group": factories.skill_group().slug}).cohorts == []


def test_a_gap_says_how_many_want_it_and_what_is_best_in_london(client: Client) -> None:
    design = factories.skill("Service design")
    wishes(factories.borough("Brent"), design)
    wishes(factories.borough("Camden"), design, 2)
    factories.skill_level(skill=design, level=4, can_teach=False)
    (gap,) = training(client, {"borough": "camden"}).gaps
    assert [member.borough.name for member in gap.members] == ["Brent", "Camden"]
    table = words(client.get(PAGE), "table")
    assert "Service design 2 Brent (awareness), Camden (working)" in table
    assert "Expert in 1 of 3 whose level is known" in table
    assert "1 borough is above, but does not offer to teach" in table


# Nothing to show


def test_an_empty_database_is_not_known_and_no_zero(client: Client) -> None:
    response = client.get(PAGE)
    assert response.status_code == 200
    assert "No borough has told us its skills yet, so nothing can be planned" in words(response)
    assert rows(client, FILE) == []


def test_where_nobody_wants_help_it_is_said(client: Client) -> None:
    teaches(factories.borough(), factories.skill())
    assert "No borough asks for help with a skill" in words(client.get(PAGE))


@pytest.mark.usefixtures("two")
def test_a_filter_that_leaves_nothing_offers_to_take_it_away(client: Client) -> None:
    factories.borough("Sutton")
    response = client.get(PAGE, {"borough": "sutton", "cap": "1"})
    assert "Nothing in the plan of 1 pair fits: without borough Sutton" in words(response)
    assert "?cap=1" in read(response).links


def test_how_many_of_the_33_report_is_said(
    client: Client, two: tuple[Borough, Borough, Skill]
) -> None:
    factories.returned(two[0], subject="skills")
    factories.returned(two[1], subject="skills", source_kind=SourceKind.ILLUSTRATIVE)
    assert "2 of 33 boroughs reporting" in words(client.get(f"/demo{PAGE}"))
    real = words(client.get(PAGE))
    assert "1 of 33 boroughs reporting" in real


@pytest.mark.usefixtures("two")
def test_the_rule_is_on_the_page_with_its_points(client: Client) -> None:
    text = words(client.get(PAGE, {"cap": "3"}))
    assert "10 for each level between the two; 5 if both belong to the same partnership" in text
    assert "a teacher has at most 3 learners in a skill" in text
