"""needs.csv: what calls for which skill, and what is said of a row that cannot be."""

import pytest

from skills.models import SkillNeed
from tests.loading import Folder, load, load_fault, swap

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
            "row 2, function: “Repair” is not known. Did",
        ),
        ("Repairs,,agile", "Repairs,,agil", "row 2, skill: “agil” is not known"),
        (
            "working",
            "good",
            "row 2, level: “good” is none of the choices. Write one of",
        ),
        ("working", "none", "row 2, level"),
        ("Repairs,,agile", "Repairs,Fixer,agile", "row 2: Name a function or a product, and not"),
        ("Repairs never end.", "", "row 2, why: The cell is empty. Fill it in"),
    ],
)
def test_a_wrong_row_of_needs_is_named(folder: Folder, old: str, new: str, message: str) -> None:
    assert f"needs.csv, {message}" in load_fault(folder("needs.csv", swap(old, new)))
