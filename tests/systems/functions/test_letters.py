"""Two letters for each product."""

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from systems.functions.letters import product_letters


@pytest.mark.parametrize(
    ("name", "letters"),
    [
        ("Microsoft 365", "M3"),
        ("Google Workspace", "GW"),
        ("Uniform", "Un"),
        ("MODERN.GOV", "MG"),
        ("iTrent", "It"),
        ("Digital Planning Register", "DP"),
        ("X", "X1"),
        ("École", "Éc"),
        ("…", "P1"),
    ],
)
def test_initials_or_the_first_two_letters_stand_for_a_name(name: str, letters: str) -> None:
    assert product_letters([name]) == {name: letters}


def test_of_two_alike_the_first_by_name_keeps_the_letters() -> None:
    names = ["Custom planning portal", "Civica planning portal", "Cypress Pro"]
    found = {"Civica planning portal": "CP", "Custom planning portal": "Cu", "Cypress Pro": "Cy"}
    for order in itertools.permutations(names):
        assert product_letters(order) == found


@given(st.sets(st.text(min_size=1, max_size=12), max_size=60))
def test_no_two_products_have_the_same_letters(names: set[str]) -> None:
    letters = product_letters(names)
    assert letters.keys() == names
    assert len({pair.casefold() for pair in letters.values()}) == len(names)


def test_a_product_keeps_its_letters_whatever_stands_beside_it_unless_they_clash() -> None:
    alone = product_letters(["Uniform"])["Uniform"]
    assert product_letters(["Uniform", "Idox Cloud", "Agile Planning"])["Uniform"] == alone
