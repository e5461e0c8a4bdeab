"""What strangers send: answered by 400 in plain words, and one line in the log."""

import io
import logging

import pytest
from django.test import Client, RequestFactory

from citytools.http.log_format import OneLineFormatter
from tests.pages import read, text_of, words

pytestmark = pytest.mark.django_db
MANY = "&".join(f"a{number}=1" for number in range(2000))


@pytest.fixture
def log(monkeypatch: pytest.MonkeyPatch) -> io.StringIO:
    """What the log of refused requests shows."""
    handlers = logging.getLogger("django.security").handlers
    (handler,) = [
        handler for handler in handlers if isinstance(handler.formatter, OneLineFormatter)
    ]
    string_io = io.StringIO()
    monkeypatch.setattr(handler, "stream", string_io)
    return string_io


@pytest.mark.parametrize("host", ["evil.example", "a b/<script>", "a_b"])
def test_a_wrong_host_is_one_line_in_the_log(log: io.StringIO, host: str) -> None:
    response = Client().get("/about/", headers={"host": host})
    assert response.status_code == 400
    (line,) = log.getvalue().splitlines()
    assert host in line
    assert line.endswith("(GET /about/)")


def test_too_many_fields_are_one_line_in_the_log(log: io.StringIO) -> None:
    wsgiresponse = Client().get(f"/systems/?{MANY}")
    sent = Client().post("/admin/login/", MANY, "application/x-www-form-urlencoded")
    assert (wsgiresponse.status_code, sent.status_code) == (400, 400)
    assert [line.endswith("/)") for line in log.getvalue().splitlines()] == [True, True]


def test_a_refused_page_says_so_with_a_way_on() -> None:
    response = Client().get("/about/", headers={"host": "evil.example"})
    assert "This request cannot be answered" in words(response)
    assert "/" in read(response).links
    assert "evil" not in text_of(response)


def test_a_refused_file_says_so_in_plain_text() -> None:
    response = Client().get("/systems/systems.csv", headers={"host": "evil.example"})
    assert response.status_code == 400
    assert response["Content-Type"] == "text/plain; charset=utf-8"
    assert text_of(response).startswith("This request cannot be answered")


def test_a_form_without_a_boundary_is_no_fault_of_ours() -> None:
    response = Client().generic("POST", "/admin/login/", "zz", "multipart/form-data")
    assert response.status_code == 400


def test_nobody_writes_a_line_of_their_own_into_the_log() -> None:
    record = logging.LogRecord("a", logging.ERROR, "", 0, "one\nCRITICAL two", None, None)
    record.request = RequestFactory().get("/x\r\ny")
    line = OneLineFormatter().format(record)
    assert line.splitlines() == [line]
    assert "\\n" in line
