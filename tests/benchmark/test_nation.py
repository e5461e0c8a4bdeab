"""The invented nation: repeatable, marked, about nobody real, and never larger than asked."""

from itertools import chain

import pytest

from citytools.management.demonstration.market import MARK
from tests.benchmark.nation import MOST, Nation, Told, places
from tests.invention import FIXTURES, real


def nation(systems: int, seed: int = 1) -> Nation:
    return Nation(FIXTURES, systems, seed)


def everything(of: Nation) -> list[Told]:
    return list(of.told())


@pytest.mark.parametrize("systems", [1, 808, 809, 810, 1700])
def test_there_are_as_many_systems_as_asked(systems: int) -> None:
    assert sum(len(one.systems) for one in nation(systems).told()) == systems


def test_the_same_seed_tells_the_same_and_another_something_else() -> None:
    assert everything(nation(1700)) == everything(nation(1700))
    assert everything(nation(1700)) != everything(nation(1700, seed=2))


def test_no_set_repeats_another() -> None:
    first, second = everything(nation(2 * 809))
    runs = [
        [(row["function"], row["product"], row["users"]) for row in one.systems]
        for one in (first, second)
    ]
    assert runs[0] != runs[1]


def test_every_fact_is_marked_as_invented() -> None:
    for one in nation(1700).told():
        for row in chain(one.systems, one.contracts, one.returns, one.levels):
            assert row["source_kind"] == "illustrative"


def test_every_name_that_is_no_boroughs_bears_the_mark() -> None:
    made = nation(40 * 809)
    shops = made.shops
    assert len(shops) == 6
    names = [name for shop in shops for name in (*shop.suppliers, *shop.resellers)]
    names += [product.name for shop in shops for product in shop.products]
    names += [one.name for one in made.frameworks]
    names += [row["name"] for row in made.bodies]
    assert len({name.lower() for name in names}) == len(names)
    assert all(name.endswith(MARK) for name in names)
    assert not {name.removesuffix(MARK) for name in names} & set(real().real_names)


def test_what_a_set_tells_is_about_its_own_33_bodies() -> None:
    made = nation(3 * 809)
    first, second, third = everything(made)
    assert {row["borough"] for row in first.systems} <= set(real().boroughs)
    slugs = [row["slug"] for row in made.bodies]
    for one, own in ((second, slugs[:33]), (third, slugs[33:])):
        assert {row["borough"] for row in (*one.systems, *one.levels, *one.returns)} <= set(own)
        for row in one.contracts:
            assert {row["lead"], *filter(None, row["partners"].split("; "))} <= set(own)


def test_contracts_cover_only_systems_that_are_told() -> None:
    for one in nation(1000).told():
        told = {f"{row['borough']}/{row['function']}/{row['product']}" for row in one.systems}
        assert all(told.issuperset(row["systems"].split("; ")) for row in one.contracts)


def test_there_are_names_and_codes_for_a_nation_of_a_million_systems() -> None:
    taken = frozenset(row.code for row in real().boroughs.values())
    found = places(taken, MOST)
    for column in ("name", "slug", "code", "gss_code"):
        assert len({row[column] for row in found}) == MOST
    assert not taken & {row["code"] for row in found}
    assert max(len(row["slug"]) for row in found) <= 60
    assert nation(1_000_000).sets == 1237


@pytest.mark.parametrize("systems", [0, -1, 10_000_000])
def test_a_size_without_names_is_refused(systems: int) -> None:
    with pytest.raises(ValueError, match="write 1 to"):
        nation(systems)
