"""What tests of the glossary and of the methods share: which keys templates name."""

import re
from pathlib import Path

from django.conf import settings

_TEMPLATES = sorted((Path(settings.BASE_DIR) / "templates").rglob("*.html"))
_TAG = re.compile(r"\b(terms?|worked_out)\(([^)]*)\)")
_QUOTED = re.compile(r'"([^"]*)"')


def named_in_templates(*tags: str) -> dict[str, list[str]]:
    """Keys that the tags name, each with the templates that do."""
    templates: dict[str, list[str]] = {}
    for path in _TEMPLATES:
        for tag, rest in _TAG.findall(path.read_text()):
            if tag in tags:
                quoted = _QUOTED.findall(rest)
                for key in quoted if tag == "terms" else quoted[:1]:
                    templates.setdefault(key, []).append(path.name)
    return templates
