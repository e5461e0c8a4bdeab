"""How many queries each page and file asks, with nothing cached: the same for few and many rows."""

import datetime
import itertools
from typing import Any
from urllib.parse import urlencode

import pytest
from django.db import connection
from django.http import QueryDict
from django.test import Client
from django.test.utils import CaptureQueriesContext

from boroughs.models import Borough
from citytools.facts import dates
from citytools.history.data_version import clear_cached_values
from citytools.models import DerivedValue
from contracts.joint_procurement.filters import TogetherFilter
from contracts.joint_procurement.presentation import summarise_windows
from contracts.joint_procurement.windows import read_windows
from contracts.models import Contract, Framework
from research.models import CaseClaim, CaseStudy, Finding
from skills.models import Skill, SkillLevel, SkillNeed
from systems.models import Product, Supplier, System
from tests import factories
from tests.log import move_events

pytestmark = pytest.mark.django_db

COUNTS = {
    "/": 16,
    "/about/": 0,
    "/about/glossary/": 0,
    "/about/method/": 3,
    "/accessibility/": 0,
    "/data/": 0,
    "/data/openapi.json": 0,
    "/boroughs/": 6,
    "/boroughs/?measure=decisions": 7,
    "/boroughs/boroughs.csv": 3,
    "/boroughs/compare/": 4,
    "comparison": 9,
    "/systems/": 5,
    "/systems/?q=a&hosting=saas&sort=-as_of": 6,
    "/systems/systems.csv": 3,
    "/systems/systems.json": 3,
    "/systems/systems.xlsx": 3,
    "/systems/map/": 7,
    "/systems/map/?product=main&kind=frontline": 8,
    "/systems/map.csv": 5,
    "/functions/": 4,
    "/functions/functions.csv": 3,
    "function": 32,
    "/systems/products/": 5,
    "/systems/products/products.csv": 2,
    "/systems/suppliers/": 2,
    "/systems/suppliers/suppliers.csv": 2,
    "/contracts/": 6,
    "/contracts/?kind=frontline&sort=act_by": 6,
    "/contracts/contracts.csv": 2,
    "/contracts/contracts.json": 2,
    "/contracts/together/": 5,
    "/contracts/together/?by=product&lead_months=60&months=120": 3,
    "/contracts/together.csv": 2,
    "/contracts/together.ics": 2,
    "window": 3,
    "/contracts/contracts.ics": 4,
    "contract's calendar": 4,
    "contract's feed": 13,
    "/contracts/contracts.atom": 12,
    "/contracts/timeline/": 6,
    "/contracts/timeline/?by=borough&kind=frontline": 6,
    "/contracts/pipeline/": 9,
    "/contracts/pipeline/?year=2026": 7,
    "/contracts/pipeline.csv": 9,
    "/contracts/frameworks/": 4,
    "/contracts/frameworks/frameworks.csv": 3,
    "/contracts/concentration/": 5,
    "/contracts/concentration/?group=yes": 6,
    "/contracts/concentration.csv": 3,
    "/contracts/contracts.ocds.json": 2,
    "/contracts/contracts.transparency.csv": 2,
    "/contracts/transparency/": 5,
    "/skills/": 8,
    "/skills/?level=expert": 8,
    "/skills/?show=headcount": 8,
    "/skills/skills.csv": 2,
    "/skills/training/": 6,
    "/skills/training/?skill=first&cap=3": 7,
    "/skills/training.csv": 4,
    "/skills/skills.xlsx": 2,
    "/research/": 10,
    "/research/recommendations/": 9,
    "/research/case-studies/": 3,
    "/systems/?function=main": 8,
    "/systems/map/?function=main": 10,
    "/contracts/together/?function=main": 6,
    "/research/report/": 23,
    "/research/report.pdf": 23,
    "/research/report.json": 23,
    "finding's content": 2,
    "/research/metrics/": 5,
    "/research/metrics.csv": 5,
    "/research/metrics/top10_supplier_share_by_value/": 7,
    "/research/metrics/median_age_of_facts/": 7,
    "/research/metrics/suppliers_satisfaction_rho_by_function/": 7,
    "/research/research.atom": 3,
    "changes": 22,
    "changes.csv": 22,
    "changes.json": 22,
    "changes.atom": 20,
    "changes of a borough": 19,
    "/search/": 0,
    "/search/?q=main": 9,
    "/search/?q=borough+main": 9,
    "/healthz": 0,
    "/.well-known/security.txt": 0,
    "borough": 39,
    "brief": 20,
    "system": 4,
    "product": 22,
    "supplier": 16,
    "failure": 15,
    "supplier by value": 17,
    "contract": 4,
    "framework": 6,
    "pipeline draft": 10,
    "skill": 9,
    "skills of a borough": 13,
    "finding": 4,
    "case study": 7,
}
"""Queries by address, or by the kind of record whose page it is, where nothing is stored yet."""
STORED = {
    "borough": 16,
    "function": 20,
    "/": 8,
    "/research/": 6,
    "/research/recommendations/": 5,
    "/research/report/": 19,
    "/research/report.pdf": 19,
    "/research/report.json": 19,
    "/research/metrics/": 1,
    "/research/metrics.csv": 1,
    "/research/metrics/top10_supplier_share_by_value/": 3,
    "/research/metrics/median_age_of_facts/": 3,
    "/research/metrics/suppliers_satisfaction_rho_by_function/": 3,
}
"""The same from then on, of pages that store what changes only with the data."""


def grown(rows: int) -> None:
    """Rows of every kind, all of which hang on the first borough, product, skill and so on."""
    boroughs = [factories.borough() for _ in range(min(rows, 12))]
    maker = factories.supplier("Maker")
    factories.ownership(maker, factories.supplier("Owner"))
    main = factories.product("Main", manufacturer=maker)
    factories.product_alias("Old main", main)
    areas = [factories.service_area() for _ in range(3)]
    for number, borough in zip(range(rows), itertools.cycle(boroughs), strict=False):
        function = factories.function(service_area=areas[number % 3])
        main.functions.add(function)
        product = factories.product(manufacturer=maker, functions=[function])
        factories.ownership(factories.supplier(), maker)
        systems = [
            factories.system(borough=borough, product=main, function=function, hosting="saas"),
            factories.system(borough=boroughs[0], product=product, function=function),
        ]
        contract(boroughs, systems, maker)
    grown_skills(boroughs)
    grown_research(rows, boroughs, main)
    grown_claims(rows)


def contract(boroughs: list[Borough], systems: list[System], supplier: Any) -> None:
    terms = {"ends_on": f"{dates.today().year + 2}-12-31", "notice_months": 3}
    contract = factories.contract(
        lead=boroughs[0],
        partners=boroughs[1:3],
        systems=systems,
        supplier=supplier,
        framework=factories.framework(),
        **terms,
    )
    # Another lead's, so that the two can be bought together
    factories.contract(
        lead=boroughs[1], functions=contract.functions.all(), supplier=supplier, **terms
    )
    framework, _ = Framework.objects.get_or_create(name="Main framework", slug="main")
    factories.contract(
        lead=boroughs[0],
        partners=boroughs[1:3],
        systems=systems,
        framework=framework,
        ends_on="2027-12",
    )


def grown_skills(boroughs: list[Borough]) -> None:
    first, needed = factories.skill("First"), factories.skill("Technology procurement")
    for borough in boroughs:
        factories.returned(borough, subject="skills")
        level = factories.skill_level(borough=borough, skill=first, level=3, can_teach=True)
        factories.past_level(level)
        SkillNeed.objects.get_or_create(product="main", skill=first, level=4, why="It is hard.")
        for system in borough.systems.order_by("pk")[:2]:
            SkillNeed.objects.get_or_create(
                function=system.function.slug, skill=first, level=4, why="It is hard."
            )
        factories.skill_level(borough=boroughs[0], wants_help=True)
        factories.skill_level(borough=borough, skill=needed, level=4, can_teach=True)
    for borough in boroughs[1:]:
        skill = factories.skill()
        factories.skill_level(borough=boroughs[0], skill=skill, level=3, can_teach=True)
        factories.skill_level(borough=borough, skill=skill, level=1, wants_help=True)


def grown_research(rows: int, boroughs: list[Borough], product: Product) -> None:
    finding = factories.finding(title="Main finding")
    study = factories.case_study(boroughs=boroughs, products=[product], title="Main study")
    for number in range(rows):
        source = factories.source()
        cost = {"kind": "cost", "amount": number + 1, "claimed_by": "A council"}
        CaseClaim.objects.create(case_study=study, source=source, **cost)
        finding.sources.add(source)
        study.sources.add(source)
        measured = factories.finding(metric="systems_on_record")
        factories.recommendation(findings=[finding, measured]).sources.add(source)
        factories.case_study(boroughs=boroughs)


def grown_claims(rows: int) -> None:
    """A function with case studies, each with claims, and findings under recommendations."""
    function = factories.function("Main")
    tested = {"metric": "modern_gov_boroughs", "comparison": "equal", "threshold": 100}
    for number in range(rows):
        study = factories.case_study(functions=[function])
        factories.claim(study)
        factories.claim(CaseStudy.objects.get(title="Main study"), amount=number + 1)
        finding = factories.finding(rows="/systems/?function=main", **tested)
        factories.recommendation(findings=[finding], body="{{ metric:modern_gov_boroughs }}")


def change_some() -> None:
    """One change of each of six kinds, after all that is there was recorded on an earlier day."""
    move_events(datetime.date(2026, 11, 10))
    contract = Contract.objects.earliest("pk")
    for model in (Supplier, Product, System, SkillLevel):
        model.objects.filter(pk=model.objects.earliest("pk").pk).update(note="Seen.")
    contract.partners.set(Borough.objects.order_by("-pk")[:1])
    Finding.objects.filter(title="Main finding").update(summary="Seen.")


def address_of_changes(name: str) -> str:
    page = f"/changes/{name if '.' in name else ''}?since={dates.today()}"
    return page + (f"&borough={Borough.objects.earliest('pk').slug}" if " of " in name else "")


def address(name: str) -> str:
    """The address of a page, that of the record most hangs on where a kind is named."""
    if name.startswith(("/", "changes")):
        return name if name.startswith("/") else address_of_changes(name)
    if name == "skills of a borough":
        return f"/skills/boroughs/{Borough.objects.earliest('pk').slug}/"
    if name == "brief":
        return f"{Borough.objects.earliest('pk').get_absolute_url()}brief/"
    if name == "finding's content":
        return f"{Finding.objects.get(title='Main finding').get_absolute_url()}finding.json"
    if name in {"failure", "supplier by value"}:
        place = Supplier.objects.get(name="Maker").get_absolute_url()
        return f"{place}failure/" if name == "failure" else f"{place}?by=value"
    if name.startswith("contract's "):
        suffix = {"contract's calendar": "ics", "contract's feed": "atom"}[name]
        return f"{Contract.objects.earliest('pk').get_absolute_url()}contract.{suffix}"
    if name == "pipeline draft":
        slug = Borough.objects.earliest("pk").slug
        return f"/contracts/pipeline/?borough={slug}&year=2027"
    if name == "comparison":
        slugs = Borough.objects.order_by("pk").values_list("slug", flat=True)
        return "/boroughs/compare/?" + urlencode({"borough": slugs[:6], "rows": "all"}, doseq=True)
    if name == "window":
        filterset = TogetherFilter(QueryDict("by=supplier"), Contract.objects.all())
        windows = read_windows(filterset, dates.today(), (1, 1))
        return summarise_windows(windows, filterset)[0].address
    records: dict[str, Any] = {
        "borough": Borough.objects.earliest("pk"),
        "function": System.objects.earliest("pk").function,
        "system": System.objects.earliest("pk"),
        "product": Product.objects.get(name="Main"),
        "supplier": Supplier.objects.get(name="Maker"),
        "contract": Contract.objects.earliest("pk"),
        "framework": Framework.objects.get(slug="main"),
        "skill": Skill.objects.get(name="First"),
        "finding": Finding.objects.get(title="Main finding"),
        "case study": CaseStudy.objects.get(title="Main study"),
    }
    return str(records[name].get_absolute_url())


def asked(client: Client, place: str) -> int:
    """How many queries a page or file asks."""
    with CaptureQueriesContext(connection) as queries:
        response = client.get(place)
        b"".join(response)
    assert response.status_code == 200, place
    # What every page asks before anything else is pinned in test_caching
    return sum("citytools_datachange" not in query["sql"] for query in queries)


@pytest.mark.parametrize("rows", [3, 30])
def test_each_page_and_file_asks_as_often_as_is_written_here(client: Client, rows: int) -> None:
    grown(rows)
    change_some()
    counts, stored = {}, {}
    for name in COUNTS:
        place = address(name)
        DerivedValue.objects.all().delete()
        clear_cached_values()
        counts[name] = asked(client, place)
        if DerivedValue.objects.exists():
            clear_cached_values()
            stored[name] = asked(client, place)
    assert counts == COUNTS
    assert stored == STORED


def test_a_page_of_a_record_asks_six_times_and_one_of_a_list_ten_times_at_most() -> None:
    records = {"system", "contract", "framework", "finding"}
    lists = {
        "/boroughs/",
        "/systems/",
        "/systems/map/",
        "/systems/products/",
        "/systems/suppliers/",
        "/contracts/",
        "/contracts/timeline/",
        "/contracts/together/",
        "/contracts/frameworks/",
        "/skills/",
        "/research/recommendations/",
        "/research/case-studies/",
    }
    assert max(COUNTS[name] for name in records) <= 6
    assert max(COUNTS[name] for name in COUNTS if name.partition("?")[0] in lists) <= 10
