"""The columns of the concentration file. Append only: scripts depend on them."""

from citytools.lists.columns import Column

CONCENTRATION_COLUMNS = (
    Column(
        "basis",
        "text",
        "What suppliers are measured by; systems count for who makes the product.",
        allowed=("contracts", "yearly value", "total value", "systems"),
    ),
    Column("grouped", "yes or no", "Whether a supplier counts with its present owner."),
    Column(
        "rank",
        "integer",
        "Place by amount; equal amounts share the first of their places.",
        unit="place",
    ),
    Column("supplier", "text", "The supplier, or the last owner of its group."),
    Column("amount", "decimal", "What it holds, in the unit.", unit="as in the column unit"),
    Column(
        "unit",
        "text",
        "What the amount counts. Pounds mix VAT bases and are never ceilings.",
        allowed=("contracts", "pounds a year", "pounds", "systems"),
    ),
    Column(
        "share", "decimal", "The amount held, divided by the total of its basis.", unit="per cent"
    ),
    Column(
        "cumulative_share",
        "decimal",
        "Share of this supplier and all before it in the file, of its basis.",
        unit="per cent",
    ),
    Column(
        "total",
        "decimal",
        "What all suppliers of the basis hold, in the unit.",
        unit="as in the column unit",
    ),
    Column("counted", "integer", "Records behind the total: contracts or systems.", unit="records"),
    Column("boroughs", "integer", "Boroughs of the 33 behind the total.", unit="boroughs"),
)
