"""What tests of pages and files share: reading links, words and rows out of an answer."""

import csv
import io
import re
from html.parser import HTMLParser
from typing import Any

from django.http import HttpResponseBase
from django.test import Client

LISTS = {
    "/boroughs/": "/boroughs/boroughs.csv",
    "/systems/": "/systems/systems.csv",
    "/systems/products/": "/systems/products/products.csv",
    "/systems/suppliers/": "/systems/suppliers/suppliers.csv",
    "/contracts/": "/contracts/contracts.csv",
    "/contracts/frameworks/": "/contracts/frameworks/frameworks.csv",
    "/skills/": "/skills/skills.csv",
}
"""Every list page, and the file of the same rows."""


_BLOCKS = {"td", "th", "tr", "dt", "dd", "li", "p", "div", "h1", "h2", "h3"}
"""What stands apart on a page whether or not there is a blank between."""


class _Reader(HTMLParser):
    """Words and links inside one element; links of row headings apart."""

    def __init__(self, within: str) -> None:
        super().__init__()
        self.within, self.open = within, 0
        self.words: list[str] = []
        self.links: list[str] = []
        self.row_links: list[str] = []
        self._heading = self._script = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        attributes = dict(attrs)
        self.open += tag == self.within
        if self.open and tag in _BLOCKS:
            self.words.append(" ")
        if tag == "th":
            self._heading = attributes.get("scope") == "row"
        self._script = self._script or tag == "script"
        if tag == "a" and self.open and attributes.get("href"):
            self.links.append(str(attributes["href"]))
            if self._heading:
                self.row_links.append(str(attributes["href"]))

    def handle_endtag(self, tag: str) -> None:
        self.open -= tag == self.within
        self._heading = self._heading and tag != "th"
        self._script = self._script and tag != "script"

    def handle_data(self, data: str) -> None:
        if self.open and not self._script:
            self.words.append(data)


class DemonstrationClient(Client):
    """Asks for the same addresses in the demonstration."""

    def get(self, path: str, *args: Any, **options: Any) -> Any:  # type: ignore[override]
        return super().get(f"/demo{path}", *args, **options)


def text_of(response: Any) -> str:
    """The whole answer as text; of a file once, for reading closes it."""
    streamed = b"".join(response.streaming_content) if response.streaming else response.content
    return str(streamed.decode())


def read(response: HttpResponseBase, within: str = "main") -> _Reader:
    """The answer, read; by default its main part alone."""
    reader = _Reader(within)
    reader.feed(text_of(response))
    return reader


def read_links(text: str) -> list[str]:
    """The addresses that a page links to, without places on it."""
    reader = _Reader("body")
    reader.feed(text)
    return [link.split("#")[0] for link in reader.links]


def words(response: HttpResponseBase, within: str = "main") -> str:
    """What a person reads, with single spaces."""
    return " ".join("".join(read(response, within).words).split())


def row_links(client: Client, address: str, query: Any = None) -> list[str]:
    """The addresses that the rows of one page link to, in order."""
    response = client.get(address, query)
    assert response.status_code == 200, words(response)
    return read(response).row_links


def rows(client: Client, address: str, query: Any = None) -> list[dict[str, str]]:
    """The rows of a file by column."""
    response = client.get(address, query)
    text = text_of(response)
    assert response.status_code == 200, text
    return list(csv.DictReader(io.StringIO(text, newline="")))


def column(client: Client, address: str, name: str, query: Any = None) -> list[str]:
    """One column of a file, from top to bottom."""
    return [row[name] for row in rows(client, address, query)]


def total(response: HttpResponseBase) -> int:
    """The number with which the count in words begins."""
    match = re.search(r'ct-count">\s*([\d,]+) ', text_of(response))
    assert match, "the page states no count"
    return int(match[1].replace(",", ""))


def last_seen_long_ago(system: dict[str, str]) -> bool:
    """Whether a row of the systems' file was last seen in 2019 or before, by its year alone."""
    return system["as_of"] != "" and int(system["as_of"][:4]) <= 2019 and not system["confirmed_on"]
