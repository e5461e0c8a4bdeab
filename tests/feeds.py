"""Reading an Atom feed as subscribers' programs do, and holding it to RFC 4287."""

import datetime
import xml.etree.ElementTree as ET
from typing import Any

import feedparser
from django.test import Client

from tests.pages import text_of

NS = "{http://www.w3.org/2005/Atom}"


def feed(client: Client, address: str, query: Any = None) -> Any:
    """The feed as the library reads it, once it holds to the standard."""
    response = client.get(address, query)
    assert response.status_code == 200, text_of(response)
    assert response["Content-Type"] == "application/atom+xml; charset=utf-8"
    hold_to_rfc_4287(ET.fromstring(response.content))  # noqa: S314 (our own answer)
    parsed = feedparser.parse(response.content)
    assert not parsed.bozo, parsed.get("bozo_exception")
    assert parsed.version == "atom10"
    return parsed


def hold_to_rfc_4287(root: ET.Element) -> None:
    """Sections 4.1.1 and 4.1.2: what a feed and an entry must have, and how often."""
    assert root.tag == f"{NS}feed"
    for node in (root, *root.findall(f"{NS}entry")):
        for name in ("id", "title", "updated"):
            (element,) = node.findall(f"{NS}{name}")
            assert element.text
        stamp = str(node.findtext(f"{NS}updated"))
        assert datetime.datetime.fromisoformat(stamp).tzinfo is not None
        assert ":" in str(node.findtext(f"{NS}id"))
        links = [(link.get("rel"), link.get("type")) for link in node.findall(f"{NS}link")]
        assert len(links) == len(set(links))
        assert all(str(link.get("href")).startswith("http") for link in node.findall(f"{NS}link"))
        assert len(node.findall(f"{NS}summary")) <= 1
    assert root.findall(f"{NS}author/{NS}name")
    assert "self" in [link.get("rel") for link in root.findall(f"{NS}link")]
    ids = [entry.findtext(f"{NS}id") for entry in root.findall(f"{NS}entry")]
    assert len(ids) == len(set(ids))
