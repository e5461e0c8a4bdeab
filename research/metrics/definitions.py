"""Every number that research speaks of, each registered once."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from boroughs.models import Subject
from citytools import worlds
from citytools.facts import dates
from citytools.history.data_version import derived_value
from research.metrics import compute, compute_suppliers
from research.metrics.base import (
    ROWS_BY_METRIC,
    Measurement,
    Metric,
    MetricFigure,
    MinRecords,
    Scope,
    Unit,
    measurement_from_json,
    measurement_json,
)
from research.metrics.compute_suppliers import Compute
from research.metrics.facts import read_facts

_RUNNING = (
    "Contracts that one of the 33 leads or shares, each once, that are known to run: with an end "
    "ahead before any extension, without an end date, or begun and no end known. None is planned."
)

SHARE_OF_RECORDS = MinRecords(
    30, "of fewer, one record more or less moves the share by more than 3 percentage points"
)
MORE_THAN_HALF_OF_BOROUGHS = MinRecords(
    17, "of fewer boroughs, those that are not known are more than those that are"
)
HALF_OF_CASE_SYSTEMS = MinRecords(
    33, "33 boroughs would run 66, one for adults and one for children, of which this is half"
)
ORDER_BEYOND_CHANCE = MinRecords(
    5, "of 4, chance alone gives the same order, or its opposite, once in 12 times; of 5 once in 60"
)
MEDIAN = MinRecords(3, "of fewer, the middle value speaks of single records")
WHOLE_RECORD = MinRecords(1, "it counts what this record holds, and leaves nothing of it out")

CONTRACT_METRICS = (
    Metric(
        key="contracts_past_act_by",
        title="Running contracts whose act-by date has passed",
        definition="How many of the running contracts with a known act-by date have let it pass: "
        "too late to give notice before the end. It does not say that nothing was done.",
        unit=Unit.PER_CENT,
        counts="running contracts with a known act-by date",
        population=_RUNNING,
        formula="100 × act-by date before the day / act-by date known; act by is the end less the "
        "notice period in calendar months",
        compute=compute.past_act_by,
        rows="/contracts/?counted=act_by_known&standing=current&standing=past_act_by",
        testable=SHARE_OF_RECORDS,
    ),
    Metric(
        key="contracts_with_known_end",
        title="Contracts whose end is known",
        definition="How many contracts say when they end, to the day, the month or the year, or "
        "are known to have no end.",
        unit=Unit.PER_CENT,
        counts="contracts",
        population="Contracts that one of the 33 leads or shares, each once, running or ended.",
        formula="100 × contracts with an end, or rolling / contracts",
        compute=compute.contracts_with_known_end,
        rows="/contracts/?counted=of_the_33",
        testable=SHARE_OF_RECORDS,
    ),
    Metric(
        key="contracts_ending_in_12_months",
        title="Running contracts that may end within 12 months",
        definition="How many running contracts end, before any extension, within the next 12 "
        "months, or may: an end known only as a year or a month counts from its first day.",
        unit=Unit.COUNT,
        counts="running contracts with a known end",
        population=_RUNNING,
        formula="Number of running contracts whose end can fall within 12 months",
        compute=compute.ending_in_12_months,
        rows="/contracts/?counted=end_known&standing=current&standing=past_act_by"
        "&ends_before={in_a_year}",
        testable=SHARE_OF_RECORDS,
        rows_note="The list holds those that may end within 12 months, not all that were looked "
        "at.",
    ),
)


def _product_metric(
    key: str, name: str, system: str, function: str, compute: Compute, evidence: str
) -> Metric:
    """`name` is what they run, `system` the kind of system that must be known."""
    return Metric(
        key=key,
        title=f"Boroughs that run {name}",
        definition=f"How many of the boroughs whose {system} is known run {name}. {evidence}",
        unit=Unit.PER_CENT,
        counts=f"boroughs whose {system} is known",
        population=f"Systems in use of the 33 for {function.replace('-', ' ')}.",
        formula="100 × boroughs with it in use for this / boroughs with any system in use for this",
        compute=compute,
        rows=f"/systems/?function={function}&counted=in_use",
        testable=MORE_THAN_HALF_OF_BOROUGHS,
    )


PRODUCT_METRICS = (
    _product_metric(
        "modern_gov_boroughs",
        "modern.gov",
        "committee system",
        "committee-management",
        compute_suppliers.boroughs_with("committee-management", product="modern-gov"),
        "The evidence is the public pages of committees.",
    ),
    _product_metric(
        "xpress_boroughs",
        "Xpress for elections",
        "electoral system",
        "electoral-management",
        compute_suppliers.boroughs_with("electoral-management", product="xpress"),
        "The evidence is the format of polling-station files, and of one borough its own answer.",
    ),
    _product_metric(
        "sirsidynix_boroughs",
        "SirsiDynix in libraries",
        "library system",
        "library-management",
        compute_suppliers.boroughs_with("library-management", maker="sirsidynix"),
        "Any product of this maker counts. The evidence is the public catalogue, which may hide "
        "another system behind it.",
    ),
    _product_metric(
        "idox_boroughs",
        "Idox for the planning register",
        "planning register",
        "planning-public-register",
        compute_suppliers.boroughs_with("planning-public-register", maker="idox"),
        "Any product of this maker counts. Until boroughs return it, the evidence is public code "
        "of 2025 and 2026 that reads the registers.",
    ),
)
_ALL_FACTS = "Systems in use, contracts led or shared, and skill levels of the 33."
_NO_LIST = (
    "No single list holds all facts: this one holds the systems in use; contracts and skill "
    "levels have their own."
)


def _reporting_metric(subject: Subject) -> Metric:
    noun = str(subject.label).lower()
    return Metric(
        key=f"boroughs_reporting_{subject}",
        title=f"Boroughs that have returned their {noun}",
        definition=f"How many of the 33 have sent a return on their {noun}, complete or not.",
        unit=Unit.COUNT,
        counts="boroughs",
        population="The 33 authorities.",
        formula=f"Number of boroughs with at least one return on {noun}",
        compute=compute.boroughs_reporting(subject),
        rows="/boroughs/?inner_or_outer=inner&inner_or_outer=outer",
        testable=WHOLE_RECORD,
        rows_note="The list holds the 33; its file says of each what it has returned.",
    )


RECORD_METRICS = (
    *map(_reporting_metric, Subject),
    Metric(
        key="systems_on_record",
        title="Systems on record",
        definition="How many systems of the 33 are on record: one borough’s use of one product for "
        "one function, whatever its status.",
        unit=Unit.COUNT,
        counts="systems",
        population="Systems of the 33, in use or not.",
        formula="Number of systems",
        compute=compute.systems_on_record,
        rows="/systems/?counted=of_the_33",
        testable=WHOLE_RECORD,
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
        compute=compute.contracts_on_record,
        rows="/contracts/?counted=of_the_33",
        testable=WHOLE_RECORD,
    ),
    Metric(
        key="median_age_of_facts",
        title="Median age of facts",
        definition="Half of the facts on record are at least so old, measured from the day on "
        "which their source was true. Facts whose source has no date are left out.",
        unit=Unit.MONTHS,
        counts="facts whose source bears a day, a month or a year",
        population=_ALL_FACTS,
        formula="Whole months from the median as-of date to the day; a month or a year stands for "
        "its first day, and of an even number of facts the older of the middle two counts",
        compute=compute.median_age,
        rows="/systems/?counted=in_use&sort=as_of",
        testable=MEDIAN,
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
        compute=compute.share_confirmed,
        rows="/systems/?counted=in_use",
        testable=SHARE_OF_RECORDS,
        rows_note=_NO_LIST,
    ),
)


def _satisfaction_metric(unit: str, title: str, definition: str, compute: Compute) -> Metric:
    return Metric(
        key=f"suppliers_satisfaction_rho_by_{unit}",
        title=title,
        definition=f"{definition} It shows no cause.",
        unit=Unit.RHO,
        counts=f"{unit}s with three satisfaction scores and a known maker",
        population="Systems of the 33 in use; makers from all of them, satisfaction (1 to 5) from "
        "those that have a score.",
        formula="Spearman’s rho: the correlation of the ranks of the two, equal values sharing the "
        "mean of their ranks. Not known with fewer than three cases, where it says nothing, or "
        "where one of the two is the same throughout, where it is not defined",
        compute=compute,
        rows="/systems/?counted=rated",
        testable=ORDER_BEYOND_CHANCE,
        rows_note=f"The list holds every system with a satisfaction score; a {unit} with fewer "
        "than three, or without a known maker, is no case.",
    )


SATISFACTION_METRICS = (
    _satisfaction_metric(
        "borough",
        "Number of suppliers and satisfaction, by borough",
        "Whether boroughs that use systems of more makers are more or less satisfied with their "
        "systems: the rank correlation, over boroughs, of the number of different makers in use "
        "with the mean satisfaction score, from three scores on.",
        compute.satisfaction_by_borough,
    ),
    _satisfaction_metric(
        "function",
        "Number of suppliers and satisfaction, by function",
        "Whether functions served by more makers have more or less satisfied users: the rank "
        "correlation, over functions, of the number of different makers in use in all of the 33 "
        "with the mean satisfaction score, from three scores on.",
        compute.satisfaction_by_function,
    ),
)
_CONTRACTS = (
    "Contracts that one of the 33 leads or shares, each once, running or ended, without those that "
    "include services beside IT, are planned, or may not run for all that is known."
)
_VALUES = f"{_CONTRACTS} Values as stated, VAT bases mixed; a framework’s ceiling is no value."


def _share_metrics(
    name: str,
    basis: str,
    amounts: str,
    counts: str,
    population: str,
    rows: str,
    compute: Callable[[int], Compute],
    *,
    pounds: bool = False,
) -> Sequence[Metric]:
    """The shares of the ten and the fifteen largest suppliers by one basis."""
    return [
        Metric(
            key=f"top{places}_supplier_share_by_{name}",
            title=f"Share of the {largest} largest suppliers, by {basis}",
            definition=f"What the {largest} suppliers with the most {amounts} hold, as a share of "
            f"all {amounts} whose supplier is known. Each supplier counts by itself, not with its "
            "owner.",
            unit=Unit.PER_CENT,
            counts=counts,
            population=population,
            formula=f"100 × {amounts} of the {largest} largest / {amounts} of all suppliers",
            compute=compute(places),
            rows=rows,
            testable=SHARE_OF_RECORDS,
            pounds=pounds,
        )
        for places, largest in ((10, "ten"), (15, "fifteen"))
    ]


SHARE_METRICS = (
    *_share_metrics(
        "contracts",
        "number of contracts",
        "contracts",
        "contracts with a known supplier",
        f"{_CONTRACTS} The supplier is who is paid, which may be a reseller.",
        "/contracts/?counted=supplier_known",
        compute_suppliers.share_by_contracts,
    ),
    *_share_metrics(
        "systems",
        "number of systems in use",
        "systems in use",
        "systems in use whose maker is known",
        "Systems of the 33 in use, counted for the maker of the product; without national and "
        "shared services, and without those of low confidence.",
        "/systems/?counted=maker_known",
        compute_suppliers.share_by_systems,
    ),
    *_share_metrics(
        "value",
        "value over the whole term",
        "pounds over the whole term",
        "contracts with a known supplier and total value",
        _VALUES,
        "/contracts/?counted=value_known",
        compute_suppliers.share_by_pounds("total_value", "Pounds"),
        pounds=True,
    ),
    *_share_metrics(
        "yearly_value",
        "yearly value",
        "pounds a year",
        "contracts with a known supplier and yearly value",
        _VALUES,
        "/contracts/?counted=yearly_value_known",
        compute_suppliers.share_by_pounds("annual_value", "Pounds a year"),
        pounds=True,
    ),
)
_CASE_MANAGEMENT = ("adults-case-management", "childrens-case-management")

CHOICE_METRICS = (
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
        compute=compute_suppliers.functions_with_few_makers(3),
        rows="/systems/?counted=maker_known",
        testable=SHARE_OF_RECORDS,
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
        compute=compute_suppliers.makers_for(_CASE_MANAGEMENT),
        rows="/systems/?"
        + "".join(f"function={slug}&" for slug in _CASE_MANAGEMENT)
        + "counted=maker_known",
        testable=HALF_OF_CASE_SYSTEMS,
    ),
    Metric(
        key="housing_top3_share",
        title="Share of the three largest suppliers in housing, of contracts won in competition",
        definition="The housing contracts won in competition by the three suppliers with the most, "
        "as a share of all such contracts whose supplier is known. Direct awards, quotes, "
        "extensions and contracts whose route is not known are outside.",
        unit=Unit.PER_CENT,
        counts="housing contracts won in competition with a known supplier",
        population="Contracts that one of the 33 leads or shares, of any date, without those that "
        "include services, are planned or may not run, that cover a function of housing and came "
        "about by an open, restricted or competitive flexible procedure or by competition within "
        "a framework.",
        formula="100 × contracts of the three largest / contracts with a known supplier",
        compute=compute_suppliers.share_in_competition("housing", 3),
        rows="/contracts/?service_area=housing&"
        + "".join(f"route={route}&" for route in compute_suppliers.COMPETITIVE)
        + "counted=supplier_known",
        testable=SHARE_OF_RECORDS,
    ),
)
THEMES: Mapping[str, Sequence[Metric]] = {
    "How much the largest suppliers hold": SHARE_METRICS,
    "How many suppliers there are to choose from": CHOICE_METRICS,
    "Suppliers and satisfaction": SATISFACTION_METRICS,
    "How far single products have spread": PRODUCT_METRICS,
    "Contracts and their dates": CONTRACT_METRICS,
    "What the record stands on": RECORD_METRICS,
}
"""The metrics under their headings, in the order in which they are listed."""
METRICS: Mapping[str, Metric] = {
    metric.key: metric for metrics in THEMES.values() for metric in metrics
}
"""By key, in the order in which they are listed."""
ROWS_BY_METRIC.update({key: metric.rows for key, metric in METRICS.items()})


def measure(keys: Iterable[str], scope: Scope) -> dict[str, Measurement]:
    """The metrics of these keys as the tables stand; KeyError for a key that is not registered."""
    metrics = {key: METRICS[key] for key in keys}
    if not metrics:
        return {}
    facts = read_facts(scope)
    return {key: metric.compute(facts) for key, metric in metrics.items()}


def figures_for(keys: Iterable[str], scope: Scope) -> dict[str, MetricFigure]:
    """The metrics of these keys by key, for a page: those of today are measured once a version."""
    metrics = {key: METRICS[key] for key in keys}
    if metrics and scope.on == dates.today() and not worlds.in_past():
        stored = derived_value("metrics", lambda: _measure_all(scope))
        measured = {key: measurement_from_json(stored[key]) for key in metrics}
    else:
        measured = measure(metrics, scope)
    return {key: MetricFigure(metric, measured[key], scope) for key, metric in metrics.items()}


def _measure_all(scope: Scope) -> dict[str, Any]:
    return {key: measurement_json(measured) for key, measured in measure(METRICS, scope).items()}
