"""What a supplier's pages count: contracts and their cost, systems in use, skills for a move."""

import datetime
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from itertools import groupby
from typing import Any
from urllib.parse import urlencode

from django.db.models import Count, Q, Sum

from boroughs.models import Borough, Subject
from citytools.facts.statistics import ScaleAnswers
from citytools.lists.fields import OptionField, YesNoField
from citytools.lists.query_form import QueryForm
from contracts.models import IN_SUMS, Contract, ContractQuerySet, ContractSystem, Vat
from skills.models import Level, Skill, SkillLevel
from systems.models import Function, Hosting, Product, System, SystemQuerySet


@dataclass(frozen=True)
class Money:
    """What distinct contracts cost; each counts once, however many boroughs and functions it has.

    `running` of the `contracts` run today; `annual` pounds a year are stated by `priced` of the
    running, `total` pounds over their whole terms by `summed` of them. `vat` holds (basis, how many
    of the priced). `services` of the running include services beside IT and stand in no sum.
    """

    contracts: int
    running: int
    annual: Decimal | None
    priced: int
    total: Decimal | None
    summed: int
    vat: Sequence[tuple[str, int]]
    services: int = 0


def contracts_with_suppliers(suppliers: Collection[int]) -> ContractQuerySet:
    """Contracts that pay any of the suppliers."""
    return Contract.objects.filter(supplier__in=suppliers)


def contracts_for_their_products(suppliers: Collection[int]) -> ContractQuerySet:
    """Contracts for their products that pay somebody else, or nobody known."""
    links = ContractSystem.objects.filter(system__product__manufacturer__in=suppliers)
    # One look-up for all: as a condition on each contract, PostgreSQL may take minutes
    contracts = Contract.objects.filter(pk__in=links.order_by().values("contract"))
    return contracts.exclude(supplier__in=suppliers)


def contracts_at_stake(suppliers: Collection[int]) -> ContractQuerySet:
    """Contracts that pay any of the suppliers, or pay others for their products."""
    sets = (
        contracts_with_suppliers(suppliers),
        contracts_for_their_products(suppliers),
    )
    paid, elsewhere = (Q(pk__in=contracts.order_by().values("pk")) for contracts in sets)
    return Contract.objects.filter(paid | elsewhere)


def contract_costs_today(contracts: ContractQuerySet, today: datetime.date) -> Money:
    """What the contracts that run today cost; two queries."""
    by_vat = contracts.running_on(today).order_by().values("vat")
    rows = by_vat.annotate(
        count=Count("pk"),
        priced=Count("annual_value", filter=IN_SUMS),
        annual=Sum("annual_value", filter=IN_SUMS),
        summed=Count("total_value", filter=IN_SUMS),
        total=Sum("total_value", filter=IN_SUMS),
        services=Count("pk", filter=Q(includes_services=True)),
    )
    bases = {row["vat"]: row for row in rows.order_by("vat")}
    labels = [*Vat.choices, ("", "VAT basis not known")]
    return Money(
        contracts.count(),
        sum(row["count"] for row in bases.values()),
        _sum(row["annual"] for row in bases.values()),
        sum(row["priced"] for row in bases.values()),
        _sum(row["total"] for row in bases.values()),
        sum(row["summed"] for row in bases.values()),
        [
            (str(label), bases[vat]["priced"])
            for vat, label in labels
            if vat in bases and bases[vat]["priced"]
        ],
        sum(row["services"] for row in bases.values()),
    )


def _sum(amounts: Iterable[Decimal | None]) -> Decimal | None:
    known = [amount for amount in amounts if amount is not None]
    return sum(known, Decimal(0)) if known else None


# No record says which skills a move takes, so the choice is ours; it stands here and on the page.
# Slugs of skills, each with what it is needed for.
SKILLS_FOR_A_MOVE = {
    "technology-procurement": "to buy a successor in a hurry and lawfully",
    "supplier-and-contract-management": "to deal with the failing supplier and its administrators",
    "information-governance": "to get the council’s records out, and keep them safe meanwhile",
    "data-engineering": "to move the data into another system",
    "integration-and-apis": "to connect the successor to all that the old system fed",
    "legacy-application-support": "to keep the old system running without its maker",
    "change-and-adoption": "to bring staff along",
}


@dataclass(frozen=True)
class NeededSkill:
    """A skill, why it is needed, and the boroughs of the 33 at practitioner or expert.

    `teachers` of them would teach, by borough's name; `unasked` have not said that they would. The
    level is `known` for so many of the 33.
    """

    skill: Skill
    why: str
    teachers: Sequence[SkillLevel]
    unasked: Sequence[SkillLevel]
    known: int


def skills_needed() -> list[NeededSkill]:
    """Each skill needed that is among those recorded, in the order above; two queries."""
    skills = {skill.slug: skill for skill in Skill.objects.filter(slug__in=SKILLS_FOR_A_MOVE)}
    levels = SkillLevel.objects.filter(
        skill__in=skills.values(), borough__in=Borough.objects.london()
    )
    rows = levels.select_related("borough").only(
        "skill", "level", "can_teach", "borough__name", "borough__slug"
    )
    by_skill: dict[int, list[SkillLevel]] = defaultdict(list)
    for level in rows.order_by("borough__name", "pk")[:1000]:
        by_skill[level.skill_id].append(level)
    needs = []
    for slug, why in SKILLS_FOR_A_MOVE.items():
        if skill := skills.get(slug):
            known = by_skill[skill.pk]
            strong = [level for level in known if level.level >= Level.PRACTITIONER]
            teachers = [level for level in strong if level.can_teach]
            unasked = [level for level in strong if not level.can_teach]
            needs.append(NeededSkill(skill, why, teachers, unasked, len(known)))
    return needs


# Systems that are read, more than London has.
MAX_SYSTEMS = 20_000


@dataclass(frozen=True)
class SuppliedFunction:
    """A function for which the supplier's products run: the systems of each, by borough.

    `answered` counts the boroughs whose answer on the function is known: they have a system in use
    for it, or their latest return on systems is complete.
    """

    function: Function
    products: Sequence[tuple[Product, Sequence[System]]]
    answered: int

    @property
    def running(self) -> int:
        """How many of the 33 run any of the products for it."""
        return len({system.borough_id for _, systems in self.products for system in systems})


@dataclass(frozen=True)
class ProductSystems:
    """A product and its systems in use in the 33, as far as known."""

    product: Product
    systems: Sequence[System]

    @property
    def boroughs(self) -> int:
        """How many of the 33 run it."""
        return len({system.borough_id for system in self.systems})

    @property
    def satisfaction(self) -> ScaleAnswers:
        """The boroughs' own views of it, 1 to 5."""
        scores = [system.satisfaction for system in self.systems if system.satisfaction is not None]
        return ScaleAnswers(scores, len(self.systems))

    @property
    def hosting(self) -> list[tuple[str, int]]:
        """(where it runs, how many systems)."""
        return estate_hosting(self.systems)


@dataclass(frozen=True)
class Estate:
    """Systems in use in the 33 for the functions in which the supplier's products run.

    `own` are of the supplier, `competing` of other makers or of none known; both by function,
    product and borough. `idle` counts systems of its products that are not in use.
    `complete` holds the boroughs whose latest return on systems is complete: what it leaves out is
    none. `reporting` of the `london` boroughs, by name, have sent any.
    """

    own: Sequence[System]
    competing: Sequence[System]
    idle: int
    complete: frozenset[int]
    london: Sequence[Borough]
    reporting: int

    @cached_property
    def boroughs(self) -> list[Borough]:
        """Those that run any of its products, by name."""
        boroughs = {system.borough_id: system.borough for system in self.own}
        return sorted(boroughs.values(), key=lambda borough: (borough.name, borough.pk))

    @cached_property
    def answered(self) -> frozenset[int]:
        """The boroughs of which it is known whether they run any of its products."""
        return self.complete | {system.borough_id for system in self.own}

    @cached_property
    def functions(self) -> list[SuppliedFunction]:
        """Each function, who runs what for it, and of how many that is known."""
        running: dict[int, set[int]] = defaultdict(set)
        for system in (*self.own, *self.competing):
            running[system.function_id].add(system.borough_id)
        rows = []
        for function, systems in groupby(self.own, lambda system: system.function):
            groups = groupby(systems, lambda system: system.product)
            products = [(product, list(members)) for product, members in groups]
            answered = len(running[function.pk] | self.complete)
            rows.append(SuppliedFunction(function, products, answered))
        return rows

    @property
    def hosting(self) -> list[tuple[str, int]]:
        """(where they run, how many systems), in the order of the choices, not known last."""
        return estate_hosting(self.own)

    def by_product(self, products: Iterable[Product]) -> list[ProductSystems]:
        """Each product with its systems."""
        return [
            ProductSystems(
                product, [system for system in self.own if system.product_id == product.pk]
            )
            for product in products
        ]


_ESTATE_COLUMNS = (
    *("key", "borough", "function", "hosting", "satisfaction", "users", "national_or_shared"),
    *("product__name", "product__slug", "product__manufacturer__name"),
)
"""What pages show of systems, which are hundreds: whole records took twice as long."""


def read_estate(makers: Collection[int]) -> Estate:
    """The estate of some makers, by primary key, together; four queries."""
    london: Any = Borough.objects.london().with_returns(Subject.SYSTEMS)
    boroughs = {borough.pk: borough for borough in london}
    systems = System.objects.filter(borough__in=boroughs)
    theirs = systems.filter(product__manufacturer__in=makers)
    rows = _sort_estate(
        systems.in_use().filter(function__in=theirs.in_use().order_by().values("function")),
        boroughs,
    )
    return Estate(
        [system for system in rows if system.product.manufacturer_id in makers],
        [system for system in rows if system.product.manufacturer_id not in makers],
        theirs.not_in_use().count(),
        frozenset(key for key, borough in boroughs.items() if borough.latest_systems),
        list(boroughs.values()),
        sum(borough.latest_systems is not None for borough in boroughs.values()),
    )


def _sort_estate(systems: SystemQuerySet, boroughs: Mapping[int, Borough]) -> list[System]:
    """By function, product and borough; `boroughs` are all there can be, in their order."""
    # Functions and boroughs are joined here: PostgreSQL planned the join of seven tables for 15 ms
    rows = systems.select_related("product__manufacturer").only(*_ESTATE_COLUMNS)
    read = list(rows.order_by("product__name", "product_id", "pk")[:MAX_SYSTEMS])
    keys = {system.function_id for system in read}
    functions = Function.objects.select_related("service_area").in_bulk(keys)
    products = {key: n for n, key in enumerate(dict.fromkeys(row.product_id for row in read))}
    order = {key: n for n, key in enumerate(boroughs)}
    for system in read:
        system.borough, system.function = boroughs[system.borough_id], functions[system.function_id]
    return sorted(
        read,
        key=lambda system: (
            *(system.function.service_area.position, system.function.service_area_id),
            *(system.function.position, system.function_id),
            *(products[system.product_id], order[system.borough_id]),
        ),
    )


def products_made_by(makers: Collection[int]) -> list[Product]:
    """What they make, by name; two queries."""
    products = Product.objects.filter(manufacturer__in=makers)
    return list(products.for_list().order_by("name", "pk")[:500])


def estate_hosting(systems: Iterable[System]) -> list[tuple[str, int]]:
    """(where they run, how many), in the order of the choices, not known last."""
    counts = Counter(system.hosting for system in systems)
    places = [*Hosting.choices, ("", "not known")]
    return [(str(label), counts[value]) for value, label in places if counts[value]]


SYSTEMS, CONTRACTS, VALUE = "systems", "contracts", "value"
# What a share may be a share of, and how it reads.
BASES = [(SYSTEMS, "systems"), (CONTRACTS, "contracts"), (VALUE, "yearly value")]


class SupplierForm(QueryForm):
    """A page that counts a supplier alone or with all that it owns.

    Its properties are query strings: of this page with another choice, and of the other page.
    """

    group = YesNoField("With the companies it owns")

    def query_with(self, *names: str, **changes: str) -> str:
        """What was understood under these names, with changes."""
        values = {name: str(self.values[name]) for name in names if self.values.get(name)}
        return urlencode(values | changes)

    @property
    def whole(self) -> str:
        return self.query_with(*self.fields, group="yes")

    @property
    def alone(self) -> str:
        return self.query_with(*self.fields, group="no")

    @property
    def same(self) -> str:
        return self.query_with("group")


class ShareForm(SupplierForm):
    """A page that shows shares of systems, of contracts or of their value."""

    by = OptionField("Share of", BASES)

    @property
    def basis(self) -> str:
        """What the shares are of; systems, unless the query says otherwise."""
        return self.value("by", SYSTEMS)

    @property
    def switches(self) -> list[tuple[str, str, bool]]:
        """(words, query string, whether it is shown now) of each thing to count."""
        return [
            (words, self.query_with(*self.fields, by=by), by == self.basis) for by, words in BASES
        ]
