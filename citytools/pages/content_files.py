"""Content files: TOML tables of prose, each of which becomes an entry of its class.

Text may be wrapped anywhere, for white space is read as one blank. Braces hold what the code
knows, such as thresholds, so that no number is typed from memory.
"""

import tomllib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any, TypeVar, get_origin

from django.core.exceptions import ImproperlyConfigured

from citytools.worlds.addresses import page_address

CONTENT = Path(__file__).resolve().parent / "content"


class ContentError(ImproperlyConfigured):
    """A content file that cannot be shown; names the file, the entry and the fault."""


@dataclass(frozen=True)
class ContentEntry:
    """What one table of a content file says; the table's name is the key."""

    key: str


@dataclass(frozen=True)
class SitePage(ContentEntry):
    """A page of the site on which something is used, and what a link to it says."""

    route: str
    words: str

    @property
    def address(self) -> str:
        """Where it is."""
        return page_address(self.route)


@dataclass(frozen=True)
class Reference(ContentEntry):
    """Where a definition or a formula comes from; `url` is empty where it has no address."""

    words: str
    url: str = ""


EntryType = TypeVar("EntryType", bound=ContentEntry)
_SHAPES: Mapping[Any, type] = {Sequence: list, Mapping: dict}


def load_entries(
    path: Path,
    kind: type[EntryType],
    numbers: Mapping[str, Any],
    links: Mapping[str, Mapping[str, Any]],
) -> dict[str, EntryType]:
    """The entries of a file by key; ContentError where one is wrong.

    `numbers` fill the braces. `links` say of a field that it names entries of another file.
    """
    entries, key = {}, "whole file"
    try:
        for key, table in tomllib.loads(path.read_text(encoding="utf-8")).items():
            entries[key] = kind(key=key, **_values(kind, table, numbers, links))
    except (AttributeError, LookupError, TypeError, ValueError) as error:
        fault = f"{error} is not defined" if isinstance(error, KeyError) else error
        raise ContentError(f"{path.name}, [{key}]: {fault}") from error
    return entries


def _values(
    kind: type[ContentEntry],
    table: Mapping[str, Any],
    numbers: Mapping[str, Any],
    links: Mapping[str, Mapping[str, Any]],
) -> dict[str, Any]:
    shapes = {field.name: _SHAPES.get(get_origin(field.type), str) for field in fields(kind)}
    values = {}
    for name, raw in table.items():
        # A string is a sequence too: without this, see = "act-by" would name six letters
        if not isinstance(raw, shapes.get(name, object)):
            raise TypeError(f"{name} must be a {shapes[name].__name__}")
        values[name] = _map_texts(raw, lambda text: " ".join(text.split()).format_map(numbers))
        if name in links:
            values[name] = _map_texts(values[name], links[name].__getitem__)
    return values


def _map_texts(raw: Any, convert: Callable[[str], Any]) -> Any:
    if isinstance(raw, dict):
        return {key: _map_texts(item, convert) for key, item in raw.items()}
    if isinstance(raw, str):
        return convert(raw)
    return tuple(_map_texts(item, convert) for item in raw)


PAGES = load_entries(CONTENT / "pages.toml", SitePage, {}, {})
SOURCES = load_entries(CONTENT / "sources.toml", Reference, {}, {})
LINKS: Mapping[str, Mapping[str, Any]] = {"used": PAGES, "sources": SOURCES}
"""What terms and methods name of other files."""
