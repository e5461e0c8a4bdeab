"""needs.csv: what calls for which skill, and what is said of a row that cannot be."""

import re

import pytest
from django.core.management import CommandError

from skills.models import SkillNeed
from tests.loading import Folder, load, swap

pytestmark = pytest.mark.django_db


def test_needs_are_kept_by_slug_with_the_judgement_they_rest_on(folder: Folder) -> None:
    load(folder())
    needs = SkillNeed.objects.order_by("pk").values_list("function", "product", "level", "source")
    assert list(needs) == [
        ("repairs", None, 2, "City Tools working judgement, to be edited by LOTI"),
        (None, "fixer", 4, "City Tools working judgement, to be edited by LOTI"),
    ]


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        (
            "Repairs,,agile",
            "Repair,,agile",
            "needs.csv, row 2, function: “Repair” is not known. Did",
        ),
        ("Repairs,,agile", "Repairs,,agil", "row 2, skill: “agil” is not known"),
        ("working", "good", "row 2, level: “good” is not known"),
        ("working", "none", "row 2, level"),
        ("Repairs,,agile", "Repairs,Fixer,agile", "row 2: Name a function or a product, and not"),
        ("Repairs never end.", "", "row 2, why: This field cannot be blank"),
    ],
)
def test_a_wrong_row_of_needs_is_named(folder: Folder, old: str, new: str, message: str) -> None:
    with pytest.raises(CommandError, match=re.escape(message)):
        load(folder("needs.csv", swap(old, new)))
