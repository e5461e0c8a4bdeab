"""What the database holds and what the files say, to be compared before and after."""

import re
from typing import Any

from django.test import Client

from citytools.exports import registry
from citytools.history import tracked_models

_READING_TIME = re.compile(rb'"retrieved_at": "[^"]*"|\d\d:\d\d:\d\d')


def facts() -> dict[str, list[Any]]:
    """Every row of every table of facts, under its primary key."""
    return {
        model._meta.label: list(model._base_manager.order_by("pk").values())
        for model in tracked_models()
    }


def files(client: Client) -> dict[str, bytes]:
    """Every file of facts as CSV and JSON, but for the times at which they were read.

    The file of changes tells also of what was undone, and of the undo.
    """
    addresses = [
        export.address_as(suffix)
        for export in registry.exports()
        if export.whole and export.name != "changes"
        for suffix in ("csv", "json")
    ]
    contents = {address: client.get(address).getvalue() for address in addresses}
    return {address: _READING_TIME.sub(b"", content) for address, content in contents.items()}
