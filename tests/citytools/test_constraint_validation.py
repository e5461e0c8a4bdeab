"""A rule that comes over rows which break it: no row is lost, and they are named till mended."""

import pytest
from django.db import IntegrityError, connection, transaction

from citytools.facts import waiting_rules
from systems.models import System
from tests import factories

pytestmark = pytest.mark.django_db


def run(sql: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(sql)


def is_valid() -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT convalidated FROM pg_constraint WHERE conname = %s", [RULE])
        return bool(cursor.fetchone()[0])


RULE = "system_source_url_is_of_the_web"


@pytest.fixture
def broken() -> System:
    """A system of before the rule."""
    with connection.schema_editor() as editor:
        (rule,) = (constraint for constraint in System._meta.constraints if constraint.name == RULE)
        editor.remove_constraint(System, rule)
        system = factories.system(source_url="javascript:alert(1)")
        run("SET CONSTRAINTS ALL IMMEDIATE")
        editor.execute(f"{rule.create_sql(System, editor)} NOT VALID")
    return system


def test_the_rows_are_named_with_the_remedy(
    broken: System, capsys: pytest.CaptureFixture[str]
) -> None:
    waiting_rules.validate_waiting_constraints()
    said = capsys.readouterr().err
    assert f"system number {broken.pk}: The address must begin with https:// or http://." in said
    assert "until this is mended" in said
    assert not is_valid()


def test_they_are_still_there_and_every_later_write_is_held_to_it(broken: System) -> None:
    assert System.objects.get().source_url == "javascript:alert(1)"
    with pytest.raises(IntegrityError, match=RULE), transaction.atomic():
        factories.system(source_url="javascript:alert(2)")


def test_once_they_are_mended_the_rule_is_valid(
    broken: System, capsys: pytest.CaptureFixture[str]
) -> None:
    System.objects.update(source_url="")
    run("SET CONSTRAINTS ALL IMMEDIATE")
    waiting_rules.validate_waiting_constraints()
    assert is_valid()
    assert not capsys.readouterr().err
