"""What tests of whole sites share: every address that pages link to, and what it answers."""

import re
from collections.abc import Callable, Iterable

from django.test import Client

from tests.pages import read_links, text_of

_MASKED = (
    # When a file was read, and the place after which a document goes on
    (r'"as_at": "\d{4}-\d\d-\d\dT[^"]*"', '"as_at": "…"'),
    (r'"publishedDate": "[^"]*"', '"publishedDate": "…"'),
    (r"after=[\w%.~-]+", "after=…"),
    (r'"sha256:[0-9a-f]{64}"', '"sha256:…"'),
)


def crawl(client: Client, start: str, follow: Callable[[str], bool]) -> dict[str, str]:
    """What every address answers that is linked from `start` on: status and masked text."""
    answers: dict[str, str] = {}
    waiting = [start]
    while waiting:
        address = waiting.pop()
        if address in answers:
            continue
        answers[address] = text = answer(client, address)
        if "<html" in text:
            waiting += [link for link in read_links(text) if follow(link) and link not in answers]
    return answers


def answer(client: Client, address: str) -> str:
    """Status and text; what differs each time it is asked is masked."""
    response = client.get(address)
    name = response.headers.get("Content-Disposition", "")
    text = f"{response.status_code} {name}\n{_text(response)}"
    for pattern, mask in _MASKED:
        text = re.sub(pattern, mask, text)
    return text


def _text(response: object) -> str:
    try:
        return text_of(response)
    except UnicodeDecodeError:
        return "binary"


def differences(before: dict[str, str], after: dict[str, str]) -> list[str]:
    """The addresses that answer differently, each with the first line that does."""
    return [
        f"{address}: {_first_difference(before[address], after.get(address, ''))}"
        for address in before
        if before[address] != after.get(address)
    ]


def _first_difference(one: str, other: str) -> str:
    pairs: Iterable[tuple[str, str]] = zip(one.splitlines(), other.splitlines(), strict=False)
    first, second = next((pair for pair in pairs if pair[0] != pair[1]), ("the end", ""))
    place = next(
        (at for at, pair in enumerate(zip(first, second, strict=False)) if len(set(pair)) > 1), 0
    )
    start = max(0, place - 60)
    return f"…{first[start : place + 60]}… is now …{second[start : place + 60]}…"
