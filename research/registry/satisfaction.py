"""Metrics of satisfaction: whether it goes together with the number of suppliers."""

from research.measured import Unit
from research.measuring import satisfaction
from research.metrics.base import Metric

_FORMULA = (
    "Spearman’s rho: the correlation of the ranks of the two, equal values sharing the mean of "
    "their ranks. Not known with fewer than three cases, where it says nothing, or where one of "
    "the two is the same throughout, where it is not defined"
)
_NOTE = "The list holds every system with a satisfaction score; {} without a known maker {}."

METRICS = (
    Metric(
        key="suppliers_satisfaction_rho_by_borough",
        title="Number of suppliers and satisfaction, by borough",
        definition="Whether boroughs that use systems of more makers are more or less satisfied "
        "with their systems: the rank correlation, over boroughs, of the number of different "
        "makers in use with the mean satisfaction score. It shows no cause.",
        unit=Unit.RHO,
        counts="boroughs with a satisfaction score and a known maker",
        population="Systems of the 33 in use; makers from all of them, satisfaction (1 to 5) from "
        "those that have a score.",
        formula=_FORMULA,
        compute=satisfaction.by_borough,
        rows="/systems/?counted=rated",
        rows_note=_NOTE.format("a borough", "is no case"),
    ),
    Metric(
        key="suppliers_satisfaction_rho_by_function",
        title="Number of suppliers and satisfaction, by function",
        definition="Whether functions served by more makers have more or less satisfied users: the "
        "rank correlation, over functions, of the number of different makers in use in all of the "
        "33 with the mean satisfaction score. It shows no cause.",
        unit=Unit.RHO,
        counts="functions with a satisfaction score and a known maker",
        population="Systems of the 33 in use; makers from all of them, satisfaction (1 to 5) from "
        "those that have a score.",
        formula=_FORMULA,
        compute=satisfaction.by_function,
        rows="/systems/?counted=rated",
        rows_note=_NOTE.format("a function", "is no case"),
    ),
)
