"""The invented nation: repeatable, as evidence, about nobody real, and never larger than asked."""

from itertools import chain

import pytest

from citytools.management.demonstration.market import MARK
from tests.benchmark.nation import MAX_PLACES, BodySet, Nation, invent_places
from tests.invention import FIXTURES, real


def nation(systems: int, seed: int = 1) -> Nation:
    return Nation(FIXTURES, systems, seed)


def everything(country: Nation) -> list[BodySet]:
    return list(country.body_sets())


def test_there_are_as_many_systems_as_asked() -> None:
    for systems in (1, 808, 809, 810, 1700):
        assert sum(len(body_set.systems) for body_set in nation(systems).body_sets()) == systems


def test_the_same_seed_tells_the_same_and_another_something_else() -> None:
    assert everything(nation(1700)) == everything(nation(1700))
    assert everything(nation(1700)) != everything(nation(1700, seed=2))


def test_no_set_repeats_another() -> None:
    first, second = everything(nation(2 * 809))
    runs = [
        [(row["function"], row["product"], row["users"]) for row in body_set.systems]
        for body_set in (first, second)
    ]
    assert runs[0] != runs[1]


def test_every_fact_is_evidence_of_a_source_that_cannot_be() -> None:
    for body_set in nation(1700).body_sets():
        for row in chain(body_set.systems, body_set.contracts, body_set.returns, body_set.levels):
            assert row["source_kind"] == "return"
            body = row.get("borough") or row["lead"]
            assert row["source_url"] == f"https://benchmark.example/returns/{body}"


def test_every_name_that_is_no_boroughs_bears_the_mark() -> None:
    country = nation(40 * 809)
    catalogues = country.catalogues
    assert len(catalogues) == 6
    names = [
        name for catalogue in catalogues for name in (*catalogue.suppliers, *catalogue.resellers)
    ]
    names += [product.name for catalogue in catalogues for product in catalogue.products]
    names += [row["name"] for row in country.frameworks]
    names += [row["name"] for row in country.bodies]
    assert len({name.lower() for name in names}) == len(names)
    assert all(name.endswith(MARK) for name in names)
    assert not {name.removesuffix(MARK) for name in names} & set(real().real_names)


def test_what_a_set_tells_is_about_its_own_33_bodies() -> None:
    country = nation(3 * 809)
    first, second, third = everything(country)
    assert {row["borough"] for row in first.systems} <= set(real().boroughs)
    slugs = [row["slug"] for row in country.bodies]
    for body_set, own in ((second, slugs[:33]), (third, slugs[33:])):
        assert {
            row["borough"] for row in (*body_set.systems, *body_set.levels, *body_set.returns)
        } <= set(own)
        for row in body_set.contracts:
            assert {row["lead"], *filter(None, row["partners"].split("; "))} <= set(own)


def test_contracts_cover_only_systems_that_are_told() -> None:
    for body_set in nation(1000).body_sets():
        keys = {row["key"] for row in body_set.systems}
        assert all(keys.issuperset(row["systems"].split("; ")) for row in body_set.contracts)


def test_there_are_names_and_codes_for_a_nation_of_a_million_systems() -> None:
    taken = frozenset(row.code for row in real().boroughs.values())
    places = invent_places(taken, MAX_PLACES)
    for column in ("name", "slug", "code", "gss_code"):
        assert len({row[column] for row in places}) == MAX_PLACES
    assert not taken & {row["code"] for row in places}
    assert max(len(row["slug"]) for row in places) <= 60
    assert nation(1_000_000).sets == 1237


@pytest.mark.parametrize("systems", [0, -1, 10_000_000])
def test_a_size_without_names_is_refused(systems: int) -> None:
    with pytest.raises(ValueError, match="write 1 to"):
        nation(systems)
