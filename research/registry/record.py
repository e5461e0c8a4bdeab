"""Metrics of the record itself: how much there is, of how many boroughs, and how old it is."""

from boroughs.models import Subject
from research.measured import Unit
from research.measuring import coverage, facts
from research.metrics.base import Metric

_ALL_FACTS = "Systems in use, contracts led or shared, and skill levels of the 33."
_NO_LIST = (
    "No single list holds all facts: this one holds the systems in use; contracts and skill "
    "levels have their own."
)


def _reporting(subject: Subject, what: str) -> Metric:
    return Metric(
        key=f"boroughs_reporting_{subject}",
        title=f"Boroughs that have returned their {what}",
        definition=f"How many of the 33 have sent a return on their {what}, complete or not.",
        unit=Unit.COUNT,
        counts="boroughs",
        population="The 33 authorities.",
        formula=f"Number of boroughs with at least one return on {what}",
        compute=coverage.reporting(subject),
        rows="/boroughs/?inner_or_outer=inner&inner_or_outer=outer",
        rows_note="The list holds the 33; its file says of each what it has returned, invented "
        "returns included.",
        rows_sourced=False,
    )


METRICS = (
    *(_reporting(one, str(one.label).lower()) for one in Subject),
    Metric(
        key="systems_on_record",
        title="Systems on record",
        definition="How many systems of the 33 are on record: one borough’s use of one product for "
        "one function, whatever its status.",
        unit=Unit.COUNT,
        counts="systems",
        population="Systems of the 33, in use or not.",
        formula="Number of systems",
        compute=facts.systems,
        rows="/systems/?counted=of_the_33",
    ),
    Metric(
        key="contracts_on_record",
        title="Contracts on record",
        definition="How many contracts that one of the 33 leads or shares are on record; a shared "
        "one counts once.",
        unit=Unit.COUNT,
        counts="contracts",
        population="Contracts that one of the 33 leads or shares, running or ended.",
        formula="Number of contracts",
        compute=facts.contracts,
        rows="/contracts/?counted=of_the_33",
    ),
    Metric(
        key="median_age_of_facts",
        title="Median age of facts",
        definition="Half of the facts on record are at least so old, measured from the day on "
        "which their source was true.",
        unit=Unit.MONTHS,
        counts="facts",
        population=_ALL_FACTS,
        formula="Whole months from the median as-of date to the day; a month or a year stands for "
        "its first day, and of an even number of facts the older of the middle two counts",
        compute=facts.median_age,
        rows="/systems/?counted=in_use&sort=as_of",
        rows_note=_NO_LIST,
    ),
    Metric(
        key="facts_confirmed_in_12_months",
        title="Facts that their borough confirmed within 12 months",
        definition="How many of the facts on record the borough itself has confirmed within the "
        "last 12 months.",
        unit=Unit.PER_CENT,
        counts="facts",
        population=_ALL_FACTS,
        formula="100 × facts with a confirmation within 12 months before the day / facts",
        compute=facts.confirmed,
        rows="/systems/?counted=in_use",
        rows_note=_NO_LIST,
    ),
)
