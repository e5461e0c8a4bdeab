"""Metrics of suppliers: shares of the largest, and how many there are to choose from."""

from collections.abc import Callable
from dataclasses import dataclass

from research.measured import Measured, Unit
from research.measuring import makers
from research.metrics import compute_suppliers
from research.metrics.base import Metric
from research.scope import Scope

_PLACES = {10: ("ten", "top10"), 15: ("fifteen", "top15")}
_CONTRACTS = "Contracts that one of the 33 leads or shares, each once, running or ended."


@dataclass(frozen=True)
class _Basis:
    """One way in which suppliers are measured."""

    name: str
    words: str
    held: str
    counts: str
    population: str
    rows: str
    compute: Callable[[int], Callable[[Scope], Measured]]
    pounds: bool = False


_BASES = (
    _Basis(
        "contracts",
        "number of contracts",
        "contracts",
        "contracts with a known supplier",
        f"{_CONTRACTS} The supplier is who is paid, which may be a reseller.",
        "/contracts/?counted=supplier_known",
        compute_suppliers.by_contracts,
    ),
    _Basis(
        "systems",
        "number of systems in use",
        "systems in use",
        "systems in use whose maker is known",
        "Systems of the 33 in use, or not known to be retired or only planned, counted for the "
        "maker of the product.",
        "/systems/?counted=maker_known",
        compute_suppliers.by_systems,
    ),
    _Basis(
        "value",
        "value over the whole term",
        "pounds over the whole term",
        "contracts with a known supplier and total value",
        f"{_CONTRACTS} Values as stated, VAT bases mixed; a framework’s ceiling is no value.",
        "/contracts/?counted=value_known",
        compute_suppliers.by_value,
        pounds=True,
    ),
    _Basis(
        "yearly_value",
        "yearly value",
        "pounds a year",
        "contracts with a known supplier and yearly value",
        f"{_CONTRACTS} Values as stated, VAT bases mixed; a framework’s ceiling is no value.",
        "/contracts/?counted=yearly_value_known",
        compute_suppliers.by_yearly_value,
        pounds=True,
    ),
)


def _share(places: int, basis: _Basis) -> Metric:
    largest, key = _PLACES[places]
    return Metric(
        key=f"{key}_supplier_share_by_{basis.name}",
        title=f"Share of the {largest} largest suppliers, by {basis.words}",
        definition=f"What the {largest} suppliers with the most {basis.held} hold, as a share of "
        f"all {basis.held} whose supplier is known. Each supplier counts by itself, not with its "
        "owner.",
        unit=Unit.PER_CENT,
        counts=basis.counts,
        population=basis.population,
        formula=f"100 × {basis.held} of the {largest} largest / {basis.held} of all suppliers",
        compute=basis.compute(places),
        rows=basis.rows,
        pounds=basis.pounds,
    )


SHARES = tuple(_share(places, basis) for basis in _BASES for places in _PLACES)

_CASE_MANAGEMENT = ("adults-case-management", "childrens-case-management")

CHOICE = (
    Metric(
        key="functions_with_three_or_fewer_suppliers",
        title="Functions with three or fewer suppliers",
        definition="How many of the functions with a system in use whose maker is known are "
        "served by three makers or fewer, in all of the 33 together. While few systems are on "
        "record, makers that nobody has recorded are missing and the share is too high.",
        unit=Unit.PER_CENT,
        counts="functions with a system in use whose maker is known",
        population="Functions for which one of the 33 has a system in use.",
        formula="100 × functions with one to three different makers / functions with any known",
        compute=makers.functions_with_at_most(3),
        rows="/systems/?counted=maker_known",
    ),
    Metric(
        key="social_care_suppliers",
        title="Suppliers of social care case management in use",
        definition="How many different makers stand behind the case management systems for adults "
        "and for children that the 33 use. Each maker counts by itself, not with its owner.",
        unit=Unit.COUNT,
        counts="systems in use whose maker is known",
        population="Systems in use for adults’ or children’s case management, of the 33.",
        formula="Number of different makers; not known where no such system is on record",
        compute=makers.makers_for(_CASE_MANAGEMENT),
        rows="/systems/?"
        + "".join(f"function={slug}&" for slug in _CASE_MANAGEMENT)
        + "counted=maker_known",
    ),
    Metric(
        key="housing_top3_share",
        title="Share of the three largest suppliers in housing, of contracts won in competition",
        definition="The housing contracts won in competition by the three suppliers with the most, "
        "as a share of all such contracts whose supplier is known. Direct awards, quotes, "
        "extensions and contracts whose route is not known are outside. With fewer than 30 "
        "contracts a share is an anecdote.",
        unit=Unit.PER_CENT,
        counts="housing contracts won in competition with a known supplier",
        population="Contracts that one of the 33 leads or shares, of any date, that cover a "
        "function of housing and came about by an open, restricted or competitive flexible "
        "procedure or by competition within a framework.",
        formula="100 × contracts of the three largest / contracts with a known supplier",
        compute=compute_suppliers.in_competition("housing", 3),
        rows="/contracts/?service_area=housing&"
        + "".join(f"route={route}&" for route in compute_suppliers.COMPETITIVE)
        + "counted=supplier_known",
    ),
)
