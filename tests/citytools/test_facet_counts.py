"""Beside each value of a filter: how many rows it would leave, all other filters as they are."""

import datetime
from collections import Counter
from typing import Any
from unittest import mock

import pytest
from django.db import connection
from django.http import QueryDict
from django.test import Client
from django.test.utils import CaptureQueriesContext
from hypothesis import given
from hypothesis import strategies as st

from boroughs.models import Borough
from citytools.facts import dates
from citytools.lists import facets
from citytools.lists.facet_counts import count_facets
from citytools.lists.filters import FactFilterSet
from contracts.filters import ContractFilter
from contracts.models import Contract
from skills.filters import SkillLevelFilter
from skills.models import SkillLevel
from systems.filters import SystemFilter
from systems.models import Product, System
from tests import factories
from tests.contracts.test_act_by import days_by_count
from tests.drawing import Query, choices, often, queries
from tests.estate import small_london
from tests.pages import words

KINDS: list[tuple[type[FactFilterSet], Any]] = [
    (SystemFilter, System),
    (ContractFilter, Contract),
    (SkillLevelFilter, SkillLevel),
]
NOT_COUNTED = {
    "q", "counted", "sort", "show",
    "ends_after", "ends_before", "act_by_after", "act_by_before", "min_value", "max_value",
}  # fmt: skip
"""Filters without a closed list of values, and sets of rows that overlap by design."""


def chosen(kind: type[FactFilterSet], model: Any, query: Query) -> FactFilterSet:
    data = QueryDict(mutable=True)
    for name, values in query.items():
        data.setlist(name, values)
    return kind(data, model.objects.for_list())


@pytest.mark.django_db
@pytest.mark.parametrize(("kind", "model"), KINDS)
def test_a_count_is_the_rows_that_the_filter_then_returns(
    kind: type[FactFilterSet], model: Any
) -> None:
    small_london()
    given_values = choices(kind, model)

    @often
    @given(st.data())
    def check(data: st.DataObject) -> None:
        query = queries(data.draw, given_values)
        counts = count_facets(chosen(kind, model, query))
        assert set(counts) == set(given_values) - NOT_COUNTED
        for name in data.draw(st.sets(st.sampled_from(sorted(counts)), min_size=1, max_size=3)):
            assert set(counts[name]) <= {*given_values[name], "", "not_known"}
            few = st.sets(st.sampled_from(given_values[name]), min_size=1, max_size=4)
            for value in sorted(data.draw(few)):
                narrowed = chosen(kind, model, query | {name: [value]})
                assert counts[name].get(value, 0) == narrowed.rows.count(), (query, name, value)

    check()


@pytest.mark.django_db
def test_plain_counting_agrees_on_every_system() -> None:
    small_london()
    counts = count_facets(chosen(SystemFilter, System, {}))
    systems = list(System.objects.select_related("borough", "function__service_area", "product"))
    assert counts["borough"] == Counter(system.borough.slug for system in systems)
    assert counts["service_area"] == Counter(
        system.function.service_area.slug for system in systems
    )
    assert counts["product"] == Counter(system.product.slug for system in systems)
    assert counts["hosting"] == Counter(system.hosting or "not_known" for system in systems)


@pytest.mark.django_db
def test_plain_counting_agrees_on_every_contract() -> None:
    small_london()
    counts = count_facets(chosen(ContractFilter, Contract, {}))
    contracts = list(Contract.objects.for_list())
    assert counts["borough"] == Counter(
        borough.slug for row in contracts for borough in {row.lead, *row.partners.all()}
    )
    assert counts["product"] == Counter(
        slug
        for row in contracts
        for slug in {system.product.slug for system in row.systems.select_related("product")}
    )
    assert counts["standing"] == Counter(row.term.status_on(dates.today()).key for row in contracts)


@pytest.fixture
def _three(db: None) -> None:
    camden, brent = factories.borough("Camden"), factories.borough("Brent")
    factories.borough("Sutton")
    for borough, hosting in [(camden, "saas"), (camden, ""), (brent, "saas")]:
        factories.system(borough=borough, hosting=hosting)


@pytest.mark.usefixtures("_three")
def test_each_count_leaves_out_its_own_filter_and_minds_all_others(client: Client) -> None:
    said = words(client.get("/systems/", {"borough": "camden", "hosting": "saas"}))
    assert "Camden (1)" in said
    assert "Brent (1)" in said
    assert "Software as a service (1)" in said
    assert "Not known (1)" in said


@pytest.mark.usefixtures("_three")
def test_values_without_rows_stay_and_the_distinct_values_are_told(client: Client) -> None:
    said = words(client.get("/systems/"))
    assert "Sutton (0)" in said
    assert "Borough 2 of 3 have systems" in said
    assert "Brent (1)" in said
    chosen_too = words(client.get("/systems/", {"borough": "sutton"}))
    assert "Borough 1 chosen, 2 of 3 have systems" in chosen_too
    assert "Camden (2)" in chosen_too


@pytest.mark.usefixtures("_three")
def test_a_contract_counts_once_for_each_borough_and_product(client: Client) -> None:
    system = System.objects.filter(borough__slug="camden").earliest("pk")
    again = factories.system(product=system.product)
    contract = factories.contract(
        lead=system.borough, partners=[again.borough], systems=[system, again]
    )
    said = words(client.get("/contracts/", {"product": system.product.slug}))
    assert "Camden (1)" in said
    assert f"{again.borough} (1)" in said
    assert f"{system.product} (1)" in said
    assert contract.systems.count() == 2


@pytest.mark.usefixtures("_three")
def test_nothing_is_counted_for_an_address_that_is_not_understood(client: Client) -> None:
    response = client.get("/systems/", {"borough": "atlantis"})
    assert response.status_code == 400
    assert "Camden (" not in words(response)
    assert "have systems" not in words(response)


@pytest.mark.django_db
def test_values_too_many_to_list_are_not_counted(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    factories.system(hosting="saas")
    factories.system(hosting="saas")
    assert "Borough 2 of 2 have systems" in words(client.get("/systems/"))
    monkeypatch.setattr(facets, "MAX_OPTIONS", 1)
    shown = words(client.get("/systems/?hosting=saas"))
    assert "Borough Its name" in shown
    assert "have systems Its" not in shown


@pytest.mark.django_db
@pytest.mark.parametrize(("kind", "model"), KINDS)
def test_an_option_is_called_what_its_record_is_called(
    kind: type[FactFilterSet], model: Any
) -> None:
    small_london()
    factories.framework("Digital Outcomes", reference="RM1")
    factories.framework("Without a number", reference="")
    filterset = chosen(kind, model, {})
    for facet in facets.facets_for(filterset):
        records = getattr(filterset.form.fields[facet.name], "queryset", None)
        if records is not None and facet.kind != "lookup":
            assert [(option.value, option.label) for option in facet.options] == [
                (record.slug, str(record)) for record in records
            ]


@pytest.mark.django_db
def test_a_regional_body_is_offered_and_is_none_of_the_33(client: Client) -> None:
    for name in ("Barnet", "Brent"):
        factories.borough(name)
    regional = factories.borough("GLA", kind="regional", inner_or_outer="")
    factories.system(borough=regional)
    factories.system(borough=Borough.objects.get(name="Brent"))
    page = client.get("/systems/")
    (facet,) = [one for one in page.context["listing"].facets if one.name == "borough"]
    assert [(option.label, option.rows, option.aside) for option in facet.options] == [
        ("Barnet", 0, False), ("Brent", 1, False), ("GLA", 1, True),
    ]  # fmt: skip
    assert (facet.present, facet.distinct) == (1, 2)
    assert "Borough 1 of 2 have systems" in words(page)
    assert "GLA (1)" in words(page)


def _offered(page: Any, name: str) -> tuple[list[tuple[str, bool]], str]:
    """The boxes of a long list's chosen values, and the first of what can be added."""
    (facet,) = [one for one in page.context["listing"].facets if one.name == name]
    text = page.content.decode()
    drop_down = text.partition(f'id="filter-{name}"')[2].partition("</select>")[0]
    return [(one.label, one.selected) for one in facet.selected_options], drop_down.partition(
        "</option>"
    )[0]


@pytest.mark.django_db
def test_of_a_long_list_several_can_be_chosen_and_let_go_without_scripts(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(facets, "MAX_OPTIONS_UNFOLDED", 2)
    for name in ("Barnet", "Brent", "Camden"):
        factories.system(borough=factories.borough(name))
    page = client.get("/systems/")
    assert _offered(page, "borough") == ([], ' name="borough">\n<option value="">Any')
    page = client.get("/systems/", {"borough": ["barnet", "brent", ""]})
    assert page.context["listing"].total == 2
    held, first = _offered(page, "borough")
    assert held == [("Barnet", True), ("Brent", True)]
    assert first.endswith(">Add another")
    box = '<input type="checkbox" name="borough" value="barnet" checked>Barnet'
    assert box in page.content.decode()
    assert '<option value="barnet" selected' not in page.content.decode()


def _facet(page: Any, name: str) -> facets.Facet:
    facet: facets.Facet
    (facet,) = [one for one in page.context["listing"].facets if one.name == name]
    return facet


@pytest.mark.django_db
def test_products_are_looked_up_and_those_chosen_stand_with_their_rows(client: Client) -> None:
    for name in ("Alpha", "Alpha", "Beta", "Gamma"):
        product = Product.objects.filter(name=name).first() or factories.product(name)
        factories.system(product=product)
    factories.product("Unused")
    facet = _facet(client.get("/systems/"), "product")
    assert (facet.kind, facet.options, facet.selected_options) == ("lookup", [], [])
    assert (facet.present, facet.distinct) == (3, 4)
    page = client.get("/systems/", {"product": ["alpha", "unused"], "hosting": "not_known"})
    facet = _facet(page, "product")
    assert facet.selected_options == [
        facets.Option("alpha", "Alpha", selected=True, rows=2),
        facets.Option("unused", "Unused", selected=True, rows=0),
    ]
    assert (facet.present, facet.distinct, facet.selected) == (3, 4, 2)
    assert "Alpha (2)" in words(page)
    assert "Gamma" not in words(page)


@pytest.mark.django_db
def test_a_manufacturer_of_several_products_is_present_once(client: Client) -> None:
    maker = factories.supplier("Maker")
    for _ in range(2):
        factories.system(product=factories.product(manufacturer=maker))
    factories.system(product=factories.product(manufacturer=None))
    facet = _facet(client.get("/systems/"), "supplier")
    assert (facet.present, facet.distinct) == (1, 1)
    facet = _facet(client.get("/systems/", {"supplier": "maker"}), "supplier")
    assert [(option.label, option.rows) for option in facet.selected_options] == [("Maker", 2)]


@pytest.mark.django_db
def test_of_what_is_too_many_to_count_the_chosen_are(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(facets, "MAX_OPTIONS", 2)
    for name in ("Alpha", "Beta", "Gamma"):
        factories.contract(systems=[factories.system(product=factories.product(name))])
    for address in ("/systems/", "/contracts/"):
        facet = _facet(client.get(address, {"product": ["alpha", "gamma"]}), "product")
        assert (facet.kind, facet.present, facet.distinct) == ("lookup", None, 3)
        assert [(one.label, one.rows) for one in facet.selected_options] == [
            ("Alpha", 1),
            ("Gamma", 1),
        ]


@pytest.mark.django_db
def test_a_name_that_is_not_known_can_be_let_go(client: Client) -> None:
    factories.system()
    wrong = client.get("/systems/", {"product": "atlantis"})
    assert wrong.status_code == 400
    assert 'value="atlantis" checked>atlantis' in wrong.content.decode()


@pytest.mark.django_db
def test_functions_stand_as_boxes_under_their_service_areas(client: Client) -> None:
    housing, finance = factories.service_area("Housing"), factories.service_area("Finance")
    rents = factories.function("Rents", service_area=housing)
    ledger = factories.function("Ledger", service_area=finance)
    repairs = factories.function("Repairs", service_area=housing)
    factories.system(function=repairs)
    facet = _facet(client.get("/systems/"), "function")
    assert (facet.kind, facet.options, facet.present, facet.distinct) == ("lookup", [], 1, 3)
    facet = _facet(client.get("/systems/?service_area=housing&function=ledger"), "function")
    assert facet.kind == "boxes"
    assert [(area, [option.label for option in options]) for area, options in facet.groups] == [
        ("Housing", [rents.name, repairs.name]),
        ("Finance", [ledger.name]),
    ]
    assert [option.rows for option in facet.options] == [0, 1, 0]


@pytest.mark.django_db
@pytest.mark.parametrize(("kind", "model"), KINDS)
def test_the_numbers_of_a_page_are_those_of_its_rows(kind: type[FactFilterSet], model: Any) -> None:
    """The total, the boroughs, and of what is looked up the rows of those chosen."""
    small_london()
    given_values = choices(kind, model)

    @often
    @given(st.data(), st.sampled_from([0, facets.MAX_OPTIONS]))
    def check(data: st.DataObject, max_options: int) -> None:
        query = queries(data.draw, given_values)
        filterset = chosen(kind, model, query)
        with mock.patch.object(facets, "MAX_OPTIONS", max_options):
            numbers = facets.count_for_page(filterset)
        assert numbers.total == filterset.rows.count(), query
        (row,) = numbers.measures["boroughs"]
        assert row["boroughs"] == filterset.rows.borough_count(), query
        every = count_facets(filterset)
        for name in {"product", "supplier", "framework", "skill"} & every.keys():
            for slug in query.get(name, []):
                assert numbers.facets[name].get(slug, 0) == every[name].get(slug, 0), (query, name)
            if max_options:
                assert numbers.present[name] == len(every[name].keys() - {"", "not_known"}), (
                    query,
                    name,
                )

    check()


def _quarters_of(contract: Contract, today: datetime.date) -> str:
    """The quarters ahead that hold a day by which one may have to act; empty where none does."""
    if not contract.ends_on:
        return "" if contract.rolling else "undated"
    ahead = dates.quarters_from(today, 8)
    last = dates.last_day_of(ahead[-1])
    days = days_by_count(contract.ends_on, contract.notice_months)
    assumed = contract.notice_months is None
    if assumed and dates.last_day(contract.ends_on) >= today:
        days = [max(day, today) for day in days]
    held = sorted({dates.quarter_of(day) for day in days if today <= day <= last})
    if not held:
        return ""
    (year, quarter), (to_year, to_quarter) = held[0], held[-1]
    return f"{year}{quarter} {to_year}{to_quarter} {'assumed' if assumed else 'stated'}"


@pytest.mark.django_db
def test_sums_and_quarters_of_a_page_are_those_of_its_rows() -> None:
    small_london()
    given_values = choices(ContractFilter, Contract)
    today = dates.today()

    @often
    @given(st.data())
    def check(data: st.DataObject) -> None:
        query = queries(data.draw, given_values)
        filterset = chosen(ContractFilter, Contract, query)
        measures = facets.count_for_page(filterset).measures
        contracts = list(filterset.rows)
        summed = [contract for contract in contracts if contract.counts_in_sums]
        values = [contract.annual_value for contract in summed if contract.annual_value is not None]
        (worth,) = measures["worth"]
        assert (worth["annual"] or 0, worth["known"]) == (sum(values), len(values)), query
        assert worth["services"] == sum(contract.includes_services for contract in contracts)
        expected = Counter(filter(None, (_quarters_of(contract, today) for contract in contracts)))
        told = {row["value"]: row["rows"] for row in measures["decisions"] if row["value"]}
        assert told == expected, query

    check()


@pytest.mark.django_db
def test_the_whole_list_s_numbers_are_counted_once_a_version(client: Client) -> None:
    factories.contract(route="open")
    asked = []
    for change in (None, None, lambda: factories.contract(route="open"), None):
        if change:
            change()
        with CaptureQueriesContext(connection) as queries:
            page = words(client.get("/contracts/"))
        asked.append(len(queries))
        assert f"{2 if len(asked) > 2 else 1} contract" in page
    assert asked[1] == asked[3] < asked[0]
