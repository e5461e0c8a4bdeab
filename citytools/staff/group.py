"""The group of LOTI staff, whose permissions every migration brings up to date."""

from typing import Any

from django.apps import AppConfig, apps
from django.apps.registry import Apps
from django.contrib.auth.models import Group, Permission
from django.db.models import Q

NAME = "LOTI staff"
APPS = ("boroughs", "systems", "contracts", "skills", "research")
"""Their models are what staff look after."""


def staff_group() -> Group:
    """The group, which may do everything with facts and only look at their history."""
    group, _ = Group.objects.get_or_create(name=NAME)
    ours = Permission.objects.filter(content_type__app_label__in=APPS)
    permissions = ours.filter(~_event_permissions() | Q(codename__startswith="view_"))
    group.permissions.remove(*ours.exclude(pk__in=permissions.values("pk")))
    batches = Permission.objects.filter(content_type__app_label="citytools", codename="view_batch")
    group.permissions.add(*permissions, *batches)
    return group


def _event_permissions() -> Q:
    """The permissions that concern the tables of history, which only triggers write."""
    any_of_them = Q(pk__in=[])
    for label in APPS:
        for model in apps.get_app_config(label).get_models():
            if hasattr(model, "pgh_tracked_model"):
                name = model._meta.model_name
                any_of_them |= Q(content_type__app_label=label, content_type__model=name)
    return any_of_them


def after_migrations(sender: AppConfig, apps: Apps | None = None, **_: Any) -> None:
    """Signal: Django has made the permissions of one app; the last of ours makes them complete.

    `apps` is absent when the signal follows a flush and not a migration.
    """
    accounts_migrated = apps is None or "group" in apps.all_models["auth"]
    if sender.name == APPS[-1] and accounts_migrated:
        staff_group()
