"""What suppliers are measured by: contracts, yearly value, total value, systems.

Contracts are those that one of the 33 leads or shares, each once, whether running or ended, as far
as sums hold them; systems are those of the 33 in use, counted for who makes the product. Ceilings
are not values.
"""

from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cached_property, partial
from typing import Any

from django.db.models import Count, F, Q, QuerySet, Sum

from boroughs.models import Borough
from citytools.facts.statistics import Top, aggregate_row, max_share, top_share
from citytools.lists.facet_counts import measure_rows
from contracts.models import IN_SUMS, Contract, ContractQuerySet
from contracts.models.dates import LEFT_OUT
from systems.models import Owners, Supplier, System, read_ownerships

# Suppliers of each basis on the page; the file has all.
MAX_SUPPLIERS = 20
_STATED = {"yearly value": " with a yearly value", "total value": " with a total value"}
_OVER = {"pounds a year": "a year", "pounds": "over the whole term"}


@dataclass(frozen=True)
class MeasureBasis:
    """One way to measure. `amounts` are suppliers with their totals, the largest first.

    Of all `records`, `counted` name a supplier and an amount; `boroughs` of the 33 stand behind
    these.
    """

    key: str
    title: str
    unit: str
    amounts: Sequence[tuple[Supplier, Decimal]]
    records: int
    counted: int
    boroughs: int

    @property
    def top_10(self) -> Top:
        return self._top(10)

    @property
    def top_15(self) -> Top:
        return self._top(15)

    def _top(self, places: int) -> Top:
        amounts = [amount for _, amount in self.amounts]
        return top_share(amounts, places, counted=self.counted, sign="£" if self.money else "")

    @property
    def total(self) -> Decimal:
        return self.top_10.total

    @property
    def money(self) -> bool:
        """Whether it is measured in pounds."""
        return self.unit.startswith("pounds")

    @cached_property
    def ranked(self) -> list[dict[str, Any]]:
        """Each supplier with its rank (equal amounts share one), percent and cumulative percent."""
        rows: list[dict[str, Any]] = []
        running, total = Decimal(0), self.total
        for place, (supplier, amount) in enumerate(self.amounts, 1):
            tied = bool(rows) and rows[-1]["amount"] == amount
            running += amount
            rows.append(
                {
                    "rank": rows[-1]["rank"] if tied else place,
                    "supplier": supplier,
                    "amount": amount,
                    "percent": 100 * amount / total if total else None,
                    "cumulative": 100 * running / total if total else None,
                }
            )
        return rows

    @property
    def largest(self) -> list[dict[str, Any]]:
        """The first suppliers, with whatever ties for the last place shown."""
        rows = [row for row in self.ranked if row["rank"] <= MAX_SUPPLIERS]
        return rows[: 2 * MAX_SUPPLIERS]

    @property
    def denominator(self) -> str:
        """'of 38 contracts with a known supplier, in 21 boroughs; 12 more left out: …'."""
        who, noun, plural = (
            ("maker", "system in use", "systems in use")
            if self.key == "systems"
            else ("supplier", "contract", "contracts")
        )
        amount = f"£{self.total:,.0f} {_OVER[self.unit]} in " if self.money else ""
        records = f"{self.counted:,} {noun if self.counted == 1 else plural}"
        stated = f"{_STATED[self.key]} and a known" if self.money else " with a known"
        places = f"{self.boroughs} borough{'' if self.boroughs == 1 else 's'}"
        words = f"of {amount}{records}{stated} {who}, in {places}"
        if left_out := self.records - self.counted:
            lacking = f"no {who} or no such value" if self.money else f"no {who}"
            words += f"; {left_out:,} more left out, for {lacking} is known"
        return words + ("; VAT bases mixed" if self.money else "")

    @property
    def caution(self) -> str:
        """What makes a share less than it seems: few suppliers, or a tie for a last place."""
        notes = [
            f"{top.tied} tie for place {top.places}: the share is the same, whoever is counted."
            for top in (self.top_10, self.top_15)
            if top.tied
        ]
        if 0 < self.top_15.holders <= 15:
            notes.append(f"Only {self.top_15.holders} in all.")
        return " ".join(notes)


def london_contracts() -> ContractQuerySet:
    """Contracts that one of the 33 leads or shares, also those that sums leave out."""
    return Contract.objects.of_boroughs(Borough.objects.london())


@dataclass(frozen=True)
class _Question:
    """A basis as it is asked: who holds, what amount of which records."""

    key: str
    title: str
    unit: str
    holder: str
    amount: Count | Sum
    known: Q = field(default_factory=Q)

    def holdings(self, rows: Any) -> QuerySet[Any]:
        """`holder` (primary key) and `amount` of the records that name both."""
        held = self.counted(rows).order_by().annotate(holder=F(self.holder)).values("holder")
        holdings: QuerySet[Any] = held.annotate(amount=self.amount, records=Count("pk"))
        return holdings

    def counted(self, rows: Any) -> Any:
        """The records that name a holder and an amount."""
        return rows.filter(self.known, **{f"{self.holder}__isnull": False})


_PAID = (
    _Question("contracts", "Contracts", "contracts", "supplier", Count("pk"), IN_SUMS),
    _Question(
        "yearly value",
        "Yearly value",
        "pounds a year",
        "supplier",
        Sum("annual_value"),
        IN_SUMS & Q(annual_value__isnull=False),
    ),
    _Question(
        "total value",
        "Value over the whole term",
        "pounds",
        "supplier",
        Sum("total_value"),
        IN_SUMS & Q(total_value__isnull=False),
    ),
)
_MADE = _Question("systems", "Systems in use", "systems", "product__manufacturer", Count("pk"))


def concentration_bases(*, grouped: bool = False) -> list[MeasureBasis]:
    """The four bases; see `read_concentration`."""
    return read_concentration(grouped=grouped)[0]


def read_concentration(*, grouped: bool = False) -> tuple[list[MeasureBasis], dict[str, int]]:
    """The four bases, and how many contracts none of them holds, by why.

    Three queries, and one more if `grouped`: a supplier with its last owner.
    """
    owners = read_ownerships() if grouped else Owners([])
    systems = System.objects.in_use().distinctive().filter(borough__in=Borough.objects.london())
    paid = _answers(london_contracts(), _PAID, IN_SUMS)
    made = _answers(systems, [_MADE], Q())
    answered = [(question, paid) for question in _PAID] + [(_MADE, made)]
    totals = []
    for question, answers in answered:
        by_owner: dict[int, Decimal] = defaultdict(Decimal)
        for row in answers[question.key]:
            by_owner[owners.top(row["holder"])] += Decimal(row["amount"])
        totals.append(by_owner)
    suppliers = Supplier.objects.in_bulk({pk for by_owner in totals for pk in by_owner})
    bases = []
    for (question, answers), by_owner in zip(answered, totals, strict=True):
        amounts = [(suppliers[pk], total) for pk, total in by_owner.items()]
        amounts.sort(key=lambda pair: (-pair[1], pair[0].name, pair[0].pk))
        bases.append(
            MeasureBasis(
                question.key,
                question.title,
                question.unit,
                amounts,
                records=answers["all"][0]["records"],
                counted=sum(row["records"] for row in answers[question.key]),
                boroughs=answers[f"boroughs of {question.key}"][0]["boroughs"],
            )
        )
    left_out = {name: paid["all"][0][name] for name in ("services", "unsettled")}
    return bases, left_out


def _answers(
    rows: Any, questions: Sequence[_Question], counted: Q
) -> dict[str, list[dict[str, Any]]]:
    """The holdings of each question with its boroughs, and over `all` rows how many count."""
    left_out = LEFT_OUT if rows.model is Contract else {}
    number = Count("pk", filter=counted) if counted else Count("pk")
    measures: dict[str, Callable[[Any], QuerySet[Any]]] = {
        "all": lambda every: aggregate_row(every, records=number, **left_out)
    }
    for question in questions:
        measures[question.key] = question.holdings
        measures[f"boroughs of {question.key}"] = partial(_boroughs, question)
    return measure_rows(rows, measures)


def _boroughs(question: _Question, rows: Any) -> QuerySet[Any]:
    boroughs: QuerySet[Any] = question.counted(rows).boroughs()
    return boroughs


@dataclass(frozen=True)
class Claim:
    """A published share: of `places` suppliers, in words, with its denominator as given."""

    places: int
    words: str
    denominator: str
    sources: Sequence[tuple[str, str]]
    finding: str


CLAIMS = (
    Claim(
        10,
        "more than 50\u00a0%",
        "technology contracts of the boroughs that took part in 2019",
        [
            (
                "Cities Today",
                "https://cities-today.com/london-launches-new-dashboard-to-re-shape-government-technology/",
            )
        ],
        "ten-vendors-half-of-contracts",
    ),
    Claim(
        15,
        "90 or 91\u00a0%",
        "public-sector technology contracts of London, as retold from 2020 on",
        [
            ("Computer Weekly", "https://www.computerweekly.com/news/252488816"),
            ("Nitrous", "https://nitrous.city/public-procurement/thirty3-a-year-on"),
        ],
        "fifteen-suppliers-ninety-per-cent",
    ),
)
# The finding that compares the two claims.
BOTH = "two-shares-side-by-side"

# What fifteen can hold at most where ten hold half.
MAX_FROM_HALF = max_share(Decimal("0.5"), 10, 15)
# What ten must hold at least where fifteen hold 90 per cent.
MIN_FOR_NINETY = Decimal("0.9") * 10 / 15
REMARK = (
    "Where ten suppliers hold 50\u00a0%, fifteen can hold at most "
    f"{100 * MAX_FROM_HALF:.0f}\u00a0%: none of the five more is larger than the ten are on "
    "average. For fifteen to hold 90\u00a0%, ten must hold at least "
    f"{100 * MIN_FOR_NINETY:.0f}\u00a0%. The two claims cannot easily describe one distribution, "
    "and neither says what was counted. Quote no share without its denominator."
)
