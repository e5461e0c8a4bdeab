"""Every number that research speaks of, each registered once."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from research.measured import Measured, Unit
from research.measuring import coverage, products, suppliers
from research.scope import Scope


@dataclass(frozen=True)
class Metric:
    """One number: what it means, over what it is taken, how, and the page with its rows.

    `title` names it on a page; `counts` is the plural of what the denominator counts ("contracts
    with a known supplier"); `population` says which records are looked at; `rows` is an address of
    this site, without `illustrative`.
    """

    key: str
    title: str
    definition: str
    unit: Unit
    counts: str
    population: str
    formula: str
    compute: Callable[[Scope], Measured]
    rows: str

    def rows_of(self, scope: Scope) -> str:
        """The address of exactly the rows behind the number."""
        if scope.illustrative:
            return self.rows
        return f"{self.rows}{'&' if '?' in self.rows else '?'}illustrative=no"


_ALL = (
    Metric(
        key="top10_supplier_share_by_contracts",
        title="Share of the ten largest suppliers, by number of contracts",
        definition="The contracts of the ten suppliers with the most, as a share of all contracts "
        "whose supplier is known.",
        unit=Unit.PER_CENT,
        counts="contracts with a known supplier",
        population="Contracts that one of the 33 leads or shares, each once, running or ended.",
        formula="100 × contracts of the ten largest / contracts with a known supplier",
        compute=suppliers.by_contracts(10),
        rows="/contracts/",
    ),
    Metric(
        key="modern_gov_boroughs",
        title="Boroughs that run modern.gov",
        definition="How many of the boroughs whose committee system is known run modern.gov.",
        unit=Unit.PER_CENT,
        counts="boroughs whose committee system is known",
        population="Systems in use for committee management, of the 33.",
        formula="100 × boroughs with the product / boroughs with any known product for it",
        compute=products.boroughs_with("modern-gov"),
        rows="/systems/?product=modern-gov",
    ),
    Metric(
        key="boroughs_reporting_systems",
        title="Boroughs that have returned their systems",
        definition="How many of the 33 have sent a return on their systems, complete or not.",
        unit=Unit.COUNT,
        counts="boroughs",
        population="The 33 authorities.",
        formula="Number of boroughs with at least one return on systems",
        compute=coverage.reporting("systems"),
        rows="/boroughs/",
    ),
)

METRICS: Mapping[str, Metric] = {metric.key: metric for metric in _ALL}
"""By key, in the order in which they are listed."""


def measure(keys: Iterable[str], scope: Scope) -> dict[str, Measured]:
    """The metrics of these keys as the tables stand; KeyError for a key that is not registered."""
    return {key: METRICS[key].compute(scope) for key in dict.fromkeys(keys)}
