"""What the record stands on, and what pages say where nothing is known yet."""

import pytest
from django.test import Client
from pytest_django import Settings

from citytools.pages import evidence
from tests import factories
from tests.loading import load
from tests.pages import read, total, words

pytestmark = pytest.mark.django_db

SOURCE = {"source_kind": "public_code", "source_url": "https://x.uk/"}


def test_kinds_of_source_stand_in_their_rank_with_the_newest_day(client: Client) -> None:
    factories.system(**SOURCE | {"source_kind": "press"}, as_of="2026-10")
    factories.system(**SOURCE, as_of="2026-08-21")
    factories.system(**SOURCE, as_of="", read_on="2026-11-27", confidence="medium")
    factories.contract(**SOURCE | {"source_kind": "notice"}, as_of="2025")
    sources = evidence.count_sources()
    assert [(source.kind.value, source.newest) for source in sources] == [
        ("notice", "2025"),
        ("public_code", "2026-08-21"),
        ("press", "2026-10"),
    ]
    for source in sources:
        assert total(client.get(source.systems_url)) == source.systems
        assert total(client.get(source.contracts_url)) == source.contracts


def test_weak_systems_are_counted_by_their_mark() -> None:
    factories.system(**SOURCE, as_of="2019", status="live")
    factories.system(**SOURCE, as_of="2021", status="live", confidence="low")
    factories.system(
        **SOURCE, as_of="", read_on="2026-11-27", confidence="medium", status="live",
        national_or_shared=True, companion=True,
    )  # fmt: skip
    factories.system(source_kind="illustrative", status="live", as_of="2018")
    assert evidence.count_weak_systems() == {
        "all": 3, "undated": 1, "seen_then": 1, "live_then": 1, "live_of_old": 1,
        "live_undated": 1, "low": 1, "national": 1, "companion": 1,
    }  # fmt: skip


def test_the_method_tells_the_evidence_of_the_fixtures(client: Client) -> None:
    load()
    said = words(client.get("/about/method/"))
    assert "208 systems and 38 contracts" in said
    assert "of the 817 systems are of low confidence" in said
    assert "89 systems, of which 38 were live then" in said
    assert "112 systems, of medium confidence at most" in said
    assert "148 systems. It tells no borough from another" in said
    assert "108 systems. It is shown beside the main product" in said
    rounds = evidence.count_sources()
    assert sum(source.systems for source in rounds) == 208 + 609
    assert sum(source.contracts for source in rounds) == 38 + 152


PAGES = {
    "/skills/": "No borough has told us its skills yet",
    "/skills/training/": "No borough has told us its skills yet, so nothing can be planned",
    "/skills/design/": "No borough has told us its level yet",
    "/skills/boroughs/camden/": "This borough has told us no skills yet",
    "/boroughs/camden/": "This borough has told us no skills yet",
}


@pytest.mark.parametrize("address", PAGES)
def test_a_page_without_evidence_says_what_it_would_show_and_leads_on(
    client: Client, address: str
) -> None:
    factories.borough("Camden")
    factories.skill("Design")
    page = client.get(address)
    said = words(page)
    assert PAGES[address] in said
    assert "Not known is not none" in said
    assert "This would show" in said
    links = read(page).links
    assert "/about/#tell-us" in links
    assert any(link.startswith(f"/demo{address}") for link in links)
    assert 'id="tell-us"' in client.get("/about/").content.decode()


def test_without_a_demonstration_no_box_leads_there(client: Client, settings: Settings) -> None:
    settings.DEMONSTRATION = False
    assert not [link for link in read(client.get("/skills/")).links if link.startswith("/demo")]


def test_where_nothing_is_known_there_is_no_filter_and_no_table(client: Client) -> None:
    skill = factories.skill("Design")
    page = client.get("/skills/")
    assert "<table" not in page.content.decode()
    assert "ct-filters" not in page.content.decode()
    assert skill.get_absolute_url() in read(page).links
    factories.skill_level(skill=skill)
    assert "No borough has told us its skills yet" not in words(client.get("/skills/"))


def test_a_filter_that_fits_nothing_does_not_say_that_nobody_told_us(client: Client) -> None:
    factories.skill_level(skill=factories.skill("Design"))
    factories.borough("Camden")
    said = words(client.get("/skills/?borough=camden"))
    assert "No borough has told us" not in said
    assert "No skill levels match these filters" in said


def test_satisfaction_that_nobody_told_takes_no_column(client: Client) -> None:
    function = factories.function()
    supplier = factories.supplier()
    one, other = factories.product(), factories.product(manufacturer=supplier)
    factories.system(product=one, function=function)
    rated = factories.system(product=other, function=function)
    page = one.get_absolute_url()
    assert "no borough has told us its view yet" in words(client.get(page))
    assert "Who to ask Satisfaction" not in words(client.get(page))
    maker = supplier.get_absolute_url()
    assert "No borough has told us yet how satisfied" in words(client.get(maker))
    type(rated).objects.filter(pk=rated.pk).update(satisfaction=4)
    assert "Who to ask Satisfaction" in words(client.get(page))
    assert "too few for a mean: n = 1" in words(client.get(maker))


def test_windows_without_any_end_say_what_is_missing(client: Client) -> None:
    for _ in range(2):
        factories.contract(starts_on="2025")
    said = words(client.get("/contracts/together/"))
    assert "Of none of these contracts an end date is known" in said
    assert "Of 2 the end is not known: in no window" in said
