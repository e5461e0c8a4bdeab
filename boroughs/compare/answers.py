"""What a comparison is made of: sections, items, and one answer a borough, in the order chosen."""

import datetime
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from boroughs.models import Borough
from citytools.charts import Chart
from citytools.facts.dates import quarter_of, quarter_words, quarters_from
from citytools.facts.statistics import MIN_ANSWERS_FOR_MEAN, ScaleAnswers
from contracts.models import Contract
from skills.models import Skill, SkillLevel
from systems.models import Function, Hosting, System

Value = str | int | Decimal


@dataclass(frozen=True)
class BoroughAnswer:
    """One borough's answer; `value` is None where it is none or not known.

    `parts` are (words, address) where the answer is names that link somewhere.
    """

    state: str
    value: Value | None = None
    words: str = ""
    parts: Sequence[tuple[str, str]] = ()

    @property
    def settled(self) -> bool:
        """Whether it can be held against another: a lower bound cannot."""
        return self.state in {"known", "none recorded"}


NOT_KNOWN = BoroughAnswer("not known")
NONE_RECORDED = BoroughAnswer("none recorded")


def count_answer(count: int, complete: bool) -> BoroughAnswer:
    """A number of things: a lower bound without a complete return, and then nought is unknown."""
    if complete:
        return BoroughAnswer("known", count, f"{count:,}")
    return BoroughAnswer("at least", count, f"at least {count:,}") if count else NOT_KNOWN


@dataclass(frozen=True)
class ComparisonItem:
    """One row: what is compared, and the answers in the order of the boroughs."""

    name: str
    answers: Sequence[BoroughAnswer]
    group: str = ""
    unit: str = ""
    link: str = ""

    @property
    def comparable(self) -> bool:
        """Whether at least two answers can be held against each other."""
        return sum(answer.settled for answer in self.answers) > 1

    @property
    def differs(self) -> bool:
        """Whether two settled answers are not the same."""
        settled = {(answer.state, answer.value) for answer in self.answers if answer.settled}
        return len(settled) > 1

    @property
    def shared(self) -> set[str]:
        """Names that more than one of the boroughs gives."""
        names = [words for answer in self.answers for words, _ in answer.parts]
        return {name for name in names if names.count(name) > 1}


@dataclass(frozen=True)
class ComparisonSection:
    """A part of the comparison. A `long` one shows only what differs unless all is asked."""

    key: str
    title: str
    head: str
    sentence: str
    items: Sequence[ComparisonItem]
    long: bool = False
    chart: Chart | None = None

    def shown(self, all_rows: bool) -> list[ComparisonItem]:
        """The rows that the switch leaves."""
        return [item for item in self.items if all_rows or not self.long or item.differs]

    def groups(self, all_rows: bool) -> list[tuple[str, list[ComparisonItem]]]:
        """The shown rows by group, in their order."""
        found: dict[str, list[ComparisonItem]] = {}
        for item in self.shown(all_rows):
            found.setdefault(item.group, []).append(item)
        return list(found.items())


def difference_sentence(items: Sequence[ComparisonItem], several: str) -> str:
    """'Of 82 functions, 12 differ, 9 are the same and 61 cannot be compared: …'."""
    differ = sum(item.differs for item in items)
    same = sum(item.comparable and not item.differs for item in items)
    rest = len(items) - differ - same
    words = f"Of {len(items):,} {several}, {differ:,} differ and {same:,} are the same"
    if not rest:
        return f"{words}."
    return f"{words}; {rest:,} cannot be compared: fewer than two answers are known."


def comparison_rows(
    sections: Sequence[ComparisonSection], boroughs: Sequence[Borough], all_rows: bool
) -> Iterator[Mapping[str, Any]]:
    """The shown answers as rows of a file, in the order of the page."""
    for section in sections:
        for _, items in section.groups(all_rows):
            for item in items:
                for borough, answer in zip(boroughs, item.answers, strict=True):
                    yield {
                        "section": section.title,
                        "group": item.group,
                        "item": item.name,
                        "gss_code": borough.gss_code,
                        "borough": borough.name,
                        "state": answer.state,
                        "value": answer.value,
                        "unit": item.unit,
                    }


def systems_in_use(boroughs: Sequence[Borough], *, illustrative: bool) -> list[System]:
    """Their systems in use, by product."""
    systems = System.objects.in_use().filter(borough__in=boroughs).for_list()
    found = systems if illustrative else systems.real()
    return list(found.order_by("product__name", "pk")[:20_000])


def functions_section(
    boroughs: Sequence[Borough], systems: Sequence[System], complete: set[int]
) -> ComparisonSection:
    """Each function, and the products in use for it."""
    run: dict[tuple[int, int], list[System]] = defaultdict(list)
    for system in systems:
        run[system.function_id, system.borough_id].append(system)
    functions = Function.objects.select_related("service_area").order_by(
        "service_area__position", "service_area_id", "position", "pk"
    )
    items = [
        ComparisonItem(
            function.name,
            [
                _products(run[function.pk, borough.pk], borough.pk in complete)
                for borough in boroughs
            ],
            group=function.service_area.name,
            link=f"/systems/?function={function.slug}",
        )
        for function in functions
    ]
    return ComparisonSection(
        "systems",
        "Systems by function",
        "Function",
        difference_sentence(items, "functions"),
        items,
        long=True,
    )


def _products(systems: Sequence[System], complete: bool) -> BoroughAnswer:
    if not systems:
        return NONE_RECORDED if complete else NOT_KNOWN
    names = "; ".join(system.product.name for system in systems)
    parts = [(system.product.name, system.get_absolute_url()) for system in systems]
    return BoroughAnswer("known", names, names, parts)


def hosting_section(
    boroughs: Sequence[Borough], systems: Sequence[System], complete: set[int]
) -> ComparisonSection:
    """How many systems run where."""
    counts = Counter((system.borough_id, system.hosting) for system in systems)
    places = [*Hosting.choices, ("", "Hosting not known")]
    items = [
        ComparisonItem(
            str(label),
            [
                count_answer(counts[borough.pk, str(value)], borough.pk in complete)
                for borough in boroughs
            ],
            unit="systems",
        )
        for value, label in places
    ]
    return ComparisonSection(
        "hosting", "Hosting", "Where it runs", "Systems in use, by where they run.", items
    )


def satisfaction_section(
    boroughs: Sequence[Borough], systems: Sequence[System]
) -> ComparisonSection:
    """How many systems have an answer and, from three on, the mean."""
    given: dict[int, list[int]] = defaultdict(list)
    for system in systems:
        if system.satisfaction:
            given[system.borough_id].append(system.satisfaction)
    answers = [given[borough.pk] for borough in boroughs]
    items = [
        ComparisonItem(
            "Systems with an answer",
            [count_answer(len(answer), bool(answer)) for answer in answers],
            unit="systems",
        ),
        ComparisonItem(
            "Mean satisfaction, 1 to 5", [_mean(answer) for answer in answers], unit="of 5"
        ),
    ]
    words = (
        "The boroughs’ own views of their systems, 1 (poor) to 5 (very good). A mean is shown "
        f"from {MIN_ANSWERS_FOR_MEAN} answers on; the boroughs asked different people, so it is no "
        "ranking."
    )
    return ComparisonSection("satisfaction", "Satisfaction", "Measure", words, items)


def _mean(given: Sequence[int]) -> BoroughAnswer:
    answers = ScaleAnswers(given, len(given))
    if answers.mean is None:
        return BoroughAnswer("not known", None, answers.words)
    return BoroughAnswer("known", str(answers.mean), answers.words)


def known_levels(boroughs: Sequence[Borough], *, illustrative: bool) -> list[SkillLevel]:
    """Their known skill levels."""
    levels = SkillLevel.objects.filter(borough__in=boroughs)
    found = levels if illustrative else levels.real()
    return list(found.order_by("pk")[:20_000])


def skills_section(boroughs: Sequence[Borough], levels: Sequence[SkillLevel]) -> ComparisonSection:
    """Each skill, and its level in each borough."""
    at = {(level.skill_id, level.borough_id): level for level in levels}
    skills = Skill.objects.select_related("group").order_by(
        "group__position", "group_id", "position", "pk"
    )
    items = [
        ComparisonItem(
            skill.name,
            [_level(at.get((skill.pk, borough.pk))) for borough in boroughs],
            group=skill.group.name,
            link=skill.get_absolute_url(),
        )
        for skill in skills
    ]
    return ComparisonSection(
        "skills", "Skills", "Skill", difference_sentence(items, "skills"), items, long=True
    )


def _level(level: SkillLevel | None) -> BoroughAnswer:
    if level is None:
        return NOT_KNOWN
    name = str(level.get_level_display()).lower()
    extra = [
        *(["can teach"] if level.can_teach else []),
        *(["wants help"] if level.wants_help else []),
    ]
    return BoroughAnswer("known", name, "; ".join([name, *extra]))


def level_spread(
    boroughs: Sequence[Borough], levels: Sequence[SkillLevel]
) -> list[list[int] | None]:
    """Skills at each level, 0 to 4, for each borough; None where no level is known."""
    counts = Counter((level.borough_id, level.level) for level in levels)
    found = [[counts[borough.pk, level] for level in range(5)] for borough in boroughs]
    return [one if any(one) else None for one in found]


QUARTER_COUNT = 8


def contracts_involving(boroughs: Sequence[Borough], *, illustrative: bool) -> list[Contract]:
    """Contracts that any of them leads or shares."""
    wanted = Borough.objects.filter(pk__in=[borough.pk for borough in boroughs])
    contracts = Contract.objects.of_boroughs(wanted).prefetch_related("partners")
    found = contracts if illustrative else contracts.real()
    return list(found.order_by("pk")[:20_000])


def contracts_ending_section(
    boroughs: Sequence[Borough],
    contracts: Sequence[Contract],
    complete: set[int],
    today: datetime.date,
) -> ComparisonSection:
    """Contracts led or shared, by the quarter in which they end."""
    counts: Counter[tuple[int, tuple[int, int]]] = Counter()
    for contract in contracts:
        if contract.ends_first and contract.ends_first >= today:
            counts.update((pk, _quarter(contract)) for pk in _bodies(contract))
    items = [
        ComparisonItem(
            quarter_words(quarter),
            [
                count_answer(counts[borough.pk, quarter], borough.pk in complete)
                for borough in boroughs
            ],
            unit="contracts",
        )
        for quarter in quarters_from(today, QUARTER_COUNT)
    ]
    words = (
        "Contracts that each borough leads or shares, by the quarter in which they end before any "
        "extension. An end known only as a year is not counted."
    )
    return ComparisonSection("contracts", "Contracts ending", "Quarter", words, items)


def _quarter(contract: Contract) -> tuple[int, int]:
    first, last = contract.ends_first, contract.ends_last
    same = quarter_of(first) == quarter_of(last)
    return quarter_of(first) if same else (0, 0)


def _bodies(contract: Contract) -> set[int]:
    return {contract.lead_id} | {partner.pk for partner in contract.partners.all()}


@dataclass(frozen=True)
class _Spend:
    """What one borough's running contracts cost a year, as far as it is known."""

    borough: Borough
    led: Sequence[Contract]
    complete: bool

    @property
    def priced(self) -> list[Decimal]:
        return [contract.annual_value for contract in self.led if contract.annual_value is not None]

    @property
    def number(self) -> BoroughAnswer:
        return count_answer(len(self.led), self.complete)

    @property
    def stated(self) -> BoroughAnswer:
        return count_answer(len(self.priced), bool(self.priced))

    @property
    def total(self) -> BoroughAnswer:
        return self._pounds(sum(self.priced, Decimal(0)))

    @property
    def each_thousand(self) -> BoroughAnswer:
        if not self.borough.population:
            return NOT_KNOWN
        total = sum(self.priced, Decimal(0))
        return self._pounds(round(total * 1000 / self.borough.population, 2))

    def _pounds(self, amount: Decimal) -> BoroughAnswer:
        if not self.priced:
            return NOT_KNOWN
        if self.complete and len(self.priced) == len(self.led):
            return BoroughAnswer("known", amount, f"£{amount:,.0f}")
        return BoroughAnswer("at least", amount, f"at least £{amount:,.0f}")


def cost_section(
    boroughs: Sequence[Borough],
    contracts: Sequence[Contract],
    complete: set[int],
    today: datetime.date,
) -> ComparisonSection:
    """What running contracts cost a year, as far as it is known, for each 1,000 residents."""
    running = [contract for contract in contracts if contract.runs_on(today)]
    spends = [
        _Spend(
            borough,
            [each for each in running if each.lead_id == borough.pk],
            borough.pk in complete,
        )
        for borough in boroughs
    ]
    rows = [
        ("Contracts running that it leads", "contracts", [spend.number for spend in spends]),
        ("Of these with a yearly value", "contracts", [spend.stated for spend in spends]),
        ("Yearly value", "pounds a year", [spend.total for spend in spends]),
        (
            "Yearly value for each 1,000 residents",
            "pounds a year",
            [spend.each_thousand for spend in spends],
        ),
    ]
    items = [ComparisonItem(name, answers, unit=unit) for name, unit, answers in rows]
    return ComparisonSection("cost", "Cost for each 1,000 residents", "Measure", _COST, items)


_COST = (
    "A shared contract counts once, with the borough that leads it. A sum is a lower bound unless "
    "the return is complete and every running contract states a value. VAT bases differ."
)
