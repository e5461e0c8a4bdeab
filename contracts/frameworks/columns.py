"""The columns of the frameworks file. Append only: scripts depend on them."""

from citytools.lists.columns import Column

FRAMEWORK_COLUMNS = (
    Column("framework", "text", "What the agreement is called.", "name"),
    Column("reference", "text", "Its provider's reference.", "reference"),
    Column("provider", "text", "Who let it.", "provider"),
    Column("starts_on", "partial date", "Its first day; as precise as the source.", "starts_on"),
    Column(
        "ends_on",
        "partial date",
        "The last day on which to call off; as precise as the source.",
        "ends_on",
    ),
    Column(
        "contracts", "integer", "Contracts called off under it.", "contract_count", unit="contracts"
    ),
    Column(
        "boroughs",
        "integer",
        "Boroughs of the 33 that lead or share any.",
        "borough_count",
        unit="boroughs",
    ),
    Column(
        "suppliers",
        "integer",
        "Different suppliers of these contracts.",
        "supplier_count",
        unit="suppliers",
    ),
    Column(
        "total_value",
        "decimal",
        "Sum of the total values that contracts state, whatever their VAT; never the framework's "
        "ceiling. Empty where none states one.",
        "total_value",
        unit="pounds",
    ),
    Column(
        "value_known",
        "integer",
        "Contracts that state a total value.",
        "value_count",
        unit="contracts",
    ),
    Column(
        "end_after",
        "integer",
        "Contracts known to end after the framework.",
        "after_count",
        unit="contracts",
    ),
    Column("source", "text", "Where the framework's own facts come from.", "source"),
)
