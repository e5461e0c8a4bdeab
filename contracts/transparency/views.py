"""The Transparency Code's file, and the page of what is missing from it."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.db.models import Count, Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import reverse

from boroughs import coverage
from boroughs.models import Borough, Subject
from citytools.facts.provenance import SourceKind
from citytools.lists.query_form import RealOnlyQueryForm, render_page
from contracts.models import Contract, ContractPartner
from contracts.transparency.filters import CODE_FIELDS

Counts = Mapping[str, int]
_ALL = "contracts"


@dataclass(frozen=True)
class GapCell:
    """How many contracts lack one field, and the file of exactly these."""

    label: str
    missing: int
    address: str


@dataclass(frozen=True)
class GapRow:
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

    rows: Sequence[GapRow]
    contracts: int
    missing: Sequence[tuple[str, int]]

    @property
    def boroughs(self) -> int:
        """How many of the 33 have a contract on record."""
        return sum(1 for row in self.rows if row.contracts)


def transparency_gaps(*, illustrative: bool = True) -> TransparencyGaps:
    """The gaps of each borough in the contracts that it leads or shares; four queries."""
    london = Borough.objects.london()
    contracts = Contract.objects.of_boroughs(london)
    contracts = contracts if illustrative else contracts.real()
    shares = ContractPartner.objects.filter(borough__in=london)
    if not illustrative:
        shares = shares.exclude(contract__source_kind=SourceKind.ILLUSTRATIVE)
    # Nobody leads a contract and shares it too: the two add up
    counted: dict[int, Counter[str]] = {}
    for key, rows in (("lead", _by(contracts, "lead")), ("borough", _by(shares, "borough"))):
        for row in rows:
            counted.setdefault(row.pop(key), Counter()).update(row)
    total = contracts.aggregate(**_counts(""))
    kept = {} if illustrative else {"illustrative": "no"}
    return TransparencyGaps(
        [
            _row(borough, counted.get(borough.pk, Counter()), kept)
            for borough in london.order_by("name", "pk")
        ],
        total[_ALL],
        [(field.label, total[f"no_{field.column}"]) for field in CODE_FIELDS],
    )


def _counts(path: str) -> dict[str, Count]:
    counts = {
        f"no_{field.column}": Count("pk", filter=Q(field.missing(path))) for field in CODE_FIELDS
    }
    return {_ALL: Count("pk"), **counts}


def _by(rows: QuerySet[Any], key: str) -> list[dict[str, Any]]:
    path = "contract__" if key == "borough" else ""
    return list(rows.order_by().values(key).annotate(**_counts(path)))


def _row(borough: Borough, counts: Counts, mapping: Mapping[str, str]) -> GapRow:
    chosen = {"borough": borough.slug, **mapping}
    file = reverse("contracts:transparency_csv")
    cells = [
        GapCell(
            field.label,
            counts[f"no_{field.column}"],
            f"{file}?{urlencode(chosen | {'missing': field.column})}",
        )
        for field in CODE_FIELDS
    ]
    known = counts[_ALL]
    address = f"{reverse('contracts:list')}?{urlencode(chosen)}"
    return GapRow(borough, known, address, cells if known else [])


def transparency(request: HttpRequest) -> HttpResponse:
    """What the Code asks for and is not known yet, borough by borough."""
    query = RealOnlyQueryForm(request)
    gaps = transparency_gaps(illustrative=query.includes_illustrative)
    reporting = coverage.coverage_for(
        Subject.CONTRACTS, gaps.boroughs, illustrative=query.includes_illustrative
    )
    context = {"gaps": gaps, "wanted": CODE_FIELDS, "coverage": reporting}
    return render_page(request, "contracts/transparency.html", context, query)
