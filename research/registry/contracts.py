"""Metrics of contracts and their dates."""

from research.measured import Unit
from research.metrics import compute
from research.metrics.base import Metric

_RUNNING = (
    "Contracts that one of the 33 leads or shares, each once, that have begun, as far as known, "
    "and are not known to have ended before any extension."
)

METRICS = (
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
        compute=compute.with_known_end,
        rows="/contracts/?counted=of_the_33",
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
        rows_note="The list holds those that may end within 12 months, not all that were looked "
        "at.",
    ),
)
