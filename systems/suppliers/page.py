"""The contracts of a supplier, and what they cost a year as far as that is known."""

import datetime
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from itertools import groupby
from urllib.parse import urlencode

from django.db.models import Count, Q, Sum

from boroughs.models import Borough, Subject
from citytools.facts.provenance import SourceKind
from citytools.facts.statistics import ScaleAnswers
from citytools.lists.fields import OptionField, YesNoField
from citytools.lists.query_form import RealOnlyQueryForm
from contracts.models import Contract, ContractQuerySet, ContractSystem, Vat
from skills.models import Level, Skill, SkillLevel
from systems.models import Function, Hosting, Product, Status, System, SystemQuerySet


@dataclass(frozen=True)
class Money:
    """What distinct contracts cost; each counts once, however many boroughs and functions it has.

    `running` of the `contracts` run today; `annual` pounds a year are stated by `priced` of the
    running, `total` pounds over their whole terms by `summed` of them. `vat` holds (basis, how many
    of the priced).
    """

    contracts: int
    running: int
    annual: Decimal | None
    priced: int
    total: Decimal | None
    summed: int
    vat: Sequence[tuple[str, int]]


def contracts_with_suppliers(suppliers: Collection[int], *, illustrative: bool) -> ContractQuerySet:
    """Contracts that pay any of the suppliers."""
    contracts = Contract.objects.filter(supplier__in=suppliers)
    return contracts if illustrative else contracts.real()


def paid_to_others(suppliers: Collection[int], *, illustrative: bool) -> ContractQuerySet:
    """Contracts for their products that pay somebody else, or nobody known."""
    links = ContractSystem.objects.filter(system__product__manufacturer__in=suppliers)
    if not illustrative:
        links = links.exclude(system__source_kind=SourceKind.ILLUSTRATIVE)
    # One look-up for all: asked of each contract in turn, PostgreSQL may take minutes
    contracts = Contract.objects.filter(pk__in=links.order_by().values("contract"))
    others = contracts.exclude(supplier__in=suppliers)
    return others if illustrative else others.real()


def contracts_at_stake(suppliers: Collection[int], *, illustrative: bool) -> ContractQuerySet:
    """Contracts that pay any of the suppliers, or pay others for their products."""
    theirs = contracts_with_suppliers(suppliers, illustrative=illustrative)
    others = paid_to_others(suppliers, illustrative=illustrative)
    either = Q(pk__in=theirs.order_by().values("pk")) | Q(pk__in=others.order_by().values("pk"))
    return Contract.objects.filter(either)


def contract_costs_today(contracts: ContractQuerySet, today: datetime.date) -> Money:
    """What the contracts that run today cost; two queries."""
    running = contracts.running_on(today).order_by().values("vat")
    rows = list(
        running.annotate(
            count=Count("pk"),
            priced=Count("annual_value"),
            annual=Sum("annual_value"),
            summed=Count("total_value"),
            total=Sum("total_value"),
        ).order_by("vat")
    )
    bases = [*Vat.choices, ("", "VAT basis not known")]
    priced = {row["vat"]: row["priced"] for row in rows}
    return Money(
        contracts.count(),
        sum(row["count"] for row in rows),
        _sum(row["annual"] for row in rows),
        sum(priced.values()),
        _sum(row["total"] for row in rows),
        sum(row["summed"] for row in rows),
        [(str(label), priced[value]) for value, label in bases if priced.get(value)],
    )


def _sum(amounts: Iterable[Decimal | None]) -> Decimal | None:
    known = [amount for amount in amounts if amount is not None]
    return sum(known, Decimal(0)) if known else None


# No record says which skills a move takes, so the choice is ours; it stands here and on the page.

NEEDED = {
    "technology-procurement": "to buy a successor in a hurry and lawfully",
    "supplier-and-contract-management": "to deal with the failing supplier and its administrators",
    "information-governance": "to get the council’s records out, and keep them safe meanwhile",
    "data-engineering": "to move the data into another system",
    "integration-and-apis": "to connect the successor to all that the old system fed",
    "legacy-application-support": "to keep the old system running without its maker",
    "change-and-adoption": "to bring staff along",
}
"""Slugs of skills, each with what it is needed for."""


@dataclass(frozen=True)
class Need:
    """A skill, why it is needed, and the boroughs of the 33 at practitioner or expert.

    `teachers` of them would teach, by borough's name; `others` have not said that they would. The
    level is `known` for so many of the 33.
    """

    skill: Skill
    why: str
    teachers: Sequence[SkillLevel]
    others: Sequence[SkillLevel]
    known: int


def skills_needed(*, illustrative: bool) -> list[Need]:
    """Each skill needed that is among those recorded, in the order above; two queries."""
    skills = {skill.slug: skill for skill in Skill.objects.filter(slug__in=NEEDED)}
    levels = SkillLevel.objects.filter(skill__in=skills.values())
    levels = levels.filter(borough__in=Borough.objects.london())
    levels = levels if illustrative else levels.real()
    by_skill: dict[int, list[SkillLevel]] = defaultdict(list)
    for level in levels.select_related("borough").order_by("borough__name", "pk")[:1000]:
        by_skill[level.skill_id].append(level)
    return [
        _skill_need(skills[slug], why, by_skill[skills[slug].pk])
        for slug, why in NEEDED.items()
        if slug in skills
    ]


def _skill_need(skill: Skill, why: str, levels: Sequence[SkillLevel]) -> Need:
    strong = [level for level in levels if level.level >= Level.PRACTITIONER]
    return Need(
        skill,
        why,
        [level for level in strong if level.can_teach],
        [level for level in strong if not level.can_teach],
        len(levels),
    )


MAX_SYSTEMS = 20_000
"""Systems that are read, more than London has."""


@dataclass(frozen=True)
class FunctionUse:
    """A function for which the supplier's products run: the systems of each, by borough.

    `answered` counts the boroughs whose answer on the function is known: they have a system in use
    for it, or their latest return on systems is complete.
    """

    function: Function
    choices: Sequence[tuple[Product, Sequence[System]]]
    answered: int

    @property
    def running(self) -> int:
        """How many of the 33 run any of the products for it."""
        return len({system.borough_id for _, systems in self.choices for system in systems})


@dataclass(frozen=True)
class ProductUse:
    """A product and its systems in use in the 33; none, where none is known."""

    product: Product
    systems: Sequence[System]

    @property
    def boroughs(self) -> int:
        """How many of the 33 run it."""
        return len({system.borough_id for system in self.systems})

    @property
    def satisfaction(self) -> ScaleAnswers:
        """The boroughs' own views of it, 1 to 5."""
        given = [system.satisfaction for system in self.systems if system.satisfaction is not None]
        return ScaleAnswers(given, len(self.systems))

    @property
    def hosting(self) -> list[tuple[str, int]]:
        """(where it runs, how many systems)."""
        return estate_hosting(self.systems)


@dataclass(frozen=True)
class Estate:
    """Systems in use in the 33 for the functions in which the supplier's products run.

    `own` are of the supplier, `others` of other makers or of none known; both by function, product
    and borough. `idle` counts systems of its products that are retired or only planned. `complete`
    holds the boroughs whose latest return on systems is complete: what it leaves out is none.
    """

    own: Sequence[System]
    others: Sequence[System]
    idle: int
    complete: frozenset[int]

    @cached_property
    def boroughs(self) -> list[Borough]:
        """Those that run any of its products, by name."""
        return _sort_by_name(system.borough for system in self.own)

    @cached_property
    def answered(self) -> frozenset[int]:
        """The boroughs of which it is known whether they run any of its products."""
        return self.complete | {system.borough_id for system in self.own}

    @cached_property
    def functions(self) -> list[FunctionUse]:
        """Each function, who runs what for it, and of how many that is known."""
        rows = []
        for function, systems in groupby(self.own, lambda system: system.function):
            products = groupby(systems, lambda system: system.product)
            choices = [(product, list(members)) for product, members in products]
            rows.append(FunctionUse(function, choices, len(self.known(function))))
        return rows

    def known(self, function: Function) -> set[int]:
        """The boroughs whose answer on one of the functions is known."""
        systems = (*self.own, *self.others)
        return {
            system.borough_id for system in systems if system.function == function
        } | self.complete

    @property
    def hosting(self) -> list[tuple[str, int]]:
        """(where they run, how many systems), in the order of the choices, not known last."""
        return estate_hosting(self.own)

    @property
    def invented(self) -> int:
        """How many of its systems are invented for demonstration."""
        return sum(system.illustrative for system in self.own)

    def of_products(self, products: Iterable[Product]) -> list[ProductUse]:
        """Each product with its systems."""
        return [
            ProductUse(product, [system for system in self.own if system.product_id == product.pk])
            for product in products
        ]


def read_estate(makers: Collection[int], *, illustrative: bool) -> Estate:
    """The estate of some makers, by primary key, together; three queries."""
    told = System.objects.filter(borough__in=Borough.objects.london())
    told = told if illustrative else told.real()
    running = told.in_use()
    theirs = told.filter(product__manufacturer__in=makers)
    functions = theirs.in_use().order_by().values("function")
    systems = list(_in_order(running.filter(function__in=functions)))
    idle = theirs.filter(status__in=[Status.RETIRED, Status.PLANNED]).count()
    complete = Borough.objects.complete(Subject.SYSTEMS, illustrative=illustrative)
    return Estate(
        [system for system in systems if system.product.manufacturer_id in makers],
        [system for system in systems if system.product.manufacturer_id not in makers],
        idle,
        frozenset(complete.values_list("pk", flat=True)),
    )


def products_made_by(makers: Collection[int], *, illustrative: bool) -> list[Product]:
    """What they make, by name; two queries."""
    products = Product.objects.filter(manufacturer__in=makers)
    found = products if illustrative else products.filter(illustrative=False)
    return list(found.for_list().order_by("name", "pk")[:500])


def estate_hosting(systems: Iterable[System]) -> list[tuple[str, int]]:
    """(where they run, how many), in the order of the choices, not known last."""
    counts = Counter(system.hosting for system in systems)
    places = [*Hosting.choices, ("", "not known")]
    return [(str(label), counts[value]) for value, label in places if counts[value]]


def _in_order(systems: SystemQuerySet) -> SystemQuerySet:
    return systems.for_list().order_by(
        *("function__service_area__position", "function__service_area_id"),
        *("function__position", "function_id"),
        *("product__name", "product_id", "borough__name", "pk"),
    )[:MAX_SYSTEMS]


def _sort_by_name(boroughs: Iterable[Borough]) -> list[Borough]:
    unique = {borough.pk: borough for borough in boroughs}
    return sorted(unique.values(), key=lambda borough: (borough.name, borough.pk))


SYSTEMS, CONTRACTS, VALUE = "systems", "contracts", "value"
BY = [(SYSTEMS, "systems"), (CONTRACTS, "contracts"), (VALUE, "yearly value")]
"""What a share may be a share of, and how it reads."""


class AskedGroup(RealOnlyQueryForm):
    """A page that counts a supplier alone or with all that it owns."""

    group = YesNoField("With the companies it owns")

    def asking(self, *names: str, **changes: str) -> str:
        """A query string of what was asked and understood under these names, with changes."""
        kept = {name: str(self.values[name]) for name in names if self.values.get(name)}
        return urlencode(kept | changes)

    @property
    def whole(self) -> str:
        """The query string that counts the companies it owns."""
        return self.asking(*self.fields, group="yes")

    @property
    def alone(self) -> str:
        """The query string that leaves out the companies it owns."""
        return self.asking(*self.fields, group="no")

    @property
    def real(self) -> str:
        """The query string that leaves out what is invented."""
        return self.asking(*self.fields, illustrative="no")

    @property
    def invented(self) -> str:
        """The query string that shows what is invented too."""
        return self.asking(*self.fields, illustrative="yes")

    @property
    def same(self) -> str:
        """The query string of the same choice of records on the supplier's other page."""
        return self.asking("illustrative", "group")


class AskedShare(AskedGroup):
    """A page that shows shares of systems, of contracts or of their value."""

    by = OptionField("Share of", BY)

    @property
    def counted(self) -> str:
        """What the shares are of; systems, unless asked otherwise."""
        return self.value("by", SYSTEMS)

    @property
    def switches(self) -> list[tuple[str, str, bool]]:
        """(words, query string, whether it is shown now) of each thing to count."""
        return [(words, self.asking(*self.fields, by=by), by == self.counted) for by, words in BY]
