"""The query string: what is not understood is named, never ignored, and never breaks a page."""

import html
import itertools
from typing import Any

import pytest
from django.test import Client

from tests import factories
from tests.pages import LISTS, text_of, words

pytestmark = pytest.mark.django_db

FILES = list(LISTS.values())
EVERYWHERE = [*LISTS, *FILES]
HOSTILE = [
    "\x00",
    "%",
    "%s %(x)s %%",
    "_",
    "\\",
    "'; DROP TABLE systems_system; --",
    '"><script>alert(1)</script>',
    "{{ 7|add:7 }}",
    "naïve ☃ 𝒳 \u202e",
    "\r\nSet-Cookie: a=b",
    "-1",
    "9" * 400,
    "1e999",
    "NaN",
    "0001-01-01",
    "..",
]
NAMES = ["q", "borough", "sort", "page", "columns", "surprise"]


@pytest.mark.drill
@pytest.mark.parametrize("address", EVERYWHERE)
def test_hostile_words_never_break_a_list_or_a_file(client: Client, address: str) -> None:
    factories.contract(systems=[factories.system()])
    for name, value in itertools.product(NAMES, HOSTILE):
        response = client.get(address, {name: value})
        assert response.status_code in {200, 400}, f"{name}={value!r}"
        assert "<script>alert" not in what_a_browser_runs(response, address)


@pytest.mark.parametrize("name", ["ends_after", "act_by_before", "min_value", "level", "route"])
def test_hostile_dates_and_amounts_never_break_a_list_or_a_file(client: Client, name: str) -> None:
    factories.contract(annual_value=5, ends_on="2027")
    for address, value in itertools.product(["/contracts/", "/contracts/contracts.csv"], HOSTILE):
        response = client.get(address, {name: value})
        text_of(response)
        accepted = value == "0001-01-01" and name in {"ends_after", "act_by_before"}
        assert response.status_code == (200 if accepted else 400), f"{name}={value!r}"


def what_a_browser_runs(response: Any, address: str) -> str:
    """The markup; a file is plain text or a table that no browser may read as HTML."""
    text = text_of(response)
    if address in LISTS:
        return text
    assert response["Content-Type"] in {"text/csv; charset=utf-8", "text/plain; charset=utf-8"}
    assert response["X-Content-Type-Options"] == "nosniff"
    return ""


@pytest.mark.parametrize("address", EVERYWHERE)
@pytest.mark.parametrize("name", ["surprise", "Borough", "borough__name", "é☃", "<b>"])
def test_an_unknown_parameter_is_named(client: Client, address: str, name: str) -> None:
    response = client.get(address, {name: "1"})
    assert response.status_code == 400
    assert f"“{name}” is not understood here" in html.unescape(text_of(response))


BAD = [
    ("/systems/", "borough", "camdem", "“camdem” is not a borough known here"),
    ("/systems/", "function", "", None),
    ("/systems/", "hosting", "moon", "“moon” is not a hosting. Write one of: on_premises"),
    ("/systems/", "kind", "both", "Write one of: frontline, corporate"),
    ("/systems/", "illustrative", "maybe", "“illustrative” is not understood here"),
    ("/systems/", "sort", "price", "“price” cannot be sorted by. Write one of: borough"),
    ("/systems/", "sort", "--borough", "“--borough” cannot be sorted by"),
    ("/systems/", "q", "x" * 101, "at most 100 characters"),
    ("/systems/products/", "supplier", "nobody", "“nobody” is not a manufacturer known here"),
    ("/systems/suppliers/", "illustrative", "true", "“illustrative” is not understood here"),
    ("/contracts/", "framework", "g-99", "“g-99” is not a framework known here"),
    ("/contracts/", "route", "stroll", "“stroll” is not a route to market"),
    ("/contracts/", "ends_after", "31/12/2027", "Write a date as 2026-11-30"),
    ("/contracts/", "ends_before", "2027", "Write a date as 2026-11-30"),
    ("/contracts/", "act_by_after", "2027-02-30", "Write a date as 2026-11-30"),
    ("/contracts/", "act_by_before", "tomorrow", "Write a date as 2026-11-30"),
    ("/contracts/", "min_value", "-1", "greater than or equal to 0"),
    ("/contracts/", "min_value", "a lot", "Write pounds in digits, such as 250000"),
    ("/contracts/", "max_value", "99999999999999", "no more than 13 digits"),
    ("/contracts/", "max_value", "1.234", "no more than 2 decimal places"),
    ("/contracts/frameworks/", "borough", "camdem", "“camdem” is not a borough known here"),
    ("/contracts/frameworks/", "provider", "nobody", "“nobody” is not a provider. Write one of:"),
    ("/contracts/frameworks/", "ends_after", "2027", "Write a date as 2026-11-30"),
    ("/contracts/frameworks/", "illustrative", "maybe", "“illustrative” is not understood here"),
    ("/contracts/frameworks/", "sort", "price", "“price” cannot be sorted by. Write one of: fram"),
    ("/skills/", "level", "5", "Write one of: none, awareness, working, practitioner, expert"),
    ("/skills/", "can_teach", "1", "“1”: write yes or no"),
    ("/skills/", "wants_help", "YES", "“YES”: write yes or no"),
    ("/skills/", "skill", "magic", "“magic” is not a skill known here"),
    ("/skills/", "group", "wizards", "“wizards” is not a group known here"),
    ("/boroughs/", "inner_or_outer", "middle", "Write one of: inner, outer"),
    ("/boroughs/", "measure", "joy", "Write one of: systems, decisions, confirmed, skills"),
    ("/boroughs/", "sort", "systems", "“systems” cannot be sorted by"),
]


@pytest.mark.parametrize(("address", "name", "value", "reason"), BAD)
def test_a_wrong_value_is_named_on_the_page_and_in_the_file(
    client: Client, address: str, name: str, value: str, reason: str | None
) -> None:
    for answer in (client.get(address, {name: value}), client.get(LISTS[address], {name: value})):
        said = html.unescape(text_of(answer))
        if reason is None:
            assert answer.status_code == 200
            continue
        assert answer.status_code == 400
        assert name in said
        assert reason in said
        assert (answer["Content-Type"] == "text/plain; charset=utf-8") == ("<html" not in said)


@pytest.mark.parametrize("address", EVERYWHERE)
def test_a_name_that_takes_one_value_refuses_two(client: Client, address: str) -> None:
    response = client.get(address, {"q": ["one", "two"]})
    assert response.status_code == 400
    assert "“q” is given 2 times: give it once" in text_of(response)


@pytest.mark.parametrize("address", LISTS)
def test_a_page_number_given_twice_is_refused(client: Client, address: str) -> None:
    assert client.get(address, {"page": ["1", "1"]}).status_code == 400


@pytest.mark.parametrize("address", LISTS)
@pytest.mark.parametrize("number", ["abc", "0", "-1", "2", "1.5", "999999999999999999999"])
def test_a_page_that_is_not_there_is_refused_with_a_remedy(
    client: Client, address: str, number: str
) -> None:
    response = client.get(address, {"page": number})
    assert response.status_code == 400
    said = words(response)
    assert "A page is a whole number from 1." in said or "write 1 to 1" in said


@pytest.mark.parametrize("address", EVERYWHERE)
def test_an_empty_value_is_as_if_it_were_not_there(client: Client, address: str) -> None:
    blank = {"q": "", "borough": "  ", "sort": "", "page": "", "columns": ""}
    if "suppliers" in address:
        del blank["borough"]
    response = client.get(address, blank)
    assert response.status_code == 200, text_of(response)
    assert text_of(response)


@pytest.mark.parametrize("address", LISTS)
def test_a_page_with_a_problem_shows_no_rows_and_no_file(client: Client, address: str) -> None:
    factories.contract(systems=[factories.system()])
    factories.skill_level()
    response = client.get(address, {"surprise": "1"})
    assert "No rows are shown, so that nothing wrong is." in words(response)
    assert response.context["listing"].total == 0
    assert "Download these" not in words(response)


def test_every_problem_is_named_not_the_first_alone(client: Client) -> None:
    query = {"surprise": "1", "hosting": "moon", "q": ["a", "b"], "page": "abc"}
    said = words(client.get("/systems/", query))
    assert all(f"{name}: " in said for name in query)


def test_what_someone_typed_is_shown_as_words_and_not_run(client: Client) -> None:
    page = text_of(client.get("/systems/", {"q": "<script>alert(1)</script>"}))
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page
    assert "<script>alert" not in page


def test_names_with_markup_are_shown_as_words_and_not_run(client: Client) -> None:
    evil = "<script>alert(1)</script>"
    product = factories.product(evil, slug="evil")
    factories.system(product=product, function=factories.function(evil, slug="evil"))
    for address in ("/systems/", "/systems/products/evil/", "/systems/products/", "/"):
        assert "<script>alert" not in text_of(client.get(address)), address
