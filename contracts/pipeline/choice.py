"""The query string of drafts: one borough's or all, of one financial year."""

from functools import cached_property

from boroughs.models import Borough
from citytools.facts import dates
from citytools.lists.columns import SOURCE_COLUMNS, Column
from citytools.lists.fields import OptionField, RecordField
from citytools.lists.listing import FileLinks
from citytools.lists.query_form import QueryForm
from contracts.filters import ACT_BY_COLUMNS
from contracts.models import Vat
from contracts.pipeline import drafts
from contracts.pipeline.drafts import SECTIONS, PipelineDraft
from contracts.pipeline.rules import FIRST_YEAR, LAST_YEAR, Period, ValueBasis, ValueGroup, next_due

PIPELINE_COLUMNS = (
    Column("draft", "text", "Says on every row that this is a draft to check with procurement."),
    Column("gss_code", "text", "Code of the borough that leads the contract."),
    Column("borough", "text", "The borough that leads the contract; it alone would publish it."),
    Column("year", "integer", "The calendar year in which the financial year begins.", unit="year"),
    Column("publish_by", "date", "The last day to publish: 56 days from 1 April, counted with it."),
    Column("period_from", "date", "1 April of the year."),
    Column("period_to", "date", "The last day of the 18 months from 1 April."),
    Column(
        "expects_over_100m",
        "yes or no",
        "Whether the borough expects to pay over £100 million in the year, as a person recorded "
        "it; never computed. Empty: nobody has said.",
    ),
    Column("section", "text", "The part of the draft.", allowed=tuple(map(str, SECTIONS))),
    Column("contract_id", "text", "Key of the contract that ends, in its page's address."),
    Column("title", "text", "What that contract is called."),
    Column("reference", "text", "The council's or the notice's reference."),
    Column("supplier", "text", "Who is paid today; may be a reseller."),
    Column("functions", "list", "The jobs it covers."),
    Column("ends_on", "partial date", "Its last day before any extension, as in its source."),
    Column(
        "falls",
        "text",
        "Whether its end falls within the period or, known only to the month or year, may.",
        allowed=("within", "may fall"),
    ),
    Column("extension_until", "partial date", "Its latest end if every extension is taken."),
    Column(
        "extension_may_defer",
        "yes or no",
        "Whether an extension could move its end beyond the period.",
    ),
    Column(
        "estimated_value",
        "decimal",
        "The recorded value for the whole term; else the yearly value times the years of the "
        "present term, both ends whole days. Not converted for VAT; never a framework's ceiling.",
        unit="pounds",
    ),
    Column("value_basis", "text", "Where the value comes from.", allowed=tuple(ValueBasis)),
    Column(
        "value_says",
        "text",
        "What the value says of the £2 million line, which the Act draws with VAT. To be checked "
        "where 20 per cent VAT would lift it over the line.",
        allowed=tuple(ValueGroup),
    ),
    Column("vat", "text", "Whether the value holds VAT.", allowed=tuple(Vat.values)),
    Column(
        "missing",
        "list",
        "What this record lacks for a notice. Besides, none has the date of the tender notice, the "
        "dates of the new contract, its kind or its CPV codes.",
    ),
    *SOURCE_COLUMNS,
    *ACT_BY_COLUMNS,
)
_YEARS = [(str(year), Period(year).name) for year in range(FIRST_YEAR, LAST_YEAR + 1)]


class PipelineForm(QueryForm):
    """The query string of the page and of its file: without a year, the next notice due."""

    non_filter_names = frozenset({"columns"})
    columns = PIPELINE_COLUMNS

    borough = RecordField("Borough", Borough.objects.london())
    year = OptionField("Financial year", _YEARS)

    @cached_property
    def period(self) -> Period:
        return Period(int(self.value("year", str(self.due.year))))

    @cached_property
    def due(self) -> Period:
        return next_due(dates.today())

    @property
    def years(self) -> list[tuple[str, str]]:
        """Years to offer: from the one before the next due to two after, and that of the query."""
        near = range(max(FIRST_YEAR, self.due.year - 1), self.due.year + 3)
        return [(year, name) for year, name in _YEARS if int(year) in {*near, self.period.year}]

    @cached_property
    def boroughs(self) -> list[Borough]:
        """The 33 to choose from, by name."""
        return list(Borough.objects.london().order_by("name", "pk"))

    @property
    def chosen(self) -> Borough | None:
        borough: Borough | None = self.values.get("borough")
        return borough

    @cached_property
    def drafts(self) -> list[PipelineDraft]:
        """The draft of the borough chosen, or of each of the 33."""
        boroughs = [self.chosen] if self.chosen else self.boroughs
        return drafts.pipeline_drafts(boroughs, self.period)

    @property
    def total(self) -> int:
        return sum(len(draft.entries) for draft in self.drafts)

    @property
    def file_links(self) -> FileLinks:
        return FileLinks("contracts:pipeline_csv", self.query_string(year=[str(self.period.year)]))

    def file_name(self, name: str) -> str:
        """A name that says that it is a draft."""
        whose = self.chosen.slug if self.chosen else "london"
        return f"{name}-draft-{self.period.year}-{whose}"
