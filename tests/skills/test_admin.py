"""What LOTI staff see when they edit skills."""

import pytest
from django.test import Client

from skills.models import Skill, SkillLevel
from tests import factories
from tests.staff import PROVENANCE, address, errors, signed_in

pytestmark = pytest.mark.django_db

UNKNOWN = {"can_teach": "unknown", "wants_help": "unknown"}


@pytest.fixture
def staff(client: Client) -> Client:
    return signed_in(client)


def test_a_level_is_recorded_with_its_source(staff: Client) -> None:
    keys = {"borough": factories.borough().pk, "skill": factories.skill().pk}
    staff.post(address(SkillLevel, "add"), PROVENANCE | UNKNOWN | keys | {"level": "3"})

    assert SkillLevel.objects.get().get_level_display() == "Practitioner"


def test_a_second_level_of_a_skill_is_refused(staff: Client) -> None:
    level = factories.skill_level()
    keys = {"borough": level.borough_id, "skill": level.skill_id, "level": "3"}
    response = staff.post(address(SkillLevel, "add"), PROVENANCE | UNKNOWN | keys)

    assert "change that record instead" in errors(response)


@pytest.mark.parametrize("level", ["", "5", "-1"])
def test_a_level_is_none_to_expert(staff: Client, level: str) -> None:
    keys = {"borough": factories.borough().pk, "skill": factories.skill().pk}
    response = staff.post(
        address(SkillLevel, "add"), PROVENANCE | UNKNOWN | keys | {"level": level}
    )

    assert set(response.context["adminform"].form.errors) == {"level"}


def test_a_skill_with_levels_is_protected(staff: Client) -> None:
    skill = factories.skill_level().skill
    response = staff.post(address(Skill, "delete", skill.pk), {"post": "yes"})

    assert "Cannot delete skill" in response.content.decode()
