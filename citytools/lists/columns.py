"""Columns of files: where each comes from, what it means, and how its cells are made safe."""

import re
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Literal

from django.contrib.postgres.expressions import ArraySubquery
from django.contrib.postgres.fields import ArrayField
from django.db.models import Expression, F, Func, QuerySet, Subquery, TextField, Value
from django.db.models.functions import Cast, NullIf
from django.urls import get_script_prefix

from citytools.facts.provenance import Confidence, SourceKind
from citytools.worlds.addresses import address_ends

Kind = Literal["text", "integer", "decimal", "date", "partial date", "yes or no", "list"]
FORMULA = r"^([=+@\t\r-])"
"""How a text begins that a spreadsheet would run; Python and PostgreSQL read it alike."""


@dataclass(frozen=True)
class Column:
    """One column of a file: where it comes from and what it means.

    `source` is empty in files whose rows are made in Python: there the row holds the value.
    """

    name: str
    kind: Kind
    meaning: str
    source: str | Expression | F | Subquery = ""
    unit: str = ""
    allowed: tuple[str, ...] = ()

    @property
    def heading(self) -> str:
        """Its name over a column of a page, with the unit."""
        return f"{self.name} ({self.unit})" if self.unit else self.name

    @property
    def numeric(self) -> bool:
        """Whether its values are numbers."""
        return self.kind in {"integer", "decimal"}

    @property
    def value(self) -> Any:
        """SQL of the value itself: a number, a day, a text, or of a list an array."""
        return F(self.source) if isinstance(self.source, str) else self.source

    @property
    def cell(self) -> Expression:
        """SQL of the cell: safe in a spreadsheet, empty where not known."""
        source = self.value
        if self.kind == "list":
            source = Func(source, Value("; "), function="array_to_string", output_field=TextField())
        if self.kind == "yes or no":
            return Func(
                source,
                template="CASE (%(expressions)s) WHEN true THEN 'yes' WHEN false THEN 'no' END",
                output_field=TextField(),
            )
        if self.kind in {"text", "list", "partial date"}:
            return NullIf(_harmless(Cast(source, TextField())), Value("", TextField()))
        return Cast(source, TextField())

    def written(self, value: Any) -> str:
        """The cell of a value made in Python, as `cell` would write it."""
        text = self.plain(value)
        harmful = self.kind in {"text", "list", "partial date"} and not _is_number(value)
        return re.sub(FORMULA, r"'\1", text) if harmful else text

    def plain(self, value: Any) -> str:
        """The value in words, as it is: only for cells that cannot become a formula."""
        if value is None:
            return ""
        if self.kind == "yes or no":
            return "yes" if value else "no"
        return "; ".join(filter(None, value)) if self.kind == "list" else str(value)

    def typed(self, value: Any) -> Any:
        """The value as JSON knows it: a number, text, true or false, a list; null: not known."""
        if self.kind == "list":
            return [str(item) for item in value or () if item]
        if value is None or value == "":
            return None
        if self.kind == "decimal":
            return float(value)
        return value if self.kind in {"integer", "yes or no"} else str(value)


class PageUrl(Func):
    """SQL: the address of a record's page on this site, from the column that names it there.

    It is found when the statement is compiled, so that each world's file leads into its own.
    """

    template = "(%(before)s || %(expressions)s || %(after)s)"
    output_field = TextField()

    def __init__(self, column: str, route: str) -> None:
        super().__init__(column)
        self.route = route

    def as_sql(  # type: ignore[override]  # Func has more arguments, which nobody gives
        self, compiler: Any, connection: Any, **context: Any
    ) -> tuple[str, Any]:
        """The column between the two ends of the address, which hold no sign of a user's."""
        before, after = address_ends(self.route, get_script_prefix())
        ends = {"before": f"'{before}'", "after": f"'{after}'"}
        return super().as_sql(compiler, connection, **ends, **context)


NOTE = Column("note", "text", "What a reader should know: doubts, terms, former sources.", "note")
READ_ON = Column(
    "read_on",
    "date",
    "When the source was read; the only day of a source that bears none.",
    "read_on",
)

SOURCE_COLUMNS = (
    Column(
        "source_kind",
        "text",
        "How the fact reached us; illustrative means invented for demonstration.",
        "source_kind",
        allowed=tuple(SourceKind.values),
    ),
    Column("source_url", "text", "The page or file that shows it.", "source_url"),
    Column("as_of", "partial date", "When the source was true; as precise as it was.", "as_of"),
    Column(
        "confidence",
        "text",
        "How far the source carries the fact.",
        "confidence",
        allowed=tuple(Confidence.values),
    ),
    Column("confirmed_on", "date", "When the borough last confirmed the fact.", "confirmed_on"),
)
"""The last columns of every file of facts."""


def _is_number(value: Any) -> bool:
    return isinstance(value, int | Decimal)


def _harmless(text: Expression) -> Func:
    """An apostrophe before what a spreadsheet would run as a formula."""
    return Func(
        text,
        Value(FORMULA),
        Value(r"'\1"),
        function="regexp_replace",
        output_field=TextField(),
    )


def array_of_values(
    queryset: QuerySet[Any], path: str, first: str | None = None
) -> Expression | Subquery:
    """SQL: the values of a subquery in its order as an array, perhaps with one before them."""
    subquery = ArraySubquery(queryset.values(path))
    if first is None:
        return subquery
    head = Cast(F(first), TextField())
    kind = ArrayField(TextField())
    return Func(head, subquery, function="array_prepend", arity=2, output_field=kind)
