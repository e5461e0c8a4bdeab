"""The page of what the Transparency Code asks for and the records lack."""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import urlencode

from django.db.models import Count, Q
from django.http import HttpRequest, HttpResponse
from django.urls import reverse

from boroughs import models
from boroughs.models import Borough, Subject
from citytools.lists.query_form import QueryForm, render_page
from contracts.models import Contract, ContractPartner
from contracts.transparency.filters import CODE_FIELDS

_ALL = "contracts"


@dataclass(frozen=True)
class GapCell:
    """How many contracts lack one field, and the file of exactly these."""

    label: str
    missing: int
    address: str


@dataclass(frozen=True)
class MissingFieldsRow:
    """One borough: how many contracts are known, their list, and a cell for each field.

    Without a contract there are no cells: nothing is known of it.
    """

    borough: Borough
    contracts: int
    address: str
    cells: Sequence[GapCell]


@dataclass(frozen=True)
class TransparencyGaps:
    """Every borough of the 33, and all contracts of theirs, each counted once."""

    rows: Sequence[MissingFieldsRow]
    contracts: int
    missing: Sequence[tuple[str, int]]

    @property
    def boroughs(self) -> int:
        """How many of the 33 have a contract on record."""
        return sum(1 for row in self.rows if row.contracts)


def transparency_gaps() -> TransparencyGaps:
    """The gaps of each borough in the contracts that it leads or shares; four queries."""
    london = Borough.objects.london()
    contracts = Contract.objects.of_boroughs(london)
    shares = ContractPartner.objects.filter(borough__in=london)
    # Nobody leads a contract and shares it too: the two add up
    counts: dict[int, Counter[str]] = defaultdict(Counter)
    for rows, key, path in ((contracts, "lead", ""), (shares, "borough", "contract__")):
        for row in rows.order_by().values(key).annotate(**_counts(path)):
            counts[row.pop(key)].update(row)
    total = contracts.aggregate(**_counts(""))
    return TransparencyGaps(
        [_row(borough, counts[borough.pk]) for borough in london.order_by("name", "pk")],
        total[_ALL],
        [(field.label, total[f"no_{field.column}"]) for field in CODE_FIELDS],
    )


def _counts(path: str) -> dict[str, Count]:
    counts = {
        f"no_{field.column}": Count("pk", filter=Q(field.missing(path))) for field in CODE_FIELDS
    }
    return {_ALL: Count("pk"), **counts}


def _row(borough: Borough, counts: Mapping[str, int]) -> MissingFieldsRow:
    query = {"borough": borough.slug}
    file = reverse("contracts:transparency_csv")
    cells = [
        GapCell(
            field.label,
            counts[f"no_{field.column}"],
            f"{file}?{urlencode({**query, 'missing': field.column})}",
        )
        for field in CODE_FIELDS
    ]
    address = f"{reverse('contracts:list')}?{urlencode(query)}"
    return MissingFieldsRow(borough, counts[_ALL], address, cells if counts[_ALL] else [])


def transparency(request: HttpRequest) -> HttpResponse:
    """What the Code asks for and is not known yet, borough by borough."""
    query = QueryForm(request)
    gaps = transparency_gaps()
    context = {
        "gaps": gaps,
        "fields": CODE_FIELDS,
        "coverage": models.coverage_for(Subject.CONTRACTS, gaps.boroughs),
    }
    return render_page(request, "contracts/transparency.html", context, query)
