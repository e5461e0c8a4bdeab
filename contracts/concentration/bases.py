"""What suppliers are measured by: contracts, yearly value, total value, systems.

Contracts are those that one of the 33 leads or shares, each once, whether running or ended;
systems are those of the 33 in use, counted for who makes the product. Ceilings are not values.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, NamedTuple

from django.db.models import Count, Q, Sum

from boroughs.models import Borough
from citytools.facts.dates import FirstDay
from citytools.facts.provenance import SourceKind
from citytools.facts.statistics import Top, max_share, top_share
from contracts.models import Contract
from systems.models import Ownership, Supplier, System


def present_owners() -> dict[int, int]:
    """Each owned supplier's present owner, by primary key; one query.

    The newest ownership holds, and one without a date counts as oldest, as for a single supplier.
    """
    newest = Ownership.objects.order_by(
        "supplier", FirstDay("since").desc(nulls_last=True), "-pk"
    ).distinct("supplier")
    return dict(newest.values_list("supplier", "owner"))


def last_owner(supplier: int, owned: Mapping[int, int]) -> int:
    """The last owner up the chain; where the chain is a circle, its first member by number."""
    seen: list[int] = []
    at = supplier
    while at in owned and at not in seen:
        seen.append(at)
        at = owned[at]
    return min(seen[seen.index(at) :]) if at in seen else at


@dataclass(frozen=True)
class MeasureBasis:
    """One way to measure. `amounts` are suppliers with what they hold, the largest first.

    Of all `records`, `counted` name a supplier and an amount, and `invented` of these are made up;
    `boroughs` of the 33 stand behind the counted ones.
    """

    key: str
    title: str
    unit: str
    amounts: Sequence[tuple[Supplier, Decimal]]
    records: int
    counted: int
    invented: int
    boroughs: int

    @property
    def top_10(self) -> Top:
        """The ten largest."""
        return top_share([amount for _, amount in self.amounts], 10)

    @property
    def top_15(self) -> Top:
        """The fifteen largest."""
        return top_share([amount for _, amount in self.amounts], 15)

    @property
    def total(self) -> Decimal:
        """All that is held."""
        return self.top_10.total

    @property
    def money(self) -> bool:
        """Whether it is measured in pounds."""
        return self.unit.startswith("pounds")

    @property
    def ranked(self) -> list[dict[str, Any]]:
        """Each supplier with its rank (equal amounts share one), percent and cumulative percent."""
        rows: list[dict[str, Any]] = []
        value, total = Decimal(0), self.total
        for place, (supplier, amount) in enumerate(self.amounts, 1):
            level = bool(rows) and rows[-1]["amount"] == amount
            value += amount
            rows.append(
                {
                    "rank": rows[-1]["rank"] if level else place,
                    "supplier": supplier,
                    "amount": amount,
                    "percent": 100 * amount / total if total else None,
                    "cumulative": 100 * value / total if total else None,
                }
            )
        return rows


class _Question(NamedTuple):
    """How a basis is asked for: all records, those with an amount, the path to the supplier."""

    key: str
    title: str
    unit: str
    records: Any
    rows: Any
    path: str
    amount: Count | Sum

    @property
    def named(self) -> Any:
        """The rows that name a supplier."""
        return self.rows.filter(**{f"{self.path}__isnull": False}).order_by()

    @property
    def counts(self) -> dict[str, int]:
        """How many rows name a supplier, and how many of these are invented."""
        invented = Count("pk", filter=Q(source_kind=SourceKind.ILLUSTRATIVE))
        return dict(self.named.aggregate(counted=Count("pk"), invented=invented))

    @property
    def held(self) -> dict[int, Decimal]:
        """Amounts by the supplier's primary key."""
        rows = self.named.values(self.path).annotate(held=self.amount)
        return {row[self.path]: Decimal(row["held"]) for row in rows}


def concentration_bases(*, grouped: bool = False, illustrative: bool = True) -> list[MeasureBasis]:
    """The four bases; 17 queries, and one more if `grouped`: a supplier with its present owner."""
    owned = present_owners() if grouped else {}
    questions = _questions(illustrative=illustrative)
    held = [question.held for question in questions]
    known = Supplier.objects.in_bulk({last_owner(pk, owned) for one in held for pk in one})
    return [
        MeasureBasis(
            key=question.key,
            title=question.title,
            unit=question.unit,
            amounts=_largest_first(amounts, owned, known),
            records=question.records.count(),
            **question.counts,
            boroughs=question.named.borough_count(),
        )
        for question, amounts in zip(questions, held, strict=True)
    ]


def _questions(*, illustrative: bool) -> list[_Question]:
    london = Borough.objects.london()
    contracts = Contract.objects.of_boroughs(london)
    systems = System.objects.in_use().filter(borough__in=london)
    if not illustrative:
        contracts, systems = contracts.real(), systems.real()
    annual = contracts.filter(annual_value__isnull=False)
    total = contracts.filter(total_value__isnull=False)
    paid, maker = "supplier", "product__manufacturer"
    return [
        _Question(*_NAMES[0], contracts, contracts, paid, Count("pk")),
        _Question(*_NAMES[1], contracts, annual, paid, Sum("annual_value")),
        _Question(*_NAMES[2], contracts, total, paid, Sum("total_value")),
        _Question(*_NAMES[3], systems, systems, maker, Count("pk")),
    ]


_NAMES = (
    ("contracts", "Contracts", "contracts"),
    ("yearly value", "Yearly value", "pounds a year"),
    ("total value", "Value over the whole term", "pounds"),
    ("systems", "Systems in use", "systems"),
)
"""Key, title and unit of each basis."""


def _largest_first(
    amounts: Mapping[int, Decimal], owned: Mapping[int, int], known: Mapping[int, Supplier]
) -> list[tuple[Supplier, Decimal]]:
    """Suppliers or, where ownership is given, the heads of their groups; ties by name."""
    held: dict[int, Decimal] = defaultdict(Decimal)
    for pk, amount in amounts.items():
        held[last_owner(pk, owned)] += amount
    pairs: Iterable[tuple[Supplier, Decimal]] = ((known[pk], held[pk]) for pk in held)
    return sorted(pairs, key=lambda pair: (-pair[1], pair[0].name, pair[0].pk))


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
BOTH = "two-shares-side-by-side"
"""The finding that holds the two claims against each other."""

FROM_HALF = max_share(Decimal("0.5"), 10, 15)
"""What fifteen can hold at most where ten hold half."""
NEEDED = Decimal("0.9") * 10 / 15
"""What ten must hold at least where fifteen hold 90 per cent."""
REMARK = (
    f"Where ten suppliers hold 50\u00a0%, fifteen can hold at most {100 * FROM_HALF:.0f}\u00a0%: "
    "none of the five more is larger than the ten are on average. For fifteen to hold 90\u00a0%, "
    f"ten must hold at least {100 * NEEDED:.0f}\u00a0%. The two claims cannot easily describe one "
    "distribution, and neither says what was counted. Quote no share without its denominator."
)
