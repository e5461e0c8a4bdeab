"""Whose request it is, behind none, one or two proxies, whatever the headers hold."""

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.test import RequestFactory
from pytest_django import Settings

from citytools.env import read_whole_number
from citytools.staff.login_throttle import UNKNOWN, client_address

PEER = "192.0.2.1"


def address(forwarded: str | None, remote: str = PEER) -> str:
    request = RequestFactory().get("/", REMOTE_ADDR=remote)
    if forwarded is not None:
        request.META["HTTP_X_FORWARDED_FOR"] = forwarded
    return client_address(request)


def test_without_proxies_the_header_is_not_believed(settings: Settings) -> None:
    assert settings.TRUSTED_PROXIES == 0
    assert address("203.0.113.9") == PEER


@pytest.mark.parametrize(
    ("proxies", "forwarded", "expected"),
    [
        (1, "203.0.113.9", "203.0.113.9"),
        (1, "10.0.0.1, 203.0.113.9", "203.0.113.9"),
        (2, "10.0.0.1, 203.0.113.9, 198.51.100.1", "203.0.113.9"),
        (2, "203.0.113.9,198.51.100.1", "203.0.113.9"),
        (2, "203.0.113.9", PEER),
        (1, None, PEER),
        (1, "", PEER),
        (1, "203.0.113.9,", PEER),
        (1, "unknown", PEER),
        (1, "203.0.113.9, <script>", PEER),
        (1, "203.0.113.9\0", PEER),
        (1, "999.1.1.1", PEER),
        (1, "٢٠٣.0.113.9", PEER),
        (1, "203.0.113.9:51000", "203.0.113.9"),
        (1, "[2001:db8:1:2:3:4:5:6]:51000", "2001:db8:1:2::"),
        (1, "2001:db8:1:2:ffff::1", "2001:db8:1:2::"),
        (1, "fe80::1%eth0", "fe80::"),
        (1, "::ffff:203.0.113.9", "203.0.113.9"),
        (1, "9," * 9_999 + "203.0.113.9", "203.0.113.9"),
    ],
)
def test_each_proxy_adds_one_entry_on_the_right(
    settings: Settings, proxies: int, forwarded: str | None, expected: str
) -> None:
    settings.TRUSTED_PROXIES = proxies
    assert address(forwarded) == expected


@pytest.mark.parametrize("remote", ["", "unix:", "\udcff", "a\0b"])
def test_who_cannot_be_told_is_one_client_with_an_address(remote: str) -> None:
    assert address(None, remote) == UNKNOWN


@pytest.mark.parametrize("text", ["one", "-1", "11", "1.5", "²"])
def test_a_number_of_proxies_that_is_none_stops_the_start(
    monkeypatch: pytest.MonkeyPatch, text: str
) -> None:
    monkeypatch.setenv("TRUSTED_PROXIES", text)
    with pytest.raises(ImproperlyConfigured, match="write a whole number from 0 to 10"):
        read_whole_number("TRUSTED_PROXIES", default=0, maximum=10)
