"""What somebody sees who signs in, mistypes, or guesses: delays that grow, and never a fault."""

import datetime
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from axes.models import AccessAttempt
from django.contrib.auth.backends import ModelBackend
from django.contrib.auth.models import User
from django.core.management import call_command
from django.db import connection
from django.db.models import F
from django.test import Client
from pytest_django import Settings

from citytools.staff import login_throttle
from citytools.staff.login_throttle import delay_seconds
from tests.pages import text_of

pytestmark = pytest.mark.django_db

PASSWORD = "correct horse battery"
GUESSER = "203.0.113.9"


@pytest.fixture(autouse=True)
def _quick_hashes(settings: Settings) -> None:
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


@pytest.fixture
def ada() -> User:
    return User.objects.create_user("ada", password=PASSWORD, is_staff=True)


@pytest.fixture
def hashed(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The names of those whose password was looked at, which takes a hash each time."""
    names: list[str] = []
    original = ModelBackend.authenticate

    def noted(self: ModelBackend, request: Any, username: Any = None, **rest: Any) -> Any:
        names.append(username)
        return original(self, request, username, **rest)

    monkeypatch.setattr(ModelBackend, "authenticate", noted)
    return names


def sign_in(client: Client, username: str, password: str = "wrong", **extra: Any) -> Any:  # noqa: S107
    posted = {"username": username, "password": password}
    return client.post("/admin/login/", posted, **extra)


def fail(client: Client, username: str, times: int = login_throttle.FREE_TRIES) -> None:
    for _ in range(times):
        assert sign_in(client, username).status_code == 200


def attempts() -> Any:
    """What is counted for single names, without what is counted for a client at all names."""
    return AccessAttempt.objects.exclude(username="")


def pass_time(seconds: float) -> None:
    """As if the tries so far had been made so many seconds before."""
    earlier = F("attempt_time") - datetime.timedelta(seconds=seconds)
    AccessAttempt.objects.update(attempt_time=earlier)


def test_delays_double_from_ten_seconds_to_a_quarter_of_an_hour() -> None:
    delays = [delay_seconds(tries) for tries in (0, 1, 4, 5, 6, 7, 11, 12, 13, 5_000)]
    assert delays == [0, 0, 0, 10, 20, 40, 640, 900, 900, 900]


def test_the_sixth_try_is_told_when_to_come_back_and_keeps_the_name(client: Client) -> None:
    fail(client, "ada")
    response = sign_in(client, "ada")
    page = text_of(response)
    assert response.status_code == 429
    assert 1 <= int(response["Retry-After"]) <= 10
    assert f"Try again in {response['Retry-After']} seconds." in page
    assert 'value="ada"' in page
    assert "no-store" in response["Cache-Control"]


def test_a_try_that_is_refused_looks_at_no_password(
    client: Client, ada: User, hashed: list[str]
) -> None:
    fail(client, "ada")
    assert len(hashed) == 5
    assert sign_in(client, "ada", PASSWORD).status_code == 429
    assert len(hashed) == 5


def test_after_the_delay_the_right_password_signs_in_and_all_is_forgotten(
    client: Client, ada: User
) -> None:
    fail(client, "ada")
    pass_time(10)
    assert sign_in(client, "ada", PASSWORD).status_code == 302
    assert not attempts().exists()


def test_tries_that_were_refused_make_no_delay_longer(client: Client) -> None:
    fail(client, "ada")
    for _ in range(3):
        assert sign_in(client, "ada").status_code == 429
    pass_time(10)
    assert sign_in(client, "ada").status_code == 200
    assert int(sign_in(client, "ada")["Retry-After"]) in range(11, 21)


def test_names_that_nobody_has_are_answered_as_those_that_somebody_has(
    client: Client, ada: User
) -> None:
    for name in ("ada", "nobody"):
        fail(client, name)
    known, unknown = (sign_in(client, name) for name in ("ada", "nobody"))
    assert known.status_code == unknown.status_code == 429
    assert known.context["form"].errors == unknown.context["form"].errors


def test_the_owner_elsewhere_is_not_delayed_by_a_guesser(client: Client, ada: User) -> None:
    for _ in range(8):
        sign_in(client, "ada", REMOTE_ADDR=GUESSER)
    assert sign_in(client, "ada", REMOTE_ADDR=GUESSER).status_code == 429
    assert sign_in(client, "ada", PASSWORD).status_code == 302


def test_behind_a_proxy_the_owner_is_told_from_a_guesser(
    client: Client, ada: User, settings: Settings
) -> None:
    settings.TRUSTED_PROXIES = 1
    for number in range(8):
        forged = f"198.51.100.{number}, {GUESSER}"
        answer = sign_in(client, "ada", headers={"X-Forwarded-For": forged})
    assert answer.status_code == 429
    own = {"X-Forwarded-For": "192.0.2.7"}
    assert sign_in(client, "ada", PASSWORD, headers=own).status_code == 302


def test_a_colleague_behind_the_same_address_is_not_delayed(client: Client, ada: User) -> None:
    fail(client, "bob")
    assert sign_in(client, "bob").status_code == 429
    assert sign_in(client, "ada", PASSWORD).status_code == 302


def test_one_name_written_in_other_letters_is_the_same_name(client: Client) -> None:
    for name in ("ada", " ada", "ada ", "ａｄａ", "ａda"):
        sign_in(client, name)
    assert sign_in(client, "ada").status_code == 429


def test_an_account_that_is_no_staff_is_counted_too(client: Client) -> None:
    User.objects.create_user("guest", password=PASSWORD)
    for _ in range(5):
        assert sign_in(client, "guest", PASSWORD).status_code == 200
    assert sign_in(client, "guest", PASSWORD).status_code == 429


def test_tries_are_forgotten_after_a_day(client: Client) -> None:
    fail(client, "ada")
    pass_time(86_401)
    assert sign_in(client, "ada").status_code == 200
    assert attempts().get().failures_since_start == 1
    pass_time(86_401)
    sign_in(client, "bob")
    assert attempts().count() == 1


def test_made_up_names_fill_no_table(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(login_throttle, "MAX_ROWS", 3)
    monkeypatch.setattr(login_throttle, "PRUNE_EVERY", 2)
    for number in range(9):
        sign_in(client, f"name{number}")
    assert AccessAttempt.objects.count() in (3, 4)


def test_neither_name_nor_password_is_kept_in_clear(client: Client) -> None:
    sign_in(client, "ada", "secret")
    stored = str(list(AccessAttempt.objects.values()))
    assert "ada" not in stored
    assert "secret" not in stored


def test_an_operator_can_end_the_delays_of_a_name(client: Client) -> None:
    for name in ("ada", "bob"):
        fail(client, name)
    call_command("axes_reset_username", "ada")
    assert sign_in(client, "ada").status_code == 200
    assert sign_in(client, "bob").status_code == 429


@pytest.mark.django_db(transaction=True)
def test_of_many_tries_at_once_five_are_looked_at(hashed: list[str]) -> None:
    def attempt(_: int) -> int:
        try:
            status: int = sign_in(Client(), "ada").status_code
            return status
        finally:
            connection.close()

    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(attempt, range(16)))
    assert sorted(answers) == [200] * 5 + [429] * 11
    assert len(hashed) == 5


LONG = "x" * 100_000
ODD: dict[str, dict[str, Any]] = {
    "256 letters": {"data": {"username": "x" * 256, "password": "p"}},
    "100,000 letters": {"data": {"username": LONG, "password": LONG}},
    "letters that unfold": {"data": {"username": "\ufdfa" * 150, "password": "p"}},
    "a null": {"data": {"username": "a\0b", "password": "a\0b", "next": "/\0"}},
    "nothing": {"data": {}},
    "arrays": {"data": {"username": ["a", "b"], "password": ["x", "y"], "username[]": "z"}},
    "JSON": {"data": '{"username": ["x"], "password": {}}', "content_type": "application/json"},
    "no letters": {"data": b"username=%ff%00", "content_type": "application/x-www-form-urlencoded"},
}


@pytest.mark.parametrize("posted", ODD.values(), ids=ODD)
def test_whatever_is_typed_gets_the_form_back(
    client: Client, posted: dict[str, Any], hashed: list[str]
) -> None:
    response = client.post("/admin/login/", **posted)
    assert response.status_code == 200
    assert response.context["form"].errors
    assert all(len(name) <= 150 for name in hashed)


HEADERS = {
    "HTTP_USER_AGENT": ("a\0b", "\udcff", LONG),
    "HTTP_ACCEPT": ("a\0b", "\udcff", LONG),
    "HTTP_ACCEPT_LANGUAGE": ("a\0b", "\udcff"),
    "HTTP_REFERER": ("a\0b", LONG),
    "HTTP_X_FORWARDED_FOR": ("a\0b", "\udcff", LONG, "1," * 9_999),
    "REMOTE_ADDR": ("", "\udcff", "a\0b", "192.0.2.7:99", "[2001:db8::1]:99", "unix:"),
    "QUERY_STRING": ("next=%00", "next=%ed%a0%80", "%00=%00"),
}


@pytest.mark.parametrize(
    ("name", "value"), [(name, value) for name, values in HEADERS.items() for value in values]
)
def test_whatever_the_headers_hold_gets_the_form_back(
    client: Client, settings: Settings, name: str, value: str
) -> None:
    settings.TRUSTED_PROXIES = 1
    for _ in range(2):
        assert sign_in(client, "ada", **{name: value}).status_code == 200
    assert attempts().get().failures_since_start == 2


@pytest.mark.parametrize("charset", ["unicode_escape", "rot13", "idna", "undefined", "nonsense"])
@pytest.mark.parametrize("field", [b"username", b"next", b"unasked"])
def test_a_form_is_read_as_utf8_whatever_its_sender_says(
    client: Client, charset: str, field: bytes
) -> None:
    part = b'--b\r\nContent-Disposition: form-data; name="%s"\r\n\r\n%s\r\n'
    values = {b"username": b"ada", b"password": b"p"} | {field: b"\\ud800"}
    body = b"".join(part % pair for pair in values.items()) + b"--b--\r\n"
    content_type = f"multipart/form-data; boundary=b; charset={charset}"
    response = client.generic("POST", "/admin/login/", body, content_type=content_type)
    assert response.status_code == 200
    assert response.context["form"].non_field_errors()


def test_the_delay_is_said_in_words() -> None:
    words = login_throttle._duration_in_words
    assert [words(seconds) for seconds in (1, 40, 99, 100, 900)] == [
        "1 second", "40 seconds", "99 seconds", "2 minutes", "15 minutes",
    ]  # fmt: skip


def test_who_makes_up_a_new_name_each_time_waits_too(
    client: Client, ada: User, hashed: list[str]
) -> None:
    for number in range(login_throttle.FREE_TRIES_OF_CLIENT):
        assert sign_in(client, f"name{number}", REMOTE_ADDR=GUESSER).status_code == 200
    refused = sign_in(client, "another", REMOTE_ADDR=GUESSER)
    assert (refused.status_code, refused["Retry-After"]) == (429, "10")
    assert len(hashed) == login_throttle.FREE_TRIES_OF_CLIENT
    assert sign_in(client, "ada", PASSWORD).status_code == 302


def test_signing_in_many_times_delays_nobody(client: Client, ada: User) -> None:
    for _ in range(login_throttle.FREE_TRIES_OF_CLIENT + 2):
        assert sign_in(client, "ada", PASSWORD).status_code == 302
        client.logout()
