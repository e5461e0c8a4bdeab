"""The command that prints the plan, or measures one of records made up in memory."""

from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from tests import factories


def printed(*arguments: str) -> str:
    out = StringIO()
    call_command("plan_training", *arguments, stdout=out)
    return out.getvalue()


@pytest.mark.django_db
def test_without_options_it_prints_the_plan_of_the_database() -> None:
    design = factories.skill("Service design")
    camden, brent = factories.borough("Camden"), factories.borough("Brent")
    factories.skill_level(borough=camden, skill=design, level=4, can_teach=True)
    factories.skill_level(borough=brent, skill=design, level=1, wants_help=True)
    assert printed() == (
        "Service design: Camden (Expert) teaches Brent (Awareness). 3 levels higher.\n"
        "1 pairs. 1 wishes: 1 has a pair.\n"
    )


def test_made_up_records_need_no_database_and_are_the_same_for_a_seed() -> None:
    first = printed("--bodies", "12", "--skills", "5", "--seed", "7")
    assert first.startswith("12 bodies x 5 skills, seed 7, cap 2: ")
    again = printed("--bodies", "12", "--skills", "5", "--seed", "7")
    assert first.rpartition(" in ")[0] == again.rpartition(" in ")[0]
    other = printed("--bodies", "12", "--skills", "5", "--seed", "8")
    assert first.partition(":")[2].rpartition(" in ")[0] not in other


@pytest.mark.parametrize(
    "arguments", [("--bodies", "0"), ("--skills", "x"), ("--cap", "9"), ("--bodies", "1001")]
)
def test_a_number_out_of_range_is_refused_with_the_range(arguments: tuple[str, str]) -> None:
    with pytest.raises(CommandError, match="write a whole number from 1 to"):
        printed(*arguments)
