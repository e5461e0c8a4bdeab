"""How each metric is computed: contracts and their dates, the record, satisfaction.

Each function takes the facts of the 33 and measures them.
"""

import datetime
from collections import Counter, defaultdict
from collections.abc import Callable, Sequence
from dataclasses import replace
from decimal import Decimal
from itertools import accumulate, chain
from statistics import correlation, mean
from typing import NamedTuple

from dateutil.relativedelta import relativedelta

from citytools.facts.dates import first_day
from citytools.facts.provenance import SourceKind
from citytools.facts.statistics import (
    ANY_NUMBER,
    MIN_ANSWERS_FOR_MEAN,
    NO_LIMITS,
    AttainableRange,
    number_of_records,
)
from research.metrics.base import Measurement, Picture, share
from research.metrics.compute_suppliers import MAX_SUPPLIERS_IN_PICTURE, Compute, most_first
from research.metrics.facts import ContractFact, LevelFact, LondonFacts, SystemFact

Fact = SystemFact | ContractFact | LevelFact


def past_act_by(facts: LondonFacts) -> Measurement:
    """Running contracts whose act-by date has passed, of those with one."""
    dated = [contract for contract in facts.running if contract.act_by]
    year = facts.on + relativedelta(months=12)
    days = [contract.act_by for contract in dated if contract.act_by]
    counts = {
        "Passed": sum(day < facts.on for day in days),
        "Within 12 months": sum(facts.on <= day <= year for day in days),
        "Later": sum(day > year for day in days),
    }
    head = ("Act-by date", "Running contracts")
    return _as_share(_count_contracts(facts, facts.running, dated, head, counts), counts["Passed"])


def contracts_with_known_end(facts: LondonFacts) -> Measurement:
    """Contracts that say when they end or are known to have no end."""
    # An end is text: YYYY, YYYY-MM or YYYY-MM-DD, so that its length is its precision
    precisions = Counter(len(contract.ends_on) for contract in facts.contracts)
    rolling = sum(contract.rolling for contract in facts.contracts)
    counts = {
        "To the day": precisions[10],
        "To the month": precisions[7],
        "To the year": precisions[4],
        "No end: rolling": rolling,
        "Not known": precisions[0] - rolling,  # what is rolling has no end
    }
    counted = _count_contracts(
        facts, facts.contracts, facts.contracts, ("End", "Contracts"), counts
    )
    return _as_share(counted, counted.counted - counts["Not known"])


def ending_in_12_months(facts: LondonFacts) -> Measurement:
    """Running contracts whose end can fall within 12 months, of those with a known end."""
    ending = [contract for contract in facts.running if contract.ends_last]
    year = facts.on + relativedelta(months=12)
    days = [contract.ends_first for contract in ending if contract.ends_first]
    rolling = sum(contract.rolling for contract in facts.running)
    counts = {
        "Within 12 months": sum(day <= year for day in days),
        "Later": sum(day > year for day in days),
        "No end: rolling": rolling,
        "Not known": sum(not contract.ends_on for contract in facts.running) - rolling,
    }
    head = ("End before any extension", "Running contracts")
    counted = _count_contracts(facts, facts.running, ending, head, counts)
    soon = Decimal(counts["Within 12 months"])
    value = soon if counted.counted else None
    whole, limits = Decimal(counted.counted), number_of_records(counted.counted)
    return replace(counted, value=value, part=soon, whole=whole, attainable=limits)


def _count_contracts(
    facts: LondonFacts,
    contracts: Sequence[ContractFact],
    known: Sequence[ContractFact],
    head: tuple[str, str],
    counts: dict[str, int],
) -> Measurement:
    """The `known` among the contracts counted, with a bar for each count; no value yet."""
    bars = [(label, float(count)) for label, count in counts.items()]
    return Measurement(
        None,
        counted=len(known),
        boroughs=facts.boroughs_with(contracts=known),
        left_out=len(contracts) - len(known),
        picture=Picture(head, bars if any(counts.values()) else []),
    )


def _as_share(counted: Measurement, part: int) -> Measurement:
    """A part of the records counted, in per cent."""
    measured = share(part, counted.counted)
    amounts = {name: getattr(measured, name) for name in ("value", "part", "whole", "attainable")}
    return replace(counted, **amounts)


def boroughs_reporting(subject: str) -> Compute:
    """Boroughs with a return on a subject."""

    def compute(facts: LondonFacts) -> Measurement:
        whole, returned = facts.boroughs, facts.reporting(subject)
        complete = facts.complete(subject)
        bars = [
            ("Complete return", float(complete)),
            ("Return, not complete", float(returned - complete)),
            ("No return", float(whole - returned)),
        ]
        return Measurement(
            Decimal(returned),
            counted=whole,
            boroughs=whole,
            part=Decimal(returned),
            whole=Decimal(whole),
            picture=Picture(("Return", "Boroughs"), bars if whole else []),
            attainable=number_of_records(whole),
        )

    return compute


def systems_on_record(facts: LondonFacts) -> Measurement:
    """Systems of any status."""
    areas = most_first(Counter(system.service_area for system in facts.all_systems).items())
    count = len(facts.all_systems)
    return Measurement(
        Decimal(count),
        counted=count,
        boroughs=facts.boroughs_with(facts.all_systems),
        picture=Picture(("Service area", "Systems"), areas[:MAX_SUPPLIERS_IN_PICTURE]),
        attainable=ANY_NUMBER,
    )


def contracts_on_record(facts: LondonFacts) -> Measurement:
    """Contracts led or shared."""
    kinds = most_first(Counter(contract.source_kind for contract in facts.contracts).items())
    count = len(facts.contracts)
    return Measurement(
        Decimal(count),
        counted=count,
        boroughs=facts.boroughs_with(contracts=facts.contracts),
        picture=Picture(
            ("Source", "Contracts"), [(str(SourceKind(kind).label), many) for kind, many in kinds]
        ),
        attainable=ANY_NUMBER,
    )


def median_age(facts: LondonFacts) -> Measurement:
    """Whole months from the median as-of date to the day.

    A partial date stands for its first day; of an even number the older of the middle two counts.
    A fact whose source bears no day is left out.
    """
    groups: tuple[Sequence[Fact], ...] = (facts.systems, facts.contracts, facts.levels)
    written = Counter(fact.as_of for fact in chain.from_iterable(groups))
    undated = written.pop("", 0)
    days: Counter[datetime.date] = Counter()
    for as_of, many in written.items():
        days[first_day(as_of)] += many
    years: Counter[int] = Counter()
    for day, many in days.items():
        years[day.year] += many
    ordered = sorted(days)
    reached = zip(ordered, accumulate(days[day] for day in ordered), strict=True)
    median = next((day for day, many in reached if many >= days.total() / 2), None)
    return Measurement(
        None if median is None else Decimal(months_between(median, facts.on)),
        counted=days.total(),
        boroughs=facts.boroughs_with(
            (system for system in facts.systems if system.as_of),
            (contract for contract in facts.contracts if contract.as_of),
            (level for level in facts.levels if level.as_of),
        ),
        left_out=undated,
        picture=Picture(
            ("As of", "Facts"), [(str(year), float(many)) for year, many in sorted(years.items())]
        ),
        attainable=NO_LIMITS if median is None else ANY_NUMBER,
    )


def share_confirmed(facts: LondonFacts) -> Measurement:
    """Facts that their borough confirmed in the 12 months up to the day."""
    first = facts.on - relativedelta(months=12)
    kinds: dict[str, Sequence[Fact]] = {
        "Systems in use": facts.systems,
        "Contracts": facts.contracts,
        "Skill levels": facts.levels,
    }
    counts = {
        kind: sum(
            fact.confirmed_on is not None and first <= fact.confirmed_on <= facts.on
            for fact in group
        )
        for kind, group in kinds.items()
    }
    bars = [(kind, float(many)) for kind, many in counts.items()]
    counted = Measurement(
        None,
        counted=sum(map(len, kinds.values())),
        boroughs=facts.boroughs_with(facts.systems, facts.contracts, facts.levels),
        picture=Picture(
            ("Facts", "Confirmed within 12 months"), bars if any(counts.values()) else []
        ),
    )
    return _as_share(counted, sum(counts.values()))


def months_between(earlier: datetime.date, later: datetime.date) -> int:
    """Whole months that have passed; zero where the first day is the later one."""
    months = (later.year - earlier.year) * 12 + later.month - earlier.month
    return max(0, months - (later.day < earlier.day))


# A case is a borough, or a function, with a known maker and at least three satisfaction scores
# among its systems in use, since a mean of fewer is shown nowhere. rho is the correlation of ranks,
# ties sharing their mean rank (C. Spearman, American Journal of Psychology 15 (1904), pages 72 to
# 101).

MIN_CASES = 3
"""With two cases rho is always 1, -1 or undefined: it says nothing."""


class SatisfactionCase(NamedTuple):
    """A borough or function, how many makers it uses, and its mean satisfaction."""

    name: str
    key: int
    makers: int
    mean: float


def satisfaction_by_borough(facts: LondonFacts) -> Measurement:
    """Over boroughs."""
    cases = _satisfaction_cases(facts.systems, lambda system: (system.borough_name, system.borough))
    return _correlate(cases, "borough", len(cases), facts.boroughs - len(cases))


def satisfaction_by_function(facts: LondonFacts) -> Measurement:
    """Over functions."""
    cases = _satisfaction_cases(
        facts.systems, lambda system: (system.function_name, system.function)
    )
    functions = {system.function for system in facts.systems}
    compared = {case.key for case in cases}
    rated = facts.boroughs_with(
        system
        for system in facts.systems
        if system.satisfaction is not None and system.function in compared
    )
    return _correlate(cases, "function", rated, len(functions) - len(cases))


def _satisfaction_cases(
    systems: Sequence[SystemFact], unit: Callable[[SystemFact], tuple[str, int]]
) -> list[SatisfactionCase]:
    """A case for each borough or function, by name."""
    groups: dict[tuple[str, int], list[SystemFact]] = defaultdict(list)
    for system in systems:
        groups[unit(system)].append(system)
    cases = []
    for (name, key), members in sorted(groups.items()):
        makers = {system.maker for system in members} - {None}
        scores = [system.satisfaction for system in members if system.satisfaction is not None]
        if makers and len(scores) >= MIN_ANSWERS_FOR_MEAN:
            # Equal quotients are equal floats: division is rounded correctly
            cases.append(SatisfactionCase(name, key, len(makers), sum(scores) / len(scores)))
    return cases


def _correlate(
    cases: Sequence[SatisfactionCase], unit: str, boroughs: int, left_out: int
) -> Measurement:
    makers, means = [case.makers for case in cases], [case.mean for case in cases]
    return Measurement(
        spearman_rho(makers, means),
        counted=len(cases),
        boroughs=boroughs,
        left_out=left_out,
        picture=Picture(
            (unit.capitalize(), "Makers in use", "Mean satisfaction"),
            [(case.name, float(case.makers), case.mean) for case in cases],
        ),
        attainable=rho_range(makers, means),
    )


def spearman_rho(xs: Sequence[float], ys: Sequence[float]) -> Decimal | None:
    """Spearman's rho to six places; None for fewer than three cases, or where one is constant."""
    if len(xs) < MIN_CASES or len(set(xs)) == 1 or len(set(ys)) == 1:
        return None
    # By the library of the language: that of scipy takes a second to load, which the first page
    # of each worker would wait for
    return round(Decimal(correlation(_ranks(xs), _ranks(ys))), 6)


def rho_range(xs: Sequence[float], ys: Sequence[float]) -> AttainableRange:
    """What rho can be, however the same values are paired; no limits where it is not defined.

    Of all pairings, equal order gives the most and opposite order the least (G. H. Hardy, J. E.
    Littlewood, G. Pólya, Inequalities, 1934, theorem 368). Equal values keep it from -1 and 1.
    """
    across, up = sorted(xs), sorted(ys)
    least, greatest = spearman_rho(across, up[::-1]), spearman_rho(across, up)
    given = f"the same {len(xs)} pairs of values in any order" if least is not None else ""
    return AttainableRange(least, greatest, given)


def _ranks(values: Sequence[float]) -> list[float]:
    """The rank of each value from 1; equal values share the mean of their ranks."""
    places: dict[float, list[int]] = defaultdict(list)
    for rank, value in enumerate(sorted(values), 1):
        places[value].append(rank)
    return [mean(places[value]) for value in values]
