"""The columns of the files of metrics. Append only: scripts depend on them."""

from citytools.lists.columns import Column
from research.measured import Unit

_UNITS = tuple(Unit)
_METRIC = Column("metric", "text", "The metric's key, which never changes.")
_UNIT = Column("unit", "text", "What the value counts.", allowed=_UNITS)
_MEASURED = (
    Column(
        "value", "decimal", "The number. Empty: nothing to measure.", unit="as in the column unit"
    ),
    Column("part", "decimal", "Of a share: what is above the line.", unit="what is counted"),
    Column("whole", "decimal", "Of a share: what is below the line.", unit="what is counted"),
    Column("counted", "integer", "Records behind the number (n).", unit="records"),
    Column("boroughs", "integer", "Boroughs of the 33 behind the number.", unit="boroughs"),
    Column(
        "left_out",
        "integer",
        "Records looked at that lack what would be measured.",
        unit="records",
    ),
)

METRIC_COLUMNS = (
    _METRIC,
    Column("title", "text", "What it is called on pages."),
    Column("definition", "text", "What it means, in a sentence or two."),
    _UNIT,
    Column("counts", "text", "What is counted, in the plural: the denominator of a share."),
    Column("population", "text", "Which records are looked at."),
    Column("formula", "text", "How it is computed."),
    Column("as_at", "date", "The day of the value."),
    *_MEASURED,
    Column("invented", "integer", "Records among those counted that are invented.", unit="records"),
    Column("rows", "text", "The page of this site that lists the records behind it."),
    Column("rows_note", "text", "How that page differs from exactly those. Empty: not at all."),
)
"""metrics.csv: one metric a row."""

TREND_COLUMNS = (
    _METRIC,
    Column("on", "date", "The day of the value."),
    _UNIT,
    *_MEASURED,
    Column(
        "settled", "yes or no", "Whether the day was over when it was recorded, so that it stands."
    ),
)
"""trend.csv of one metric: one day a row, real records only."""
