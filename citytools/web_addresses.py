"""Addresses that pages link to: only of the web, so that none can run a script."""

from django.core.validators import URLValidator
from django.db import models
from django.db.models import Q

WEB_ADDRESS = URLValidator(schemes=["http", "https"])


def is_web_address(field: str) -> models.CheckConstraint:
    """The database's own guard, for what reaches it by another way than a form."""
    return models.CheckConstraint(
        name=f"%(class)s_{field}_is_of_the_web",
        condition=Q(**{field: ""}) | Q(**{f"{field}__iregex": "^https?://"}),
        violation_error_message="The address must begin with https:// or http://.",
    )
