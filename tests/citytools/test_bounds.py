"""Lists of a nation's size: pages, inputs and matrices that stay small, and say what they leave."""

import pytest
from django.test import Client

from citytools.lists import facets, listing
from skills import matrix
from tests import factories
from tests.pages import read, text_of, words

pytestmark = pytest.mark.django_db


@pytest.fixture
def three_pages(monkeypatch: pytest.MonkeyPatch) -> None:
    """Three pages of systems where two may be asked for."""
    monkeypatch.setattr(listing, "MAX_PAGES", 2)
    borough, product = factories.borough(), factories.product()
    for _ in range(2 * listing.PAGE_SIZE + 1):
        factories.system(borough=borough, product=product, function=factories.function())


@pytest.mark.usefixtures("three_pages")
def test_the_pages_end_at_a_bound_and_say_how_many_rows_there_are(client: Client) -> None:
    response = client.get("/systems/?page=2")
    assert response.status_code == 200
    said = words(response)
    assert "The pages show the first 50 of 51 rows." in said
    assert "51 systems" in said
    assert "?page=3" not in read(response).links


@pytest.mark.usefixtures("three_pages")
def test_a_page_past_the_bound_is_named_with_the_way_to_its_rows(client: Client) -> None:
    response = client.get("/systems/?page=3")
    assert response.status_code == 400
    assert "write 1 to 2. Narrow the list, or take its file, which has all rows." in words(response)


@pytest.mark.usefixtures("three_pages")
def test_the_file_has_the_rows_past_the_last_page(client: Client) -> None:
    assert text_of(client.get("/systems/systems.csv")).count("\n") == 1 + 51


def test_a_list_within_the_bound_says_nothing_of_it(client: Client) -> None:
    for _ in range(listing.PAGE_SIZE + 1):
        factories.system()
    assert "The pages show the first" not in words(client.get("/systems/"))


def test_names_too_many_to_list_are_written_and_kept(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(facets, "MAX_OPTIONS_UNFOLDED", 1)
    monkeypatch.setattr(facets, "MAX_OPTIONS", 2)
    first, second, third = (factories.system().borough for _ in range(3))
    text = text_of(client.get(f"/systems/?borough={second.slug}&borough={third.slug}"))
    assert f'<option value="{first.slug}"' not in text
    assert 'id="filter-borough" name="borough" value=""' in text
    for borough in (second, third):
        assert f'<input type="checkbox" name="borough" value="{borough.slug}" checked>' in text
    assert 'aria-describedby="hint-borough"' in text
    assert 'id="hint-borough"' in text
    assert "2 systems" in words(client.get(f"/systems/?borough={second.slug}&borough={third.slug}"))


def test_a_name_that_is_not_known_is_said_beside_a_list_too_long(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(facets, "MAX_OPTIONS", 0)
    factories.system()
    response = client.get("/systems/?borough=atlantis")
    assert response.status_code == 400
    assert "“atlantis” is not a borough known here" in words(response)


@pytest.fixture
def elsewhere(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Two regional bodies with a level, where the matrix may show one unasked."""
    monkeypatch.setattr(matrix, "MAX_REGIONAL_BODIES", 1)
    factories.skill_level()
    bodies = [factories.borough(kind="regional") for _ in range(2)]
    for body in bodies:
        factories.skill_level(borough=body)
    return [body.slug for body in bodies]


def test_bodies_elsewhere_are_left_out_of_the_matrix_and_that_is_said(
    client: Client, elsewhere: list[str]
) -> None:
    response = client.get("/skills/")
    assert "Bodies outside the 33 are too many to show here" in words(response)
    assert not {f"/skills/boroughs/{slug}/" for slug in elsewhere} & set(read(response).links)
    assert "3 skill levels" in words(response)


def test_a_body_elsewhere_that_is_asked_for_is_shown(client: Client, elsewhere: list[str]) -> None:
    response = client.get(f"/skills/?borough={elsewhere[0]}")
    assert f"/skills/boroughs/{elsewhere[0]}/" in read(response).links
    assert "too many to show" not in words(response)
