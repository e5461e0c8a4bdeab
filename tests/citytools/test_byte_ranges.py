"""Parts of a CSV can be asked for, so that a transfer that broke can go on."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from django.http import HttpResponseBase
from django.test import Client
from pytest_django import Settings

from tests import factories

pytestmark = pytest.mark.django_db
PLACE = "/systems/suppliers/suppliers.csv"


@pytest.fixture(autouse=True)
def _folder(settings: Settings, tmp_path: Path) -> None:
    settings.FILES_FOLDER = tmp_path / "files"


@pytest.fixture(params=[True, False], ids=["cached", "made anew"])
def whole(
    request: pytest.FixtureRequest, client: Client, settings: Settings
) -> tuple[bytes, HttpResponseBase]:
    """The file's bytes, and an answer with all of them; it is cached, or made for each answer."""
    settings.MAX_CACHED_FILE_BYTES = 10_000_000 * request.param
    for number in range(20):
        factories.supplier(f"Part {number}")
    response = client.get(PLACE)
    return b"".join(response), response


Cut = Callable[[bytes], bytes]


@pytest.mark.parametrize(
    ("asked", "cut"),
    [
        ("bytes=0-99", lambda text: text[:100]),
        ("bytes=100-", lambda text: text[100:]),
        ("bytes=-7", lambda text: text[-7:]),
        ("bytes=5-5", lambda text: text[5:6]),
        ("bytes=10-999999", lambda text: text[10:]),
        ("bytes=-999999", lambda text: text),
    ],
)
def test_a_part_of_a_whole_file_can_be_asked_for(
    client: Client, whole: tuple[bytes, HttpResponseBase], asked: str, cut: Cut
) -> None:
    content, response = whole
    for headers in ({}, {"If-Range": response["ETag"]}):
        part = client.get(PLACE, headers={"Range": asked, **headers})
        body = b"".join(part)
        assert (part.status_code, body) == (206, cut(content))
        assert int(part["Content-Length"]) == len(body)
        numbers = re.fullmatch(r"bytes (\d+)-(\d+)/(\d+)", part["Content-Range"])
        assert numbers
        first, last, size = map(int, numbers.groups())
        assert (content[first : last + 1], size) == (body, len(content))
        for name in ("ETag", "Repr-Digest", "X-Row-Count"):
            assert part[name] == response[name]


@pytest.mark.parametrize(
    "headers",
    [
        {"Range": "bytes=0-9", "If-Range": '"another"'},
        {"Range": "bytes=0-9", "If-Range": "Sat, 28 Nov 2026 00:00:00 GMT"},
        *({"Range": asked} for asked in ("rows=0-9", "bytes=9-0", "bytes=-", "bytes=0-1,4-5")),
        {"Range": f"bytes={'9' * 5000}-"},
    ],
)
def test_what_is_no_part_of_this_file_gets_the_whole(
    client: Client, whole: tuple[bytes, HttpResponseBase], headers: dict[str, str]
) -> None:
    content, _ = whole
    response = client.get(PLACE, headers=headers)
    assert (response.status_code, b"".join(response)) == (200, content)


@pytest.mark.parametrize("asked", ["bytes=999999-", "bytes=-0"])
def test_a_part_that_is_not_there_is_refused_with_the_length(
    client: Client, whole: tuple[bytes, HttpResponseBase], asked: str
) -> None:
    content, _ = whole
    response = client.get(PLACE, headers={"Range": asked})
    assert (response.status_code, response["Content-Range"]) == (416, f"bytes */{len(content)}")


def test_a_head_says_the_length_of_the_whole_and_sends_nothing(
    client: Client, whole: tuple[bytes, HttpResponseBase]
) -> None:
    content, _ = whole
    head = client.head(PLACE, headers={"Range": "bytes=0-9"})
    assert (head.status_code, int(head["Content-Length"])) == (200, len(content))
    assert b"".join(head) == b""


def test_workbooks_and_documents_come_whole(client: Client) -> None:
    factories.supplier()
    for suffix in ("xlsx", "json"):
        response = client.get(PLACE.replace("csv", suffix), headers={"Range": "bytes=0-3"})
        assert response.status_code == 200
        assert len(b"".join(response)) > 4
        assert response["ETag"].startswith('W/"')
        assert "Accept-Ranges" not in response


def test_who_has_the_present_file_gets_no_part_of_it(
    client: Client, whole: tuple[bytes, HttpResponseBase]
) -> None:
    headers = {"Range": "bytes=0-3", "If-None-Match": whole[1]["ETag"]}
    assert client.get(PLACE, headers=headers).status_code == 304
    part = client.get(PLACE, headers={"Range": "bytes=0-3", "If-Match": whole[1]["ETag"]})
    assert (part.status_code, len(b"".join(part))) == (206, 4)
    refused = client.get(PLACE, headers={"Range": "bytes=0-3", "If-Match": '"another"'})
    assert refused.status_code == 412


def test_an_edit_since_the_first_part_brings_the_new_file_whole(
    client: Client, whole: tuple[bytes, HttpResponseBase]
) -> None:
    factories.supplier("Another")
    headers = {"Range": "bytes=100-", "If-Range": whole[1]["ETag"]}
    response = client.get(PLACE, headers=headers)
    assert response.status_code == 200
    assert b"Another" in b"".join(response)
