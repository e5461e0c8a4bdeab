"""Staff accounts: who may edit the facts in the admin."""

import secrets

from django.contrib.auth.models import User

from citytools.staff import group


def make(username: str = "") -> tuple[str, str]:
    """Make a staff account in the group, and return its name and its random password."""
    username = username or _free_name()
    password = secrets.token_urlsafe(12)
    user = User.objects.create_user(username, password=password, is_staff=True)
    user.groups.add(group.group())
    return username, password


def exists() -> bool:
    """Is there any staff account yet?"""
    return User.objects.filter(is_staff=True, is_active=True).exists()


def _free_name() -> str:
    taken = set(User.objects.values_list("username", flat=True))
    names = ["staff", *(f"staff{number}" for number in range(2, len(taken) + 3))]
    return next(name for name in names if name not in taken)
