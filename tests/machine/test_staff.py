"""Staff accounts made on the command line."""

import re
from io import StringIO

import pytest
from django.contrib.auth import authenticate
from django.contrib.auth.models import User
from django.core.management import CommandError, call_command
from django.test import RequestFactory

from citytools.staff import admin, group

pytestmark = pytest.mark.django_db


def test_printed_password_signs_in() -> None:
    printed = StringIO()
    call_command("staff", "ada", stdout=printed)
    match = re.search(r'"(.+)" with the password "(.+)"', printed.getvalue())
    assert match
    request = RequestFactory().post("/admin/login/")
    assert authenticate(request, username=match[1], password=match[2])


def test_account_is_of_the_staff_and_no_superuser() -> None:
    name, _ = admin.create_staff_account()
    user = User.objects.get(username=name)
    assert user.is_staff
    assert not user.is_superuser
    assert [group.name for group in user.groups.all()] == [group.NAME]


def test_names_are_counted_on() -> None:
    assert [admin.create_staff_account()[0] for _ in range(3)] == ["staff", "staff2", "staff3"]


def test_passwords_differ() -> None:
    assert admin.create_staff_account()[1] != admin.create_staff_account()[1]


def test_name_that_is_taken_is_refused_in_one_line() -> None:
    admin.create_staff_account("ada")
    with pytest.raises(CommandError, match="an account 'ada' already"):
        call_command("staff", "ada")


def test_exists_counts_those_who_can_sign_in() -> None:
    assert not admin.staff_account_exists()
    admin.create_staff_account()
    assert admin.staff_account_exists()
    User.objects.update(is_active=False)
    assert not admin.staff_account_exists()
