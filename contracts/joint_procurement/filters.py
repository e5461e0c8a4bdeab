"""The filters of joint-procurement windows, in addition to those of contracts."""

import django_filters

from boroughs.models import Borough
from citytools.lists.columns import Column
from citytools.lists.fields import DayField, MonthsField, OptionField, RecordsField
from citytools.lists.filters import ParameterFilter
from contracts.filters import ContractFilter
from contracts.models import LEAD_MONTHS
from contracts.models.term import ASSUMED_NOTICE_MONTHS, ActByBasis, CanAct

# Months from today within which a contract must end, unless the query says otherwise.
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
        "The day on which work must start to be ready for closes_on: that day less the lead time.",
    ),
    Column(
        "closes_on",
        "date",
        "The earliest act_by_earliest of the window's contracts that are not too late.",
    ),
    Column("boroughs", "list", "The lead boroughs that can or may still act, by name."),
    Column("contract_id", "text", "Key of one contract of the window."),
    Column("lead_borough", "text", "The body that signs the contract."),
    Column(
        "must_start",
        "date",
        "The act-by date less the lead time; empty unless that date is stated.",
    ),
    Column(
        "act_by", "date", "End less notice; empty unless the end is a day and the notice is known."
    ),
    Column("annual_value", "decimal", "What the contract costs a year.", unit="pounds a year"),
    Column(
        "assumed_notice_months",
        "integer",
        "The notice that the query assumes where it is not known; empty where it assumes none.",
        unit="months",
    ),
    Column("assumed_act_by", "date", "The last day that the end may mean, less that notice."),
    Column("act_by_earliest", "date", "The first day that may be the one by which to act."),
    Column("act_by_latest", "date", "The last day that may be the one by which to act."),
    Column(
        "act_by_basis",
        "text",
        "What the days by which to act rest on.",
        allowed=tuple(ActByBasis),
    ),
    Column(
        "can_act",
        "text",
        "Whether the contract can still be acted on; one that is too late makes no window.",
        allowed=tuple(CanAct),
    ),
    Column(
        "ends_on",
        "partial date",
        "The end that counts: before any extension, or after all where the query takes them.",
    ),
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
    lead_months = ParameterFilter(MonthsField(f"Months between ends (else {LEAD_MONTHS})", 60))
    months = ParameterFilter(MonthsField(f"Ends within months (else {HORIZON_MONTHS})", 120))
    extensions = ParameterFilter(OptionField("Extensions", [("no", "Not taken"), ("yes", "Taken")]))
    certain = ParameterFilter(
        OptionField("Act-by dates", [("no", "Stated or assumed"), ("yes", "Stated alone")])
    )
    assume_notice = ParameterFilter(MonthsField("Months of notice to assume where not known", 60))
    sort = None

    @classmethod
    def get_filters(cls) -> dict[str, django_filters.Filter]:
        """This page's own come before the filters of contracts."""
        filters = super().get_filters()
        own = ["by", "borough", "lead_months", "months", "extensions", "certain", "assume_notice"]
        return {name: filters[name] for name in [*own, *filters] if name in filters}

    def _months(self, name: str, default: int) -> int:
        value: int | None = self.values.get(name)
        return default if value is None else value

    @property
    def lead(self) -> int:
        """Months that buying takes, within which ends lie of one another."""
        return self._months("lead_months", LEAD_MONTHS)

    @property
    def horizon(self) -> int:
        """Months from today within which a contract must end."""
        return self._months("months", HORIZON_MONTHS)

    @property
    def assumed_notice(self) -> int | None:
        """Months of notice that the query takes where it is not known; None where it names none."""
        months: int | None = self.values.get("assume_notice")
        return months

    @property
    def notice_range(self) -> tuple[int, int]:
        """Months of notice, most and fewest, where it is not known."""
        months = self.assumed_notice
        return ASSUMED_NOTICE_MONTHS if months is None else (months, months)

    @property
    def extended(self) -> bool:
        """Whether every extension is taken."""
        return bool(self.values.get("extensions") == "yes")

    @property
    def stated_only(self) -> bool:
        """Whether only contracts whose act-by date is stated count."""
        return bool(self.values.get("certain") == "yes")

    @property
    def grouping(self) -> str:
        """function, product or supplier."""
        return str(self.values.get("by") or "function")


class WindowFilter(TogetherFilter):
    """One window: the query of its list, and the end date to plan for."""

    non_filter_names = frozenset()
    target = ParameterFilter(DayField("End together on"))
