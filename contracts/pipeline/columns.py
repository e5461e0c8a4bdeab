"""The columns of the drafts' file. Append only: scripts depend on them."""

from citytools.lists.columns import SOURCE_COLUMNS, Column
from contracts.models import Vat
from contracts.pipeline.drafts import SECTIONS
from contracts.pipeline.estimates import Basis, Group

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
    Column("contract_id", "integer", "Number of the contract that ends, in its page's address."),
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
    Column("value_basis", "text", "Where the value comes from.", allowed=tuple(Basis)),
    Column(
        "value_says",
        "text",
        "What the value says of the £2 million line, which the Act draws with VAT. To be checked "
        "where 20 per cent VAT would lift it over the line.",
        allowed=tuple(Group),
    ),
    Column("vat", "text", "Whether the value holds VAT.", allowed=tuple(Vat.values)),
    Column(
        "missing",
        "list",
        "What this record lacks for a notice. Besides, none has the date of the tender notice, the "
        "dates of the new contract, its kind or its CPV codes.",
    ),
    *SOURCE_COLUMNS,
)
