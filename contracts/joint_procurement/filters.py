"""The filters of joint-procurement windows, in addition to those of contracts."""

import django_filters

from boroughs.models import Borough
from citytools.lists.columns import Column
from citytools.lists.filters import ParameterFilter
from citytools.lists.query_form import DayField, MonthsField, OptionField, RecordsField
from contracts.filters import ContractFilter
from contracts.models import LEAD_MONTHS

# Months from today within which a window must open, unless the query says otherwise.
HORIZON_MONTHS = 36

TOGETHER_COLUMNS = (
    Column("window_id", "text", "The window; the same while its group and contracts are the same."),
    Column(
        "group_by",
        "text",
        "What the contracts of a window have in common.",
        allowed=("function", "product", "supplier"),
    ),
    Column("group", "text", "The function, product or supplier in common."),
    Column(
        "opens_on",
        "date",
        "The latest day on which work for one of a window's contracts must start.",
    ),
    Column(
        "closes_on",
        "date",
        "The earliest day by which one of a window's contracts must be acted on.",
    ),
    Column("boroughs", "list", "The lead boroughs of the window, by name."),
    Column("contract_id", "text", "Key of one contract of the window."),
    Column("lead_borough", "text", "The body that signs the contract."),
    Column(
        "must_start",
        "date",
        "The act-by date less the lead time; empty where the notice is assumed.",
    ),
    Column("act_by", "date", "End less notice; empty where the notice is not known."),
    Column("annual_value", "decimal", "What the contract costs a year.", unit="pounds a year"),
    Column(
        "assumed_notice_months",
        "integer",
        "The notice assumed where it is not known; empty where it is.",
        unit="months",
    ),
    Column("assumed_act_by", "date", "End less the assumed notice."),
)


class TogetherFilter(ContractFilter):
    """Contracts that may be bought together; `borough` narrows windows, never contracts.

    A borough alone has no window: its contracts must be compared with those of all.
    """

    primary_filters = ("by", "borough", "service_area", "lead_months", "months")
    non_filter_names = frozenset({"page", "columns"})
    columns = TOGETHER_COLUMNS

    by = ParameterFilter(
        OptionField(
            "Together by",
            [("function", "Function"), ("product", "Product"), ("supplier", "Supplier")],
        )
    )
    borough = ParameterFilter(RecordsField("Borough takes part", Borough.objects.all()))
    lead_months = ParameterFilter(MonthsField(f"Lead time in months (else {LEAD_MONTHS})", 60))
    months = ParameterFilter(MonthsField(f"Opens within months (else {HORIZON_MONTHS})", 120))
    extensions = ParameterFilter(OptionField("Extensions", [("no", "Not taken"), ("yes", "Taken")]))
    assume_notice = ParameterFilter(MonthsField("Months of notice to assume where not known", 60))
    sort = None

    @classmethod
    def get_filters(cls) -> dict[str, django_filters.Filter]:
        """This page's own come before the filters of contracts."""
        filters = super().get_filters()
        own = ["by", "borough", "lead_months", "months", "extensions", "assume_notice"]
        return {name: filters[name] for name in [*own, *filters] if name in filters}

    def _months(self, name: str, default: int) -> int:
        value: int | None = self.values.get(name)
        return default if value is None else value

    @property
    def lead(self) -> int:
        """Months that buying takes before the act-by date."""
        return self._months("lead_months", LEAD_MONTHS)

    @property
    def horizon(self) -> int:
        """Months from today within which a window must open."""
        return self._months("months", HORIZON_MONTHS)

    @property
    def assumed_notice(self) -> int | None:
        """Months of notice where it is not known; None: such contracts stay out."""
        months: int | None = self.values.get("assume_notice")
        return months

    @property
    def extended(self) -> bool:
        """Whether every extension is taken."""
        return bool(self.values.get("extensions") == "yes")

    @property
    def grouping(self) -> str:
        """function, product or supplier."""
        return str(self.values.get("by") or "function")


class WindowFilter(TogetherFilter):
    """One window: the query of its list, and the end date to plan for."""

    non_filter_names = frozenset()
    target = ParameterFilter(DayField("End together on"))
