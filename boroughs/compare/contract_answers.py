"""What a comparison says of contracts: when they end, what they cost, what is to be decided."""

import datetime
from collections import Counter, defaultdict
from collections.abc import Hashable, Sequence
from dataclasses import replace
from decimal import Decimal
from typing import NamedTuple

from dateutil.relativedelta import relativedelta
from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import (
    BooleanField,
    Case,
    CharField,
    ExpressionWrapper,
    OuterRef,
    Q,
    Value,
    When,
)

from boroughs.compare.answers import (
    MAX_FACTS,
    NOT_KNOWN,
    BoroughAnswer,
    ComparisonItem,
    ComparisonSection,
    count_answer,
    count_items,
)
from boroughs.models import Borough
from citytools.facts.dates import quarter_of, quarter_words, quarters_from
from contracts.models import (
    DECISION_MONTHS,
    IN_SUMS,
    Contract,
    ContractPartner,
    Stage,
    running_condition,
)
from contracts.models.term import ASSUMED_MONTHS, decision_between, decision_due_between

_DUE = f"Due within {DECISION_MONTHS} months"
_MAY_BE_DUE = f"May be due within {DECISION_MONTHS} months"
_UNDATED = "Of which the end is not known"


class ContractAnswer(NamedTuple):
    """A contract that a borough leads or shares; `value`: pounds a year, None where not known.

    What sums leave out has no value. The ends are the first and last day that its end may mean.
    `decision` is the name of an item of `decisions_section`, empty where it is none of them.
    """

    lead: int
    partners: Sequence[int]
    ends_first: datetime.date | None
    ends_last: datetime.date | None
    value: Decimal | None
    is_running: bool | None
    decision: str


def contracts_involving(boroughs: Sequence[Borough], today: datetime.date) -> list[ContractAnswer]:
    """Contracts that any of them leads or shares."""
    contracts = Contract.objects.of_boroughs([borough.pk for borough in boroughs])
    shared = ContractPartner.objects.filter(contract=OuterRef("pk")).order_by()
    rows = contracts.annotate(
        partner_keys=ArraySubquery(shared.values("borough")),
        value=Case(When(IN_SUMS, then="annual_value")),
        is_running=ExpressionWrapper(running_condition(today), BooleanField()),
        decision=_decision(today),
    ).order_by("pk")
    fields = ("lead", "partner_keys", "ends_first", "ends_last", "value", "is_running", "decision")
    return [ContractAnswer(*row) for row in rows.values_list(*fields)[:MAX_FACTS]]


def _decision(today: datetime.date) -> Case:
    last = today + relativedelta(months=DECISION_MONTHS)
    return Case(
        When(decision_due_between(today, last), then=Value(_DUE)),
        When(decision_between(today, last), then=Value(_MAY_BE_DUE)),
        When(Q(ends_on="", rolling=False) & ~Q(stage=Stage.PLANNED), then=Value(_UNDATED)),
        default=Value(""),
        output_field=CharField(),
    )


def decisions_section(
    boroughs: Sequence[Borough], contracts: Sequence[ContractAnswer], complete: set[int]
) -> ComparisonSection:
    """Contracts led or shared that need a decision within the months, or may."""
    counts: Counter[tuple[int, Hashable]] = Counter()
    for contract in contracts:
        counts.update((body, contract.decision) for body in {contract.lead, *contract.partners})
    names = {name: name for name in (_DUE, _MAY_BE_DUE, _UNDATED)}
    items = count_items(names, counts, boroughs, complete, "contracts")
    words = (
        "Contracts that each borough leads or shares, by when to act on them. Where the notice is "
        f"not known, {ASSUMED_MONTHS} are assumed."
    )
    return ComparisonSection("decisions", "Decisions ahead", "Decision", words, items)


def contracts_ending_section(
    boroughs: Sequence[Borough],
    contracts: Sequence[ContractAnswer],
    complete: set[int],
    today: datetime.date,
) -> ComparisonSection:
    """Contracts led or shared, by which of the next eight quarters they end in."""
    counts: Counter[tuple[int, Hashable]] = Counter()
    for contract in contracts:
        first, last = contract.ends_first, contract.ends_last
        if first and last and first >= today and quarter_of(first) == quarter_of(last):
            bodies = {contract.lead, *contract.partners}
            counts.update((body, quarter_of(first)) for body in bodies)
    quarters = {quarter: quarter_words(quarter) for quarter in quarters_from(today, 8)}
    items = count_items(quarters, counts, boroughs, complete, "contracts")
    words = (
        "Contracts that each borough leads or shares, by the quarter in which they end before any "
        "extension. An end known only as a year is in none of them."
    )
    return ComparisonSection("contracts", "Contracts ending", "Quarter", words, items)


_COST = (
    "A shared contract counts once, with the borough that leads it. A sum is a lower bound unless "
    "the return is complete and every running contract states a value. VAT bases differ. What "
    "includes services beside IT counts as without a value."
)


def cost_section(
    boroughs: Sequence[Borough], contracts: Sequence[ContractAnswer], complete: set[int]
) -> ComparisonSection:
    """What running contracts cost a year, as far as it is known, for each 1,000 residents."""
    values: dict[int, list[Decimal | None]] = defaultdict(list)
    for contract in contracts:
        if contract.is_running:
            values[contract.lead].append(contract.value)
    columns = [_costs(borough, values[borough.pk], borough.pk in complete) for borough in boroughs]
    rows = [
        ("Contracts running that it leads", "contracts"),
        ("Of these with a yearly value", "contracts"),
        ("Yearly value", "pounds a year"),
        ("Yearly value for each 1,000 residents", "pounds a year"),
    ]
    items = [
        ComparisonItem(name, answers, unit=unit)
        for (name, unit), *answers in zip(rows, *columns, strict=True)
    ]
    return ComparisonSection("cost", "Cost for each 1,000 residents", "Measure", _COST, items)


def _costs(
    borough: Borough, values: Sequence[Decimal | None], complete: bool
) -> Sequence[BoroughAnswer]:
    """For the running contracts that a borough leads: how many, how many with a yearly value, the
    sum in pounds, and the sum for each 1,000 residents.
    """
    known = [value for value in values if value is not None]
    exact = complete and len(known) == len(values)
    total = sum(known, Decimal(0))

    def pounds(amount: Decimal) -> BoroughAnswer:
        if exact:
            return BoroughAnswer("known", amount, f"£{amount:,.0f}")
        return BoroughAnswer("at least", amount, f"at least £{amount:,.0f}")

    for_each = round(total * 1000 / borough.population, 2) if borough.population else None
    rate = NOT_KNOWN if for_each is None or not known else pounds(for_each)
    if borough.has_few_residents and rate.words:
        few = f"{rate.words} (only {borough.population:,} residents: not to be compared)"
        rate = replace(rate, words=few)
    return [
        count_answer(len(values), complete),
        count_answer(len(known), bool(known)),
        pounds(total) if known else NOT_KNOWN,
        rate,
    ]
